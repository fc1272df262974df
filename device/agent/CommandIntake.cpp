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

} // namespace

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
    auto command = readPanelCommand(message, m_settings.operators);
    if (command) {
        take(*std::move(command));
    } else {
        refuse(command.error());
    }
}

void CommandIntake::take(PanelCommand command)
{
    if (command.claims) {
        // Not later than now: one operator whose clock is years ahead would else make all others' signatures too old.
        command.key.signedAt = std::min(command.claims->issuedAt, m_ports.time.latestNow());
        auto &notAfter = command.command.notAfter;
        notAfter = std::min(notAfter.value_or(command.claims->expiresAt), command.claims->expiresAt);
    }
    const bool isNumbered = command.key.number != 0;
    if (isNumbered && repeatIfKnown(command.key)) {
        return;
    }
    if (isNumbered && m_ports.ledger.mayBeForgotten(command.key)) {
        refuse({CommandRefusal::Reason::Untrusted,
                {ErrorCode::Expired, u"the command was signed before others that this device has forgotten by now, and "
                                     "may be one of them; sign it anew"_s},
                command.key,
                commandName(command.command.body)});
    } else if (mustWaitForTime(command.command)) {
        m_waiting += std::move(command);
        if (!m_timeLimit.isActive()) {
            m_timeLimit.start();
        }
    } else {
        judge(command);
    }
}

bool CommandIntake::mustWaitForTime(const Command &command) const
{
    return command.notAfter && !m_ports.time.isKnown() && m_waiting.size() < maxWaiting;
}

bool CommandIntake::repeatIfKnown(const CommandKey &key)
{
    const RecordedCommand *const known = m_ports.ledger.find(key);
    if (known == nullptr) {
        return false;
    }
    qCInfo(lcAgent).noquote() << "command" << key.number << known->name << "is a repeat";
    if (!known->reply.isEmpty()) {
        m_ports.ledger.repeat(*known);
    }
    return true;
}

void CommandIntake::serverTimeKnown()
{
    m_timeLimit.stop();
    judgeWaiting();
}

void CommandIntake::judgeWaiting()
{
    const auto waiting = std::exchange(m_waiting, {});
    for (const PanelCommand &command : waiting) {
        // The same command may have come twice meanwhile.
        if (command.key.number == 0 || m_ports.ledger.find(command.key) == nullptr) {
            judge(command);
        }
    }
}

void CommandIntake::judge(const PanelCommand &command)
{
    if (auto problem = untimely(command)) {
        refuse({CommandRefusal::Reason::Untimely, *std::move(problem), command.key, commandName(command.command.body)});
    } else {
        Q_EMIT accepted(command);
    }
}

std::optional<Error> CommandIntake::untimely(const PanelCommand &command) const
{
    const auto &notAfter = command.command.notAfter;
    if (command.claims && m_ports.time.isYetToCome(command.claims->issuedAt)) {
        return Error{ErrorCode::BadSignature, u"the command was signed in the future, on %1"_s.arg(
                                                  command.claims->issuedAt.toString(Qt::ISODate))};
    }
    if (notAfter && m_ports.time.isPast(*notAfter)) {
        return Error{ErrorCode::Expired, u"the command was valid until %1"_s.arg(notAfter->toString(Qt::ISODate))};
    }
    return std::nullopt;
}

void CommandIntake::refuse(const CommandRefusal &refusal)
{
    switch (refusal.reason) {
    case CommandRefusal::Reason::Untrusted:
        // The reply is neither recorded nor kept for later: a sender that can't sign must not be able to push commands
        // that were carried out from the record, or to fill the card.
        drop(m_settings.panelJid, refusal.error.message);
        if (m_refusals.allow(m_ports.clock.monotonic())) {
            m_ports.answers.refuseUnrecorded(refusal.key, refusal.name, refusal.error);
        }
        return;
    case CommandRefusal::Reason::Malformed:
        if (refusal.key.number == 0) {
            drop(m_settings.panelJid, refusal.error.message);
        } else if (!repeatIfKnown(refusal.key)) {
            m_ports.answers.give(refusal.key, refusal.name, fail(refusal.error));
        }
        return;
    case CommandRefusal::Reason::Untimely:
        qCWarning(lcAgent).noquote() << "refused command" << refusal.key.number << refusal.name << "-"
                                     << refusal.error.message;
        m_ports.answers.refuse(refusal.key, refusal.name, refusal.error);
        return;
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

} // namespace sgn::agent
