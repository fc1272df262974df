// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/WatchdogPort.h"
#include "protocol/Process.h"

#include <chrono>
#include <functional>
#include <QList>
#include <QObject>

namespace sgn::agent {

// The state of this device's processes, from the best source available: the watchdog's control socket, else its UDP
// port, else the last known state.
class ProcessStatus : public QObject
{
    Q_OBJECT

public:
    using Answer = std::function<void(const QList<ProcessReport> &)>;

    // `watchdog` outlives the object.
    ProcessStatus(control::WatchdogPort &watchdog, quint16 udpPort, QObject *parent = nullptr);

    // Always replies, within two seconds, never from within the call.
    void ask(QObject *context, Answer answer);
    // What the watchdog last reported of programs that are no process of its table; empty: nothing.
    [[nodiscard]] QString problem() const { return m_problem; }

Q_SIGNALS:
    // problem() is another one now, reported by the watchdog without a request.
    void problemChanged();

private:
    void askByUdp(QObject *context, Answer answer);
    void remember(const control::Event &event);
    // Without a watchdog: processes whose pid has ended are dead, the state of the others is unknown.
    [[nodiscard]] QList<ProcessReport> lastKnown() const;

    control::WatchdogPort &m_watchdog;
    quint16 m_udpPort;
    QList<ProcessReport> m_known;
    QString m_problem;
};

} // namespace sgn::agent
