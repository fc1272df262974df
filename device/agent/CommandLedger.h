// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/CommandJournal.h"
#include "agent/OutboxSender.h"

namespace sgn::agent {

// Keeps the journal of commands and the replies to the panel in step: whenever the power is cut, each command has one
// reply, and it arrives.
class CommandLedger
{
public:
    // Both outlive the object.
    CommandLedger(CommandJournal &record, OutboxSender &sender);

    [[nodiscard]] const RecordedCommand *find(const CommandKey &key) const { return m_record.find(key); }
    [[nodiscard]] bool mayBeForgotten(const CommandKey &key) const { return m_record.mayBeForgotten(key); }
    [[nodiscard]] QList<RecordedCommand> unfinished() const { return m_record.unfinished(); }

    void begin(const CommandKey &key, const QString &name);
    // The first reply counts; a second one comes from a restart and is dropped. Returns false while the reply isn't
    // durable: a caller that can give it again after a restart keeps it and tries later.
    bool answer(const CommandKey &key, const QString &name, const QByteArray &reply);
    // Sends the stored reply once more.
    void repeat(const RecordedCommand &command);

private:
    CommandJournal &m_record;
    OutboxSender &m_sender;
};

} // namespace sgn::agent
