// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Command.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace sgn::agent {

// Which command it is: the number alone doesn't tell, because the same number with other content is another command.
struct CommandKey
{
    CommandNo number = 0;
    QByteArray fingerprint;

    friend bool operator==(const CommandKey &, const CommandKey &) = default;
};

struct RecordedCommand
{
    CommandKey key;
    QString name;
    QByteArray reply; // the message that answers it; empty while it runs

    friend bool operator==(const RecordedCommand &, const RecordedCommand &) = default;
};

// What this device was told to do and what came of it, so that nothing runs twice and a repeat gets the same answer
// (protocol section 2). Kept in downloads/commands.json; each change is durable when the call returns. Holds the last
// `capacity` commands.
class CommandRecord
{
public:
    explicit CommandRecord(QString path, qsizetype capacity = 200);

    // A damaged file is set aside as <path>.bad and reported: the record then starts afresh. A missing one is fine.
    [[nodiscard]] Outcome load();

    [[nodiscard]] const RecordedCommand *find(const CommandKey &key) const;
    // Those that run, oldest first.
    [[nodiscard]] QList<RecordedCommand> unfinished() const;

    // NoSpace, Io: remembered all the same, until the next restart; settle() tries again.
    [[nodiscard]] Outcome begin(const CommandKey &key, const QString &name);
    [[nodiscard]] Outcome finish(const CommandKey &key, const QString &name, const QByteArray &reply);
    // Success when all of it is on disk, if need be by now.
    [[nodiscard]] Outcome settle();

private:
    [[nodiscard]] Outcome parse(const QByteArray &json);
    [[nodiscard]] Outcome save();
    RecordedCommand &entryFor(const CommandKey &key);
    void dropOldest();

    QString m_path;
    qsizetype m_capacity;
    QList<RecordedCommand> m_commands; // oldest first
    bool m_isSaved = true;
};

} // namespace sgn::agent
