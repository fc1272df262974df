// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/CommandJournal.h"
#include "agent/OutboxSender.h"

namespace sgn::agent {

// The record of commands and the way of their answers to the panel, kept in step: whatever moment the power goes, each
// command has one answer, and it gets there.
class CommandLedger
{
public:
    // Both outlive the object.
    CommandLedger(CommandJournal &record, OutboxSender &mail);

    [[nodiscard]] const RecordedCommand *find(const CommandKey &key) const { return m_record.find(key); }
    [[nodiscard]] bool mayBeForgotten(const CommandKey &key) const { return m_record.mayBeForgotten(key); }
    [[nodiscard]] QList<RecordedCommand> unfinished() const { return m_record.unfinished(); }

    void begin(const CommandKey &key, const QString &name);
    // The first answer counts; another one is the echo of a restart and is dropped. False while the answer isn't safe
    // on disk: who can say it again after a restart keeps it and tries later.
    bool answer(const CommandKey &key, const QString &name, const QByteArray &reply);
    // The stored answer once more.
    void repeat(const RecordedCommand &command);

private:
    CommandJournal &m_record;
    OutboxSender &m_mail;
};

} // namespace sgn::agent
