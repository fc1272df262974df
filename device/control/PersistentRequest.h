// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/WatchdogPort.h"

#include <chrono>
#include <QTimer>

namespace sgn::control {

// A request to the watchdog that is sent again while there is no connection, until the reply comes or the time is over.
// Only for requests that do no harm when they are repeated.
class PersistentRequest : public QObject
{
    Q_OBJECT

public:
    PersistentRequest(WatchdogPort &watchdog, RequestBody request, std::chrono::milliseconds timeLimit,
                      std::chrono::milliseconds pause, QObject *parent);

Q_SIGNALS:
    // Once, never from within the constructor: the reply, the refusal, or Timeout.
    void finished(const sgn::Result<sgn::control::ReplyBody> &reply);

private:
    void ask();
    void answered(const Result<ReplyBody> &reply);
    void end(const Result<ReplyBody> &reply);

    WatchdogPort &m_watchdog;
    RequestBody m_request;
    QTimer m_limit;
    QTimer m_retry;
    bool m_asking = false;
    bool m_ended = false;
};

} // namespace sgn::control
