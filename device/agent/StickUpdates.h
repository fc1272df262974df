// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/LogArchive.h"
#include "agent/TrustedTime.h"
#include "base/DeviceTree.h"
#include "control/StickHandover.h"
#include "control/WatchdogPort.h"
#include "crypto/PublicKey.h"
#include "release/StickResult.h"
#include "update/Installer.h"

#include <chrono>
#include <optional>
#include <QFuture>
#include <QObject>
#include <QTimer>
#include <stop_token>

namespace sgn::agent {

// Installs what a USB stick has brought (control/StickHandover.h), one release after the other, each as if the panel
// had ordered it, and leaves what became of it, with the logs, for the stick. A release that fails doesn't keep the
// next one from being tried. Everything is durable before the next step, so that the agent that goes on may be another
// one than the one that began; an update of the panel comes first if it is under way.
class StickUpdates : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        DeviceTree tree;
        QString from{}; // rpi_unique_id
        QString jid{};
        QString secret{}; // the password: replaced in what is written to the stick, whatever a log line holds
        QList<PublicKey> releaseKeys{};
        qint64 maxLogBytes = qint64{32} * 1024 * 1024;
        // Until something is tried again that another update or the disk has prevented.
        std::chrono::milliseconds pause{5'000};
    };
    struct Ports
    {
        update::Installer &installer;
        control::WatchdogPort &watchdog;
        TrustedTime &time;
    };

    // All ports outlive the object.
    StickUpdates(Settings settings, const Ports &ports, QObject *parent = nullptr);
    ~StickUpdates() override;

    // After Installer::resume(): goes on with what the previous run has left.
    void start();

private:
    void look();
    void next();
    [[nodiscard]] bool isWithdrawn();
    [[nodiscard]] StickReleaseResult describe(int index) const;
    [[nodiscard]] Outcome begin(int index);
    void updateEnded(const update::UpdateOutcome &outcome);
    [[nodiscard]] bool record(StickReleaseResult result);
    void finish();
    void packed(const Result<LogArchive> &logs);
    void writeResult();
    void report();
    [[nodiscard]] QString withoutSecret(QString text) const;

    Settings m_settings;
    Ports m_ports;
    std::optional<control::StickHandover> m_handover; // while there is something to do
    StickResult m_result;                             // so far
    std::optional<update::UpdateOutcome> m_unrecorded;
    QTimer m_retry;
    QFuture<Result<LogArchive>> m_packing;
    std::stop_source m_stop;
    bool m_isWaiting = false; // for an update of the panel
    bool m_isPacking = false;
    bool m_isPacked = false; // only result.json is missing
};

} // namespace sgn::agent
