// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "selfupdate/HelperProcess.h"
#include "system/UserAccount.h"
#include "watchdog/StickSource.h"

#include <chrono>
#include <memory>
#include <QObject>
#include <QSet>

namespace sgn::watchdog {

// Has the sticks that are plugged in served, one at a time, each by a process of its own (sgn-watchdog-update,
// device/stick): a stick may be slow, broken or hostile, and the watchdog must not wait for it. What has been done is
// on the disk, so nothing is lost when the watchdog ends.
class StickDesk : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        QString program;           // sgn-watchdog-update
        QStringList arguments;     // the watchdog's
        system::UserAccount owner; // of the device's folder
        // A stick of a GB at 1 MB/s; after that the process is killed.
        std::chrono::milliseconds limit = std::chrono::minutes(20);
    };

    StickDesk(Settings settings, std::unique_ptr<StickSource> source, QObject *parent = nullptr);
    ~StickDesk() override;

    // An agent that takes sticks is connected: those that are there are served now. The first call begins the watch.
    void agentReady();
    // The agent has a result for a stick.
    void resultReady();

    // The process that serves a stick, a child of this one. 0: none.
    [[nodiscard]] pid_t child() const { return m_reader.pid(); }

Q_SIGNALS:
    // Something may lie ready for the agent.
    void served();

private:
    struct Visit
    {
        QString place;
        bool isPluggedIn = false;
    };

    void add(const Visit &visit);
    void next();
    [[nodiscard]] Outcome start(const Visit &visit);
    void ended(const system::ExitStatus &status, const QByteArray &output);

    Settings m_settings;
    std::unique_ptr<StickSource> m_source;
    bool m_isWatching = false;
    QStringList m_present;
    QList<Visit> m_waiting;
    selfupdate::HelperProcess m_reader;
};

} // namespace sgn::watchdog
