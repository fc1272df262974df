// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Command.h"

#include <QByteArray>
#include <QDateTime>
#include <QList>
#include <QString>

namespace sgn::agent {

// Which command it is: the number alone doesn't tell, because the same number with other content is another command.
struct CommandKey
{
    CommandNo number = 0;
    QByteArray fingerprint;
    // When an operator signed it, by the claims; invalid: nobody did. Is part of what the fingerprint stands for.
    QDateTime signedAt = {};

    friend bool operator==(const CommandKey &one, const CommandKey &other)
    {
        return one.number == other.number && one.fingerprint == other.fingerprint;
    }
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
// `capacity` commands, and of the signed ones that it had to forget the time of the newest signature: whoever has
// recorded the stream could else have them carried out again, as long as they are valid.
class CommandJournal
{
public:
    explicit CommandJournal(QString path, qsizetype capacity = 200);

    // A damaged file is set aside as <path>.bad and reported: the record then starts afresh. A missing one is fine.
    [[nodiscard]] Outcome load();

    [[nodiscard]] const RecordedCommand *find(const CommandKey &key) const;
    // Whether it was signed so long ago that it may have been carried out and forgotten.
    [[nodiscard]] bool mayBeForgotten(const CommandKey &key) const;
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
    QDateTime m_forgottenUntil;        // newest signature of those dropped
    bool m_isSaved = true;
};

} // namespace sgn::agent
