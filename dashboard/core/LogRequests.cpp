// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/LogRequests.h"

#include "core/CommandLog.h"

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::CommandTarget;
using records::FactCode;
using records::TargetState;

LogRequests::LogRequests(CommandLog &commands, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_commands(commands)
    , m_clock(clock)
{
    connect(&m_commands, &CommandLog::commandAdded, this, &LogRequests::onCommandAdded);
    connect(&m_commands, &CommandLog::targetChanged, this, &LogRequests::onTargetChanged);
}

records::Expected<CommandNo> LogRequests::submit(const QStringList &jids, const QString &requestedBy)
{
    const QDateTime end = m_clock.wallUtc().addMSecs(std::chrono::milliseconds(lifetime).count());
    return m_commands.submit(UploadLogs{}, jids, {requestedBy, {}, end});
}

bool LogRequests::isOpen(CommandNo number, const QString &jid)
{
    const CommandTarget *target = m_commands.target(number, jid);
    return target && !isFinal(target->state) && isRequest(number);
}

CommandNo LogRequests::apply(const QString &jid, const LogsReply &reply, const Arrival &arrival)
{
    const CommandNo number = reply.number ? *reply.number : oldestUnanswered(jid);
    if (!isOpen(number, jid)) {
        return 0;
    }
    const bool own = isOwn(number);
    if (reply.success && own && !reply.url.isEmpty()) {
        ProgressReport progress;
        progress.number = number;
        progress.state = u"downloading"_s;
        progress.remarks = reply.remarks;
        progress.request = reply.request;
        return m_commands.apply(jid, progress, arrival) ? number : 0;
    }
    // Done without an address: the logs are on a server of the device, or another client of the account fetches them.
    CommandResult result;
    result.number = number;
    result.success = reply.success;
    result.remarks = reply.remarks;
    result.command = commandName(UploadLogs{});
    result.request = reply.request;
    return m_commands.apply(jid, result, arrival) && own ? number : 0;
}

void LogRequests::finish(CommandNo number, const QString &jid, const records::Expected<> &outcome)
{
    if (outcome) {
        m_commands.markDone(number, jid);
    } else {
        m_commands.markFailed(number, jid, outcome.error());
    }
}

bool LogRequests::isRequest(CommandNo number) const
{
    const records::IssuedCommand *record = m_commands.find(number);
    return record && std::holds_alternative<UploadLogs>(record->command.body);
}

bool LogRequests::isOwn(CommandNo number) const
{
    return isRequest(number) && m_commands.find(number)->isOwn;
}

CommandNo LogRequests::oldestUnanswered(const QString &jid)
{
    for (const CommandNo number : m_commands.openNumbers()) {
        if (!isOpen(number, jid)) {
            continue;
        }
        // One that is being downloaded has had its answer; one that wasn't sent can't have one.
        const CommandTarget *target = m_commands.target(number, jid);
        if (!target->repliedAt.isValid() && target->firstSentAt.isValid()) {
            return number;
        }
    }
    return 0;
}

void LogRequests::onCommandAdded(CommandNo number)
{
    if (!isOwn(number)) {
        return;
    }
    const QList<CommandTarget> targets = m_commands.targets(number);
    for (const CommandTarget &target : targets) {
        if (!isFinal(target.state)) {
            Q_EMIT opened(number, target.jid);
        }
    }
}

void LogRequests::onTargetChanged(CommandNo number, const QString &jid)
{
    const CommandTarget *target = isOwn(number) ? m_commands.target(number, jid) : nullptr;
    if (!target) {
        return;
    }
    if (!isFinal(target->state)) {
        Q_EMIT opened(number, jid);
    } else if (target->state != TargetState::Done) {
        records::Problem why;
        why.error = target->error.value_or(ErrorCode::Internal);
        why.facts = target->facts;
        why.text = target->remarks;
        if (why.facts.isEmpty() && why.text.isEmpty()) {
            why.facts = {{FactCode::DeviceUploadFailed, {}}};
        }
        Q_EMIT failed(number, jid, why);
    }
}

} // namespace sgn::core
