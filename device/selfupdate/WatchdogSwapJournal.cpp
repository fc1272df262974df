// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/WatchdogSwapJournal.h"

#include "base/AtomicFile.h"
#include "protocol/Json.h"

#include <algorithm>
#include <array>
#include <QJsonArray>
#include <QJsonDocument>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;
using control::WatchdogSwapState;

namespace {

struct PhaseNames
{
    WatchdogPhase phase = WatchdogPhase::Preparing;
    QLatin1StringView name;
    WatchdogSwapState state = WatchdogSwapState::None;
};

constexpr std::array phases{
    PhaseNames{WatchdogPhase::Preparing, "preparing"_L1, WatchdogSwapState::Preparing},
    PhaseNames{WatchdogPhase::Swapping, "swapping"_L1, WatchdogSwapState::Confirming},
    PhaseNames{WatchdogPhase::Confirming, "confirming"_L1, WatchdogSwapState::Confirming},
    PhaseNames{WatchdogPhase::RollingBack, "rolling_back"_L1, WatchdogSwapState::Confirming},
    PhaseNames{WatchdogPhase::Confirmed, "confirmed"_L1, WatchdogSwapState::Confirmed},
    PhaseNames{WatchdogPhase::RolledBack, "rolled_back"_L1, WatchdogSwapState::RolledBack},
    PhaseNames{WatchdogPhase::Failed, "failed"_L1, WatchdogSwapState::Failed},
};

constexpr qint64 maxVersionNumber = 2147483647;
constexpr qsizetype maxName = 128;
constexpr qsizetype maxArguments = 64;
constexpr qsizetype maxArgument = 4096;
constexpr qsizetype maxProcesses = 65; // the table and the agent
constexpr qsizetype maxRemarks = 4096;
constexpr qint64 maxPid = 4194304;
constexpr qint64 maxExact = 9007199254740992; // the largest whole number that a JSON reader keeps exactly
constexpr qint64 maxTimes = 1'000'000;

const PhaseNames &namesOf(WatchdogPhase phase)
{
    return *std::ranges::find(phases, phase, &PhaseNames::phase);
}

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

// As on the wire, by the same code.
QJsonObject requestToJson(const control::SwapWatchdog &request)
{
    return QJsonDocument::fromJson(control::encode(control::Request{0, request})).object();
}

control::SwapWatchdog readRequest(JsonReader &reader)
{
    const QJsonObject object = reader.optionalObject("request"_L1).value_or(QJsonObject());
    const auto request = control::parseRequest(QJsonDocument(object).toJson(QJsonDocument::Compact));
    const auto *const swap = request ? std::get_if<control::SwapWatchdog>(&request->body) : nullptr;
    if (swap == nullptr) {
        reader.reject("request"_L1, request ? u"is another request"_s : request.error().message);
        return {};
    }
    return *swap;
}

} // namespace

QJsonObject toJson(const WatchdogSwapJournal &journal)
{
    return {{"phase"_L1, namesOf(journal.phase).name},
            {"request"_L1, requestToJson(journal.request)},
            {"old_version"_L1, journal.oldVersion},
            {"new_folder"_L1, QString::number(journal.newFolder)},
            {"old_folder"_L1, QString::number(journal.oldFolder)},
            {"prepared"_L1, journal.prepared},
            {"arguments"_L1, QJsonArray::fromStringList(journal.arguments)},
            {"has_init"_L1, journal.hasInit},
            {"handed_over"_L1, toJson(journal.handedOver)},
            {"processes"_L1, toJson(journal.processes)},
            {"error"_L1, nameOf(journal.error)},
            {"remarks"_L1, journal.remarks.left(maxRemarks)}};
}

Result<WatchdogSwapJournal> watchdogSwapJournalFromJson(const QJsonObject &object)
{
    JsonReader reader(object);
    WatchdogSwapJournal journal;
    const QString name = reader.requiredText("phase"_L1, 32);
    const auto *const phase = std::ranges::find(phases, name, &PhaseNames::name);
    if (phase == phases.end()) {
        reader.reject("phase"_L1, u"is unknown"_s);
    } else {
        journal.phase = phase->phase;
    }
    journal.request = readRequest(reader);
    journal.oldVersion = static_cast<int>(reader.requiredInteger("old_version"_L1, 0, maxVersionNumber));
    journal.newFolder = readId(reader, "new_folder"_L1);
    journal.oldFolder = readId(reader, "old_folder"_L1);
    journal.prepared = static_cast<int>(reader.requiredInteger("prepared"_L1, 0, maxTimes));
    journal.arguments = reader.optionalTexts("arguments"_L1, maxArguments, maxArgument);
    journal.hasInit = reader.optionalBool("has_init"_L1, false);
    journal.handedOver =
        readIdentity(reader.optionalObject("handed_over"_L1).value_or(QJsonObject()), reader, "handed_over"_L1);
    journal.processes = readProcesses(reader);
    journal.error = errorCodeFromString(reader.optionalText("error"_L1, maxName));
    journal.remarks = reader.optionalText("remarks"_L1, maxRemarks);
    if (reader.error()) {
        return fail(ErrorCode::BadFile, reader.error()->message);
    }
    return journal;
}

Result<WatchdogSwapJournal> loadWatchdogSwap(const QString &path)
{
    const auto object = readJsonFile(path);
    return object ? watchdogSwapJournalFromJson(*object) : fail(object.error());
}

Outcome saveWatchdogSwap(const WatchdogSwapJournal &journal, const QString &path)
{
    return writeFileAtomically(path, QJsonDocument(toJson(journal)).toJson(QJsonDocument::Compact), 0600);
}

control::WatchdogSwapReply statusOf(const std::optional<WatchdogSwapJournal> &journal, int running)
{
    control::WatchdogSwapReply reply;
    reply.running = running;
    if (journal) {
        reply.state = namesOf(journal->phase).state;
        reply.key = journal->request.key;
        reply.error = journal->error;
        reply.remarks = journal->remarks;
    }
    return reply;
}

} // namespace sgn::selfupdate
