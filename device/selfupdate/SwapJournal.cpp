// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/SwapJournal.h"

#include "base/JsonText.h"
#include "base/StateFile.h"
#include "protocol/Json.h"
#include "selfupdate/Logging.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxJournal = 1024 * 1024;
constexpr qsizetype maxName = 128;
constexpr qsizetype maxArguments = 64;
constexpr qsizetype maxArgument = 4096;
constexpr qsizetype maxProcesses = 65; // the table and the agent
constexpr qsizetype maxRemarks = 4096;
constexpr qint64 maxPid = 4194304;
constexpr qint64 maxExact = 9007199254740992; // the largest whole number that a JSON reader keeps exactly
constexpr qint64 maxTimes = 1'000'000;

QJsonObject toJson(const supervision::ProcessIdentity &identity)
{
    return {{"pid"_L1, identity.pid}, {"start_time"_L1, static_cast<qint64>(identity.startTime)}};
}

supervision::ProcessIdentity readIdentity(const QJsonObject &object, JsonReader &outer, QLatin1StringView key)
{
    JsonReader reader(object);
    supervision::ProcessIdentity identity;
    identity.pid = reader.requiredInteger("pid"_L1, 0, maxPid);
    identity.startTime = static_cast<quint64>(reader.requiredInteger("start_time"_L1, 0, maxExact));
    if (reader.error()) {
        outer.reject(key, reader.error()->message);
    }
    return identity;
}

QJsonArray toJson(const QList<WatchedProcess> &processes)
{
    QJsonArray array;
    for (const WatchedProcess &process : processes) {
        QJsonObject object{{"name"_L1, process.name}, {"was_running"_L1, process.wasRunning}};
        if (process.identity) {
            object["identity"_L1] = toJson(*process.identity);
        }
        array += object;
    }
    return array;
}

QList<WatchedProcess> readProcesses(JsonReader &outer)
{
    QList<WatchedProcess> processes;
    for (const QJsonValue &value : outer.requiredArray("processes"_L1, maxProcesses)) {
        JsonReader reader(value.toObject());
        WatchedProcess process;
        process.name = reader.optionalText("name"_L1, maxName);
        process.wasRunning = reader.optionalBool("was_running"_L1, false);
        if (const auto identity = reader.optionalObject("identity"_L1)) {
            process.identity = readIdentity(*identity, reader, "identity"_L1);
        }
        if (reader.error()) {
            outer.reject("processes"_L1, reader.error()->message);
        }
        processes += process;
    }
    return processes;
}

// As text: an inode number may be larger than the whole numbers that JSON readers keep exactly.
quint64 readId(JsonReader &reader, QLatin1StringView key)
{
    bool ok = false;
    const quint64 id = reader.requiredText(key, 20).toULongLong(&ok);
    if (!ok) {
        reader.reject(key, u"must be a number in text"_s);
    }
    return id;
}

// As on the control socket, by the same code.
QJsonObject requestToJson(const control::Swap &request)
{
    return QJsonDocument::fromJson(control::encode(control::Request{0, request})).object();
}

control::Swap readRequest(JsonReader &reader)
{
    const QJsonObject object = reader.optionalObject("request"_L1).value_or(QJsonObject());
    const auto request = control::parseRequest(toJsonText(object));
    const auto *const swap = request ? std::get_if<control::Swap>(&request->body) : nullptr;
    if (swap == nullptr) {
        reader.reject("request"_L1, request ? u"is another request"_s : request.error().message);
        return {};
    }
    return *swap;
}

QJsonObject toJson(const HandOver &handOver)
{
    return {{"arguments"_L1, QJsonArray::fromStringList(handOver.arguments)},
            {"has_init"_L1, handOver.hasInit},
            {"process"_L1, toJson(handOver.process)},
            {"processes"_L1, toJson(handOver.processes)}};
}

HandOver readHandOver(const QJsonObject &object, JsonReader &outer)
{
    JsonReader reader(object);
    HandOver handOver;
    handOver.arguments = reader.optionalTexts("arguments"_L1, maxArguments, maxArgument);
    handOver.hasInit = reader.optionalBool("has_init"_L1, false);
    handOver.process = readIdentity(reader.optionalObject("process"_L1).value_or(QJsonObject()), reader, "process"_L1);
    handOver.processes = readProcesses(reader);
    if (reader.error()) {
        outer.reject("hand_over"_L1, reader.error()->message);
    }
    return handOver;
}

} // namespace

void SwapJournal::advance(SwapEvent event)
{
    const auto next = nextPhase(phase, event);
    Q_ASSERT(next);
    phase = next.value_or(phase);
    attempts = 0;
}

QJsonObject toJson(const SwapJournal &journal)
{
    QJsonObject object{{"format"_L1, journal.format},
                       {"phase"_L1, nameOf(journal.phase)},
                       {"request"_L1, requestToJson(journal.request)},
                       {"new_folder"_L1, QString::number(journal.newFolder)},
                       {"old_folder"_L1, QString::number(journal.oldFolder)},
                       {"attempts"_L1, journal.attempts},
                       {"error"_L1, nameOf(journal.error)},
                       {"remarks"_L1, journal.remarks.left(maxRemarks)}};
    if (journal.request.component == Component::WatchDog) {
        object["hand_over"_L1] = toJson(journal.handOver);
    } else {
        object["tidied"_L1] = journal.tidied;
    }
    return object;
}

Result<SwapJournal> swapJournalFromJson(const QJsonObject &object)
{
    JsonReader reader(object);
    SwapJournal journal;
    journal.format = static_cast<int>(reader.requiredInteger("format"_L1, 1, maxTimes));
    if (!reader.error() && journal.format > SwapJournal::currentFormat) {
        return fail(ErrorCode::Refused, u"a newer program wrote it, in format %1"_s.arg(journal.format));
    }
    const auto phase = swapPhaseFromString(reader.requiredText("phase"_L1, 32));
    if (!phase) {
        reader.reject("phase"_L1, u"is unknown"_s);
    }
    journal.phase = phase.value_or(SwapPhase::Failed);
    journal.request = readRequest(reader);
    journal.newFolder = readId(reader, "new_folder"_L1);
    journal.oldFolder = readId(reader, "old_folder"_L1);
    journal.attempts = static_cast<int>(reader.requiredInteger("attempts"_L1, 0, maxTimes));
    if (journal.request.component == Component::WatchDog) {
        journal.handOver = readHandOver(reader.optionalObject("hand_over"_L1).value_or(QJsonObject()), reader);
    } else {
        journal.tidied = reader.requiredBool("tidied"_L1);
    }
    journal.error = errorCodeFromString(reader.optionalText("error"_L1, maxName));
    journal.remarks = reader.optionalText("remarks"_L1, maxRemarks);
    if (reader.error()) {
        return fail(ErrorCode::BadFile, reader.error()->message);
    }
    return journal;
}

control::SwapStatusReply statusOf(const std::optional<SwapJournal> &journal, Component component, int running)
{
    control::SwapStatusReply reply;
    reply.component = component;
    reply.running = running;
    if (journal) {
        reply.progress = progressIn(journal->phase);
        reply.key = journal->request.key;
        reply.error = journal->error;
        reply.remarks = journal->remarks;
    }
    return reply;
}

std::optional<SwapJournal> SwapJournalFile::load() const
{
    const auto object = readStateObject(m_path, maxJournal);
    const auto journal = object ? swapJournalFromJson(*object) : Result<SwapJournal>(fail(object.error()));
    if (journal) {
        return *journal;
    }
    if (journal.error().code == ErrorCode::NotFound) {
        return std::nullopt;
    }
    // It is written atomically, so a damaged one means a damaged disk. Both releases are whole; what is installed
    // stays.
    const Error error =
        journal.error().code == ErrorCode::BadFile ? quarantineDamaged(m_path, journal.error()) : journal.error();
    qCWarning(lcSelfUpdate).noquote() << "swap journal ignored:" << m_path << error.message;
    return std::nullopt;
}

Outcome SwapJournalFile::save(const SwapJournal &journal) const
{
    Outcome written = writeStateFile(m_path, toJsonText(toJson(journal)), m_mode);
    if (!written) {
        qCCritical(lcSelfUpdate).noquote() << "swap journal not saved:" << written.error().message;
    }
    return written;
}

} // namespace sgn::selfupdate
