// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/CommandIntake.h"

#include "agent/Logging.h"

#include <algorithm>
#include <utility>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr int logLinesPerMinute = 5;
constexpr int refusalsPerMinute = 30;
constexpr qsizetype maxWaiting = 100;

// What everyone may ask; but a signature that is there has to be right.
bool isUnsignedVersionRequest(const QByteArray &body)
{
    const auto command = parseCommand(body);
    return command && !command->isOperatorSigned && std::holds_alternative<VersionRequest>(command->body);
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

CommandIntake::CommandIntake(Settings settings, const Ports &ports, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_ports(ports)
    , m_dropLog(logLinesPerMinute, std::chrono::minutes(1))
    , m_refusals(refusalsPerMinute, std::chrono::minutes(1))
{
    m_timeLimit.setSingleShot(true);
    m_timeLimit.setInterval(m_settings.serverTimeLimit);
    connect(&m_timeLimit, &QTimer::timeout, this, &CommandIntake::judgeWaiting);
}

void CommandIntake::receive(const xmpp::IncomingMessage &message)
{
    if (const auto why = whyNotObeyed(message, m_settings.panelJid)) {
        drop(message.from, *why);
        return;
    }
    if (message.delayed) {
        m_ports.time.raiseFloor(message.stamp);
    }
    if (!m_settings.operators.isRequired()) {
        take(message.body, message.delayed, {});
        return;
    }
    const auto signedCommand = m_settings.operators.open(message.body);
    if (signedCommand) {
        take(signedCommand->body, message.delayed, signedCommand->claims);
    } else if (isUnsignedVersionRequest(message.body)) {
        take(message.body, message.delayed, {});
    } else {
        refuseUntrusted(message.body, signedCommand.error());
    }
}

void CommandIntake::take(const QByteArray &body, bool delayed, const std::optional<CommandClaims> &claims)
{
    auto command = parseCommand(body);
    if (!command) {
        refuseMalformed(command.error(), body);
        return;
    }
    CommandKey key{command->number.value_or(0), commandFingerprint(body)};
    if (claims) {
        // Not later than now: one operator whose clock is years ahead would else make all others' signatures too old.
        key.signedAt = std::min(claims->issuedAt, m_ports.time.latestNow());
        command->notAfter = std::min(command->notAfter.value_or(claims->expiresAt), claims->expiresAt);
    }
    if (command->number && repeatIfKnown(key)) {
        return;
    }
    if (command->number && m_ports.book.mayBeForgotten(key)) {
        refuseUntrusted(body, {ErrorCode::Expired, u"the command was signed before others that this device has "
                                                   "forgotten by now, and may be one of them; sign it anew"_s});
        return;
    }
    const Waiting waiting{{*std::move(command), key, delayed}, claims};
    if (waiting.accepted.command.notAfter && !m_ports.time.isKnown() && m_waiting.size() < maxWaiting) {
        m_waiting += waiting;
        if (!m_timeLimit.isActive()) {
            m_timeLimit.start();
        }
        return;
    }
    judge(waiting);
}

bool CommandIntake::repeatIfKnown(const CommandKey &key)
{
    const RecordedCommand *const known = m_ports.book.find(key);
    if (known == nullptr) {
        return false;
    }
    qCInfo(lcAgent).noquote() << "command" << key.number << known->name << "is a repeat";
    if (!known->reply.isEmpty()) {
        m_ports.book.repeat(*known);
    }
    return true;
}

// The answer is neither recorded nor kept for later: whoever can't sign must not be able to push what was done out of
// the record, or to fill the card.
void CommandIntake::refuseUntrusted(const QByteArray &body, const Error &error)
{
    drop(m_settings.panelJid, error.message);
    if (!m_refusals.allow(m_ports.clock.monotonic())) {
        return;
    }
    if (const auto command = parseCommand(body)) {
        m_ports.answers.brushOff(command->number, commandName(command->body), error);
    } else {
        m_ports.answers.brushOff(command.error().number, command.error().name, error);
    }
}

void CommandIntake::refuseMalformed(const RejectedCommand &rejected, const QByteArray &body)
{
    if (!rejected.number) {
        drop(m_settings.panelJid, rejected.error.message);
        return;
    }
    const CommandKey key{*rejected.number, commandFingerprint(body)};
    if (!repeatIfKnown(key)) {
        m_ports.answers.give(key, rejected.name, fail(rejected.error));
    }
}

void CommandIntake::drop(const QString &from, const QString &why)
{
    if (m_dropLog.allow(m_ports.clock.monotonic())) {
        const quint64 more = m_dropLog.takeSuppressed();
        qCWarning(lcAgent).noquote() << "dropped a message from" << from << "because" << why
                                     << (more > 0 ? u"(and %1 before it)"_s.arg(more) : QString());
    }
}

void CommandIntake::serverTimeKnown()
{
    m_timeLimit.stop();
    judgeWaiting();
}

void CommandIntake::judgeWaiting()
{
    const auto waiting = std::exchange(m_waiting, {});
    for (const Waiting &one : waiting) {
        // The same command may have come twice meanwhile.
        if (one.accepted.key.number == 0 || m_ports.book.find(one.accepted.key) == nullptr) {
            judge(one);
        }
    }
}

void CommandIntake::judge(const Waiting &waiting)
{
    const Command &command = waiting.accepted.command;
    std::optional<Error> problem;
    if (waiting.claims && m_ports.time.isYetToCome(waiting.claims->issuedAt)) {
        problem = {ErrorCode::BadSignature, u"the command was signed in the future, on %1"_s.arg(
                                                waiting.claims->issuedAt.toString(Qt::ISODate))};
    } else if (command.notAfter && m_ports.time.isPast(*command.notAfter)) {
        problem = {ErrorCode::Expired,
                   u"the command was valid until %1"_s.arg(command.notAfter->toString(Qt::ISODate))};
    }
    if (!problem) {
        Q_EMIT accepted(waiting.accepted);
        return;
    }
    const QString name = commandName(command.body);
    qCWarning(lcAgent).noquote() << "refused" << name << "-" << problem->message;
    m_ports.answers.refuse(waiting.accepted.key, name, *problem);
}

} // namespace sgn::agent
