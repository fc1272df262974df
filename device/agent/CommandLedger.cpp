// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/CommandLedger.h"

#include "agent/Logging.h"

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

QString letterKey(const CommandKey &key)
{
    return u"%1-%2"_s.arg(key.number).arg(QString::fromLatin1(key.fingerprint.first(8).toHex()));
}

void warnIfFailed(const Outcome &outcome)
{
    if (!outcome) {
        qCWarning(lcAgent) << outcome.error();
    }
}

} // namespace

CommandLedger::CommandLedger(CommandJournal &record, OutboxSender &sender)
    : m_record(record)
    , m_sender(sender)
{}

void CommandLedger::begin(const CommandKey &key, const QString &name)
{
    warnIfFailed(m_record.begin(key, name));
}

bool CommandLedger::answer(const CommandKey &key, const QString &name, const QByteArray &reply)
{
    if (const RecordedCommand *const known = m_record.find(key); known != nullptr && !known->reply.isEmpty()) {
        const Outcome settled = m_record.settle();
        warnIfFailed(settled);
        return m_sender.isDurable(letterKey(key)) && settled;
    }
    // First the outbox, then the journal: after a power cut between the two the reply is given again, never lost.
    const bool isPosted = m_sender.post(letterKey(key), reply);
    const Outcome recorded = m_record.finish(key, name, reply);
    warnIfFailed(recorded);
    return isPosted && recorded;
}

void CommandLedger::repeat(const RecordedCommand &command)
{
    m_sender.post(letterKey(command.key), command.reply);
}

} // namespace sgn::agent
