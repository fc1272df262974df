// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/OutboxSender.h"
#include "base/Clock.h"
#include "base/RateLimit.h"
#include "control/WatchdogPort.h"

#include <QHash>
#include <QMap>
#include <QObject>
#include <QTimer>

namespace sgn::agent {

// Tells the panel at once what becomes of the processes (protocol section 3, process event). Of each process the newest
// state is what waits while there is no way to the panel, so that what piles up is bounded by the number of processes.
// What happened while this program or its connection to the watchdog was down is found out when the watchdog is there
// again.
class ProcessEventReporter : public QObject
{
    Q_OBJECT

public:
    struct Limits
    {
        // More than these wait, and the newest state is told a little later: a local user can make a process change as
        // often as he likes.
        int perProcess = 30;
        int together = 120;
        std::chrono::milliseconds period{60'000};
        std::chrono::milliseconds retry{1'000};
        // After a restart: a death that is no older than this may be one that the panel doesn't know of.
        std::chrono::seconds recent{600};
    };

    // `watchdog`, `mail` and `clock` outlive the object; `mail` is for events alone.
    ProcessEventReporter(QString from, control::WatchdogPort &watchdog, OutboxSender &mail, const Clock &clock,
                         const Limits &limits, QObject *parent = nullptr);

    // Off: what waits is dropped. Off at first.
    void setWanted(bool wanted);

private:
    void take(const control::Event &event);
    void catchUp();
    void compare(const QList<ProcessReport> &processes);
    [[nodiscard]] bool isNews(const ProcessReport &process) const;
    void consider(const ProcessReport &process);
    void tellWaiting();
    [[nodiscard]] bool mayTell(const QString &name);

    QString m_from;
    control::WatchdogPort &m_watchdog;
    OutboxSender &m_mail;
    const Clock &m_clock;
    Limits m_limits;
    bool m_isWanted = false;
    bool m_isCaughtUp = false;              // since the start
    QMap<QString, ProcessReport> m_waiting; // by name
    QHash<QString, QByteArray> m_told;      // by name, the fingerprint of what was told last
    QHash<QString, RateLimit> m_rates;      // by name
    RateLimit m_rate;
    QTimer m_retry;
};

} // namespace sgn::agent
