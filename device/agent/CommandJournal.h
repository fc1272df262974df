// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Command.h"

#include <QByteArray>
#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QString>

namespace sgn::agent {

// Identifies a command: the number alone doesn't, because the same number with other content is another command.
struct CommandKey
{
    CommandNo number = 0;
    QByteArray fingerprint;
    // When an operator signed it, by the claims; invalid: it isn't signed. The fingerprint covers it.
    QDateTime signedAt = {};
    // Command::request, for the replies. The fingerprint covers it, too.
    QString request = {};

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

// The commands that this device received and their results, so that nothing runs twice and a repeat gets the same reply
// (protocol section 2). Kept in downloads/commands.json; each change is durable when the call returns. Holds the last
// `capacity` commands, and of the signed ones that it had to forget the time of the newest signature: an attacker who
// has recorded the stream could otherwise have them carried out again for as long as they are valid.
class CommandJournal
{
public:
    explicit CommandJournal(QString path, qsizetype capacity = 200);

    // The commands in the file at `path`, oldest first, for another program than the agent: nothing is changed.
    // NotFound, BadFile, Io.
    [[nodiscard]] static Result<QList<RecordedCommand>> peek(const QString &path);

    // A damaged file is quarantined and reported: the record then starts anew. A missing one is no error.
    [[nodiscard]] Outcome load();

    [[nodiscard]] const RecordedCommand *find(const CommandKey &key) const;
    // Whether the command was signed so long ago that it may have been carried out and forgotten.
    [[nodiscard]] bool mayBeForgotten(const CommandKey &key) const;
    // The commands that have no reply yet, oldest first.
    [[nodiscard]] QList<RecordedCommand> unfinished() const;

    // NoSpace, Io: kept in memory nevertheless, until the next restart; settle() tries again.
    [[nodiscard]] Outcome begin(const CommandKey &key, const QString &name);
    [[nodiscard]] Outcome finish(const CommandKey &key, const QString &name, const QByteArray &reply);
    // Success when all of it is durable; writes it again if need be.
    [[nodiscard]] Outcome settle();

private:
    [[nodiscard]] Outcome parse(const QJsonObject &object);
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
