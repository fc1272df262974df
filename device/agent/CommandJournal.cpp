// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/CommandJournal.h"

#include "base/AtomicFile.h"
#include "base/StateFile.h"
#include "protocol/Json.h"

#include <algorithm>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxFileSize = 16 * 1024 * 1024;
constexpr qint64 maxCommandNo = 2147483647;
constexpr qsizetype maxEntries = 10'000;

void insertTime(QJsonObject &object, QLatin1StringView key, const QDateTime &time)
{
    if (time.isValid()) {
        object.insert(key, time.toUTC().toString(Qt::ISODate));
    }
}

QJsonObject toJson(const RecordedCommand &command)
{
    QJsonObject object{{"command_no"_L1, static_cast<qint64>(command.key.number)},
                       {"fingerprint"_L1, QString::fromLatin1(command.key.fingerprint.toHex())},
                       {"command"_L1, command.name},
                       {"reply"_L1, QString::fromUtf8(command.reply)}};
    insertTime(object, "signed_at"_L1, command.key.signedAt);
    if (!command.key.request.isEmpty()) {
        object.insert("request"_L1, command.key.request);
    }
    return object;
}

} // namespace

CommandJournal::CommandJournal(QString path, qsizetype capacity)
    : m_path(std::move(path))
    , m_capacity(capacity)
{}

Result<QList<RecordedCommand>> CommandJournal::peek(const QString &path)
{
    const auto object = readStateObject(path, maxFileSize);
    if (!object) {
        return fail(object.error());
    }
    CommandJournal journal(path);
    if (auto parsed = journal.parse(*object); !parsed) {
        return fail(ErrorCode::BadFile, parsed.error().message);
    }
    return journal.m_commands;
}

Outcome CommandJournal::load()
{
    m_commands.clear();
    m_forgottenUntil = {};
    removeTemporaries(m_path);
    Outcome read = readStateFile(m_path, maxFileSize, [this](const QJsonObject &object) { return parse(object); });
    if (!read && read.error().code == ErrorCode::NotFound) {
        return {};
    }
    if (!read) {
        m_commands.clear();
        m_forgottenUntil = {};
    }
    return read;
}

Outcome CommandJournal::parse(const QJsonObject &object)
{
    JsonReader reader(object);
    m_forgottenUntil = reader.optionalTime("forgotten_until"_L1).value_or(QDateTime());
    for (const QJsonValue &value : reader.requiredArray("commands"_L1, maxEntries)) {
        JsonReader entry(value.toObject());
        RecordedCommand command;
        command.key.number = static_cast<CommandNo>(entry.requiredInteger("command_no"_L1, 1, maxCommandNo));
        command.key.fingerprint = QByteArray::fromHex(entry.requiredText("fingerprint"_L1, 64).toLatin1());
        command.key.signedAt = entry.optionalTime("signed_at"_L1).value_or(QDateTime());
        command.key.request = entry.optionalText("request"_L1, 64);
        command.name = entry.optionalText("command"_L1, 64);
        command.reply = entry.optionalText("reply"_L1, maxBodySize).toUtf8();
        if (entry.error()) {
            return fail(*entry.error());
        }
        m_commands += command;
    }
    return reader.error() ? Outcome(fail(*reader.error())) : Outcome();
}

const RecordedCommand *CommandJournal::find(const CommandKey &key) const
{
    const auto it = std::ranges::find(m_commands, key, &RecordedCommand::key);
    return it == m_commands.end() ? nullptr : &*it;
}

bool CommandJournal::mayBeForgotten(const CommandKey &key) const
{
    return key.signedAt.isValid() && m_forgottenUntil.isValid() && key.signedAt <= m_forgottenUntil &&
           find(key) == nullptr;
}

QList<RecordedCommand> CommandJournal::unfinished() const
{
    QList<RecordedCommand> running;
    std::ranges::copy_if(m_commands, std::back_inserter(running),
                         [](const RecordedCommand &command) { return command.reply.isEmpty(); });
    return running;
}

Outcome CommandJournal::begin(const CommandKey &key, const QString &name)
{
    entryFor(key).name = name;
    return save();
}

Outcome CommandJournal::finish(const CommandKey &key, const QString &name, const QByteArray &reply)
{
    RecordedCommand &command = entryFor(key);
    command.name = name;
    command.reply = reply;
    return save();
}

RecordedCommand &CommandJournal::entryFor(const CommandKey &key)
{
    const auto it = std::ranges::find(m_commands, key, &RecordedCommand::key);
    if (it != m_commands.end()) {
        return *it;
    }
    if (m_commands.size() >= m_capacity) {
        dropOldest();
    }
    m_commands.append({key, {}, {}});
    return m_commands.last();
}

void CommandJournal::dropOldest()
{
    // One that still runs is kept longer, else its repeat would run beside it.
    const auto it = std::ranges::find_if(m_commands, [](const auto &command) { return !command.reply.isEmpty(); });
    const auto oldest = it == m_commands.end() ? m_commands.begin() : it;
    const QDateTime &signedAt = oldest->key.signedAt;
    if (signedAt.isValid() && (!m_forgottenUntil.isValid() || signedAt > m_forgottenUntil)) {
        m_forgottenUntil = signedAt;
    }
    m_commands.erase(oldest);
}

Outcome CommandJournal::settle()
{
    return m_isSaved ? Outcome() : save();
}

Outcome CommandJournal::save()
{
    QJsonArray commands;
    for (const RecordedCommand &command : m_commands) {
        commands += toJson(command);
    }
    QJsonObject object{{"commands"_L1, commands}};
    insertTime(object, "forgotten_until"_L1, m_forgottenUntil);
    const Outcome written = writeStateFile(m_path, toAsciiJson(object));
    m_isSaved = written.has_value();
    return written;
}

} // namespace sgn::agent
