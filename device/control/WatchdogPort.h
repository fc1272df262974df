// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "control/Control.h"

#include <functional>
#include <QObject>

namespace sgn::control {

// The watchdog as the device's other parts see it: it takes requests and replies later (control/Control.h).
// Lives in the main thread.
class WatchdogPort : public QObject
{
    Q_OBJECT

public:
    using Answer = std::function<void(const Result<ReplyBody> &)>;

    [[nodiscard]] virtual bool isConnected() const = 0;

    // `answer` is called exactly once, never from within this call, unless `context` is gone by then: with the
    // watchdog's reply, its refusal, Network when there is no connection or it broke, or Timeout.
    virtual void ask(const RequestBody &request, QObject *context, Answer answer) = 0;

Q_SIGNALS:
    // Requests are answered from now on.
    void connected();
    void disconnected();
    void eventReceived(const sgn::control::Event &event);

protected:
    using QObject::QObject;
};

// The reply of the expected kind; Internal when the watchdog answered with another one.
template <typename Body>
[[nodiscard]] Result<Body> replyAs(const Result<ReplyBody> &reply)
{
    if (!reply) {
        return fail(reply.error());
    }
    if (const Body *body = std::get_if<Body>(&*reply)) {
        return *body;
    }
    return fail(ErrorCode::Internal, QStringLiteral("the watchdog answered with something else than was asked for"));
}

} // namespace sgn::control
