// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

#include <functional>
#include <QObject>

class QXmppClient;

namespace sgn::xmpp {

// Asks the server for its time (XEP-0202) and tells `known` by how much it is ahead of `clock`. A server that doesn't
// say is no error: `known` is then never called. Nor is it after `context` died.
void askServerTime(QXmppClient *client, const QString &domain, const Clock &clock, QObject *context,
                   std::function<void(std::chrono::milliseconds)> known);

} // namespace sgn::xmpp
