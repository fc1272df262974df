// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

#include <chrono>
#include <functional>
#include <QDateTime>
#include <QObject>

class QXmppClient;

namespace sgn::xmpp {

// By how much a server is ahead of a clock that showed `local` when the server's showed `server`. What has no fraction
// of a second holds for the whole one (XEP-0082 leaves that open, and servers differ), so a clock within it is right.
[[nodiscard]] std::chrono::milliseconds offsetOf(const QDateTime &server, const QDateTime &local);

// Requests the server's time (XEP-0202) and passes to `known` by how much it is ahead of `clock`. A server that doesn't
// reply is no error: `known` is then never called. Nor is it after `context` was destroyed.
void queryServerTime(QXmppClient *client, const QString &domain, const Clock &clock, QObject *context,
                     std::function<void(std::chrono::milliseconds)> known);

} // namespace sgn::xmpp
