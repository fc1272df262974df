// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/WatchdogPort.h"
#include "protocol/Process.h"

#include <chrono>
#include <functional>
#include <QList>
#include <QObject>

namespace sgn::agent {

// What the processes of this device do, from the best source there is: the watchdog's control socket, else its UDP
// port, else what was known last.
class ProcessStatus : public QObject
{
    Q_OBJECT

public:
    using Answer = std::function<void(const QList<ProcessReport> &)>;

    // `watchdog` outlives the object.
    ProcessStatus(control::WatchdogPort &watchdog, quint16 udpPort, QObject *parent = nullptr);

    // Always answers, never from within the call, and within two seconds.
    void ask(QObject *context, Answer answer);

private:
    void askByUdp(QObject *context, Answer answer);
    void remember(const control::Event &event);
    // Nobody watches them any more: those whose pid is gone are dead, nothing is claimed about the state of the others.
    [[nodiscard]] QList<ProcessReport> lastKnown() const;

    control::WatchdogPort &m_watchdog;
    quint16 m_udpPort;
    QList<ProcessReport> m_known;
};

} // namespace sgn::agent
