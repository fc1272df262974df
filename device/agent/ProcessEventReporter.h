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

// Reports changes of the processes to the panel at once (protocol section 3, process event). While the panel can't be
// reached only the newest state of each process waits, so that their number bounds the queue. What happened while this
// program or its connection to the watchdog was down is found out when the watchdog is connected again.
class ProcessEventReporter : public QObject
{
    Q_OBJECT

public:
    struct Limits
    {
        // Above these rates a state waits, and the newest is reported a little later: a local user can make a process
        // change
        // any number of times.
        int perProcess = 30;
        int together = 120;
        std::chrono::milliseconds period{60'000};
        std::chrono::milliseconds retry{1'000};
        // After a restart: an exit no older than this may be one that wasn't reported.
        std::chrono::seconds recent{600};
    };

    // `watchdog`, `mail` and `clock` outlive the object; `mail` is for events alone.
    ProcessEventReporter(QString from, control::WatchdogPort &watchdog, OutboxSender &sender, const Clock &clock,
                         const Limits &limits, QObject *parent = nullptr);

    // False, as at first: drops the events that wait.
    void setWanted(bool wanted);

private:
    void take(const control::Event &event);
    void catchUp();
    void compare(const QList<ProcessReport> &processes);
    [[nodiscard]] bool isNews(const ProcessReport &process) const;
    void consider(const ProcessReport &process);
    void sendWaiting();
    [[nodiscard]] bool maySend(const QString &name);

    QString m_from;
    control::WatchdogPort &m_watchdog;
    OutboxSender &m_sender;
    const Clock &m_clock;
    Limits m_limits;
    bool m_isWanted = false;
    bool m_isCaughtUp = false;              // since the start
    QMap<QString, ProcessReport> m_waiting; // by name
    QHash<QString, QByteArray> m_reported;  // by name, the fingerprint of the last report
    QHash<QString, RateLimit> m_rates;      // by name
    RateLimit m_rate;
    QTimer m_retry;
};

} // namespace sgn::agent
