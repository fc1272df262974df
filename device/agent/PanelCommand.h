// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/CommandJournal.h"
#include "agent/OperatorCheck.h"
#include "xmpp/IncomingMessage.h"

#include <optional>
#include <tl/expected.hpp>

namespace sgn::agent {

// Why a message isn't obeyed, or nothing when it comes from the panel itself and is meant for this device. A message
// that the server kept while this device was offline is one; copies (carbons, archive results) never are, because what
// they carry was or will be delivered directly.
[[nodiscard]] std::optional<QString> whyNotObeyed(const xmpp::IncomingMessage &message, const QString &panelJid);

// One command of the panel, as its message was parsed.
struct PanelCommand
{
    Command command;
    CommandKey key; // number 0: it has none
    bool delayed = false;
    std::optional<CommandClaims> claims = {}; // present: an operator signed it
};

// A message of the panel that is no command to carry out, with what is needed to reply to it.
struct CommandRefusal
{
    enum class Reason {
        Untrusted, // not signed, wrongly signed, or maybe a replay
        Malformed,
        Untimely, // a command whose time is over or hasn't begun
    };

    Reason reason = Reason::Untrusted;
    Error error;
    CommandKey key; // number 0: it has none
    QString name;   // of the command, as far as it could be read
};

// Parses the body once, and where operators have to sign, only what one of them signed. A version request needs no
// signature, but a signature that is there has to be valid.
[[nodiscard]] tl::expected<PanelCommand, CommandRefusal> readPanelCommand(const xmpp::IncomingMessage &message,
                                                                          const OperatorCheck &operators);

} // namespace sgn::agent
