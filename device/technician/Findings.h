// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/DeviceConfig.h"
#include "technician/CheckFacts.h"
#include "technician/Screen.h"

#include <QJsonObject>
#include <QList>
#include <QString>

namespace sgn::technician {

enum class Verdict {
    Ok,
    Wrong,
    Skipped, // it depends on something else that is wrong
};

// What a check has found out about one subject: what is so, and what to do where that is wrong.
struct CheckFinding
{
    QString subject; // "clock"
    Verdict verdict = Verdict::Ok;
    QString what;
    QString cure; // of a wrong one; a technician at the device can carry it out

    friend bool operator==(const CheckFinding &, const CheckFinding &) = default;
};

// Facts in, findings out. None of them quotes a password or a key. Pure.
[[nodiscard]] CheckFinding accountFinding(const Result<DeviceConfig> &config, const AccountFacts &facts);
[[nodiscard]] CheckFinding diskFinding(const DiskFacts &disk);
// One for each file with something wrong, or one for all.
[[nodiscard]] QList<CheckFinding> permissionFindings(const QList<FileFacts> &files, const QString &owner);
[[nodiscard]] CheckFinding clockFinding(const ClockFacts &clock);
// DNS, TCP, TLS and login, in this order.
[[nodiscard]] QList<CheckFinding> serverFindings(const ServerFacts &server);

[[nodiscard]] bool areAllWell(const QList<CheckFinding> &findings);

[[nodiscard]] QStringList findingLines(const QList<CheckFinding> &findings, const Screen &screen);
[[nodiscard]] QJsonObject findingsJson(const QList<CheckFinding> &findings);

} // namespace sgn::technician
