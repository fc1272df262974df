// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/UpdateJournal.h"

#include "base/AtomicFile.h"
#include "base/StateFile.h"
#include "protocol/Json.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr int formatVersion = 1;
constexpr qint64 maxJournalSize = 512 * 1024;
constexpr qint64 maxExact = 1LL << 53; // what a JSON number holds exactly
constexpr qsizetype maxRemarks = 4096;
constexpr qsizetype maxPath = 4096;
constexpr qsizetype maxLine = 300;

Command messageOf(const Order &order)
{
    Command command;
    command.body = commandOf(order.task);
    command.number = order.number;
    command.progress = order.progress;
    command.notAfter = order.notAfter;
    command.request = order.request;
    command.window = order.window;
    return command;
}

// The command is stored as the protocol's JSON, which is checked on reading as strictly as one from the network.
Result<Order> readOrder(const QJsonObject &object, const QString &fingerprint)
{
    const auto command = parseCommand(toAsciiJson(object));
    if (!command) {
        return fail(ErrorCode::BadFile, u"field \"command\": "_s + command.error().error.message);
    }
    const auto task = taskOf(command->body);
    if (!task) {
        return fail(ErrorCode::BadFile, u"field \"command\" is no update"_s);
    }
    return Order{.number = *command->number,
                 .fingerprint = QByteArray::fromHex(fingerprint.toLatin1()),
                 .task = *task,
                 .progress = command->progress,
                 .notAfter = command->notAfter,
                 .request = command->request,
                 .window = command->window};
}

std::optional<StickPart> readStick(JsonReader &outer)
{
    const auto object = outer.optionalObject("stick"_L1);
    if (!object) {
        return std::nullopt;
    }
    JsonReader reader(*object);
    StickPart part;
    part.key = reader.requiredText("key"_L1, 64);
    part.index = static_cast<int>(reader.requiredInteger("index"_L1, 0, 1000));
    if (reader.error()) {
        outer.reject("stick"_L1, reader.error()->message);
    }
    return part;
}

std::optional<int> readVersion(JsonReader &reader, QLatin1StringView key)
{
    const auto version = reader.optionalInteger(key, 0, maxVersion);
    return version ? std::optional(static_cast<int>(*version)) : std::nullopt;
}

std::optional<Error> readError(JsonReader &reader)
{
    const QString code = reader.optionalText("error"_L1, 64);
    if (code.isEmpty()) {
        return std::nullopt;
    }
    return Error{errorCodeFromString(code), reader.optionalText("reason"_L1, maxRemarks)};
}

Result<Record> recordOf(const QJsonObject &object)
{
    JsonReader reader(object);
    (void)reader.requiredInteger("format"_L1, formatVersion, formatVersion);
    Record record;
    const auto state = stateFromString(reader.requiredText("state"_L1, 32));
    if (!state) {
        reader.reject("state"_L1, u"is unknown"_s);
    }
    record.state = state.value_or(State::Failed);
    record.starts = static_cast<int>(reader.requiredInteger("starts"_L1, 0, 1000));
    record.fruitlessStarts = static_cast<int>(reader.optionalInteger("fruitless_starts"_L1, 0, 1000).value_or(0));
    record.bytesAtStart = reader.optionalInteger("bytes_at_start"_L1, 0, maxExact).value_or(0);
    record.elapsedMs = reader.requiredInteger("elapsed_ms"_L1, 0, maxExact);
    record.bytes = reader.requiredInteger("bytes"_L1, 0, maxExact);
    record.sha256 = QByteArray::fromHex(reader.optionalText("sha256"_L1, 64).toLatin1());
    record.assembled = reader.optionalBool("assembled"_L1, false);
    record.staged = reader.optionalBool("staged"_L1, false);
    record.stagedId = reader.requiredText("staged_id"_L1, 20).toULongLong();
    record.swapped = reader.requiredBool("swapped"_L1);
    record.before = readProcessVersions(reader, "before"_L1);
    record.known = reader.optionalTexts("known"_L1, maxProcesses, maxProcessNameLength);
    record.version = readVersion(reader, "version"_L1);
    record.versionBefore = readVersion(reader, "version_before"_L1);
    if (const auto created = QDateTime::fromString(reader.optionalText("created"_L1, 32), Qt::ISODate);
        created.isValid()) {
        record.created = created;
    }
    record.sitePackages = reader.optionalText("site_packages"_L1, maxPath);
    record.log = reader.optionalTexts("log"_L1, maxLogLines, maxLine);
    record.remarks = reader.optionalText("remarks"_L1, maxRemarks);
    record.error = readError(reader);
    const QString fingerprint = reader.optionalText("fingerprint"_L1, 64);
    const auto command = reader.optionalObject("command"_L1).value_or(QJsonObject());
    auto stick = readStick(reader);
    if (reader.error()) {
        return fail(ErrorCode::BadFile, reader.error()->message);
    }
    auto order = readOrder(command, fingerprint);
    if (!order) {
        return fail(std::move(order).error());
    }
    record.order = *std::move(order);
    record.order.stick = std::move(stick);
    return record;
}

} // namespace

void addLogLine(Record &record, const QString &line)
{
    record.log += line.simplified().left(maxLine);
    if (record.log.size() > maxLogLines) {
        record.log.removeFirst();
    }
}

QByteArray encode(const Record &record)
{
    QJsonArray before;
    for (const ProcessVersion &process : record.before) {
        before += toJson(process);
    }
    QJsonObject object{
        {"format"_L1, formatVersion},
        {"state"_L1, nameOf(record.state)},
        {"command"_L1, QJsonDocument::fromJson(encode(messageOf(record.order))).object()},
        {"fingerprint"_L1, QString::fromLatin1(record.order.fingerprint.toHex())},
        {"starts"_L1, record.starts},
        {"fruitless_starts"_L1, record.fruitlessStarts},
        {"bytes_at_start"_L1, record.bytesAtStart},
        {"elapsed_ms"_L1, record.elapsedMs},
        {"bytes"_L1, record.bytes},
        {"sha256"_L1, QString::fromLatin1(record.sha256.toHex())},
        {"assembled"_L1, record.assembled},
        {"staged"_L1, record.staged},
        // As text: an inode number may need all 64 bits.
        {"staged_id"_L1, QString::number(record.stagedId)},
        {"swapped"_L1, record.swapped},
        {"before"_L1, before},
        {"known"_L1, QJsonArray::fromStringList(record.known)},
        {"remarks"_L1, record.remarks.left(maxRemarks)},
        {"site_packages"_L1, record.sitePackages},
        {"log"_L1, QJsonArray::fromStringList(record.log)},
    };
    if (const auto &stick = record.order.stick) {
        object["stick"_L1] = QJsonObject{{"key"_L1, stick->key}, {"index"_L1, stick->index}};
    }
    if (record.version) {
        object["version"_L1] = *record.version;
    }
    if (record.versionBefore) {
        object["version_before"_L1] = *record.versionBefore;
    }
    if (record.created) {
        object["created"_L1] = record.created->toUTC().toString(Qt::ISODate);
    }
    if (record.error) {
        object["error"_L1] = sgn::nameOf(record.error->code);
        object["reason"_L1] = record.error->message.left(maxRemarks);
    }
    return toAsciiJson(object);
}

Result<Record> parseRecord(const QByteArray &json)
{
    const auto object = parseJsonObject(json, maxJournalSize);
    if (!object) {
        return fail(ErrorCode::BadFile, object.error().message);
    }
    return recordOf(*object);
}

Journal::Journal(QString path)
    : m_path(std::move(path))
{}

Result<Record> Journal::load() const
{
    removeTemporaries(m_path);
    return readStateFile(m_path, maxJournalSize, recordOf);
}

Outcome Journal::save(const Record &record) const
{
    return writeStateFile(m_path, encode(record));
}

Outcome Journal::remove() const
{
    return removeFileDurably(m_path);
}

} // namespace sgn::update
