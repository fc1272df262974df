// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Error.h"
#include "xmpp/IncomingMessage.h"

#include <QDomElement>
#include <variant>

// What an incoming <message/> is. Pure; private to this library; takes hostile input.
namespace sgn::xmpp {

// What the reader accepts, and for which account.
struct MessageRules
{
    QString ownBareJid;
    // Copies of other resources' messages are wanted (panel) or dropped (device).
    bool acceptCarbons = false;
    // The archive query that runs; results of any other are dropped. Empty: none runs.
    QString archiveQueryId;
    // Arrival time for messages without a stamp of their own.
    QDateTime now;
};

// A message of ours that was returned (type "error").
struct ReturnedMessage
{
    QString fromBare;
    QString id;
    Error reason;
};

// A message that is not for us. `why` is empty when that is nothing unusual (no body, typing notification...).
struct IgnoredMessage
{
    QString why;
};

using MessageReading = std::variant<IncomingMessage, ReturnedMessage, IgnoredMessage>;

[[nodiscard]] MessageReading readMessage(const QDomElement &stanza, const MessageRules &rules);

} // namespace sgn::xmpp
