// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/PanelCommand.h"

#include <utility>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

bool needsNoSignature(const Command &command)
{
    return !command.isOperatorSigned && std::holds_alternative<VersionRequest>(command.body);
}

} // namespace

std::optional<QString> whyNotObeyed(const xmpp::IncomingMessage &message, const QString &panelJid)
{
    if (message.carbon) {
        return u"it is a carbon copy"_s;
    }
    if (message.fromArchive) {
        return u"it is from the archive"_s;
    }
    if (message.fromBare != panelJid || panelJid.isEmpty()) {
        return u"the sender is not the control panel"_s;
    }
    return std::nullopt;
}

tl::expected<PanelCommand, CommandRefusal> readPanelCommand(const xmpp::IncomingMessage &message,
                                                            const OperatorCheck &operators)
{
    using Reason = CommandRefusal::Reason;
    QByteArray body = message.body;
    std::optional<CommandClaims> claims;
    std::optional<Error> untrusted;
    if (operators.isRequired()) {
        if (auto opened = operators.open(message.body)) {
            body = std::move(opened->body);
            claims = std::move(opened->claims);
        } else {
            untrusted = std::move(opened).error();
        }
    }
    auto command = parseCommand(body);
    const std::optional<CommandNo> number = command ? command->number : command.error().number;
    const QString request = command ? command->request : command.error().request;
    const CommandKey key{number.value_or(0), commandFingerprint(body), {}, request};
    if (untrusted && !(command && needsNoSignature(*command))) {
        const QString name = command ? commandName(command->body) : command.error().name;
        return tl::unexpected(CommandRefusal{Reason::Untrusted, *std::move(untrusted), key, name});
    }
    if (!command) {
        RejectedCommand &rejected = command.error();
        return tl::unexpected(
            CommandRefusal{Reason::Malformed, std::move(rejected.error), key, std::move(rejected.name)});
    }
    return PanelCommand{*std::move(command), key, message.delayed, std::move(claims)};
}

} // namespace sgn::agent
