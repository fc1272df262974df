// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "base/Result.h"
#include "protocol/Process.h"
#include "supervision/RestartCount.h"

#include <optional>
#include <QByteArray>
#include <QList>
#include <QMap>
#include <QString>

namespace sgn::supervision {

// Names one process of one boot.
struct ProcessIdentity
{
    qint64 pid = 0;
    quint64 startTime = 0;

    friend bool operator==(const ProcessIdentity &, const ProcessIdentity &) = default;
};

// What is remembered of a process that sends heartbeats.
struct RegistryEntry
{
    QString name;
    QString runCommand;
    int version = 0;
    std::optional<ProcessIdentity> identity; // empty while it isn't running
    std::optional<LastExit> lastExit;
    RestartCount restarts;
};

// All that outlives the watchdog: `wdog/processes.json`. Identities, holds and restart counts are only good within the
// boot that `bootId` names; load() drops them when it is another one.
struct Registry
{
    QList<RegistryEntry> processes;
    // By name the programs of processes that the last release has none of any more. One may come back: when that
    // release is rolled back, or an older one is requested.
    QMap<QString, QString> retired;
    std::optional<ProcessIdentity> agent;
    std::optional<MonotonicTime> holdUntil; // of the meter's processes
    // What the agent has reported of the device's configuration.
    std::optional<int> heartbeatTimeoutS;
    std::optional<int> startTimeoutS;

    bool sameBoot = false; // set by load()
};

[[nodiscard]] QByteArray encodeRegistry(const Registry &registry, const QByteArray &bootId);
// BadFile with the reason.
[[nodiscard]] Result<Registry> parseRegistry(const QJsonObject &object, const QByteArray &bootId);

// What there is to be started, and no more: it seldom changes, so a copy of it costs the card nothing.
[[nodiscard]] QByteArray encodePrograms(const Registry &registry);

// Reads the file at `path`. One that can't be read as a registry is quarantined, with a line in the log. Then, as where
// there is none, the content of encodePrograms() at `copyPath` is returned, or an empty registry: processes come back
// with their heartbeats, as far as another program starts them.
[[nodiscard]] Registry loadRegistry(const QString &path, const QString &copyPath, const QByteArray &bootId);

} // namespace sgn::supervision
