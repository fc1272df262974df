// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/Control.h"

#include "base/Overloaded.h"
#include "protocol/Json.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sgn::control {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxPath = 4096;
constexpr qsizetype maxName = 64;
constexpr qsizetype maxRemarks = 4096;
constexpr qsizetype maxKey = 128;
constexpr qsizetype maxRelease = 64 * 1024;
constexpr qsizetype sha256Size = 32;
constexpr qint64 maxId = 4294967295;
constexpr qint64 maxSeconds = 3600;

constexpr std::array swapStates{
    std::pair{SwapState::None, "none"_L1},
    std::pair{SwapState::Confirming, "confirming"_L1},
    std::pair{SwapState::Confirmed, "confirmed"_L1},
    std::pair{SwapState::RolledBack, "rolled_back"_L1},
};

constexpr std::array watchdogSwapStates{
    std::pair{WatchdogSwapState::None, "none"_L1},
    std::pair{WatchdogSwapState::Preparing, "preparing"_L1},
    std::pair{WatchdogSwapState::Confirming, "confirming"_L1},
    std::pair{WatchdogSwapState::Confirmed, "confirmed"_L1},
    std::pair{WatchdogSwapState::RolledBack, "rolled_back"_L1},
    std::pair{WatchdogSwapState::Failed, "failed"_L1},
};

QByteArray toLine(const QJsonObject &object)
{
    return toAsciiJson(object) + '\n';
}

template <typename Item>
QJsonArray toArray(const QList<Item> &items)
{
    QJsonArray array;
    for (const Item &item : items) {
        array += toJson(item);
    }
    return array;
}

QJsonObject swapWatchdogToJson(const SwapWatchdog &swap)
{
    QJsonObject object{{"request"_L1, "swap_watchdog"_L1},
                       {"key"_L1, swap.key},
                       {"version"_L1, swap.version},
                       {"timeout_s"_L1, swap.timeoutS}};
    if (swap.previous) {
        object["previous"_L1] = true;
        return object;
    }
    object["zip"_L1] = swap.zip;
    object["sha256"_L1] = QString::fromLatin1(swap.sha256.toHex());
    if (!swap.release.isEmpty()) {
        object["release"_L1] = swap.release;
    }
    if (swap.force) {
        object["force"_L1] = true;
    }
    return object;
}

QJsonObject requestToJson(const RequestBody &body)
{
    return std::visit(
        Overloaded{
            [](const Hello &hello) {
                return QJsonObject{{"request"_L1, "hello"_L1}, {"version"_L1, hello.version}};
            },
            [](const Status &) {
                return QJsonObject{{"request"_L1, "status"_L1}};
            },
            [](const Hold &hold) {
                return QJsonObject{{"request"_L1, "hold"_L1},
                                   {"component"_L1, folderName(hold.component)},
                                   {"seconds"_L1, hold.seconds}};
            },
            [](const Release &release) {
                return QJsonObject{{"request"_L1, "release"_L1},
                                   {"component"_L1, folderName(release.component)},
                                   {"expected"_L1, toArray(release.expected)}};
            },
            [](const Restart &restart) {
                return QJsonObject{{"request"_L1, "restart"_L1}, {"process_name"_L1, restart.processName}};
            },
            [](const SwapAgent &swap) {
                return QJsonObject{{"request"_L1, "swap_agent"_L1},
                                   {"staged_folder"_L1, swap.stagedFolder},
                                   {"version"_L1, swap.version},
                                   {"timeout_s"_L1, swap.timeoutS},
                                   {"needs_online"_L1, swap.needsOnline}};
            },
            [](const Online &) {
                return QJsonObject{{"request"_L1, "online"_L1}};
            },
            [](const SwapStatus &) {
                return QJsonObject{{"request"_L1, "swap_status"_L1}};
            },
            [](const Reboot &) {
                return QJsonObject{{"request"_L1, "reboot"_L1}};
            },
            [](const SwapWatchdog &swap) { return swapWatchdogToJson(swap); },
            [](const WatchdogSwapStatus &) {
                return QJsonObject{{"request"_L1, "watchdog_swap_status"_L1}};
            },
        },
        body);
}

SwapWatchdog readSwapWatchdog(JsonReader &reader)
{
    SwapWatchdog swap;
    swap.key = reader.requiredText("key"_L1, maxKey);
    swap.version = static_cast<int>(reader.requiredInteger("version"_L1, 0, maxVersion));
    swap.timeoutS = static_cast<int>(reader.requiredInteger("timeout_s"_L1, 1, maxSeconds));
    swap.previous = reader.optionalBool("previous"_L1, false);
    if (swap.previous) {
        return swap;
    }
    swap.zip = reader.requiredText("zip"_L1, maxPath);
    swap.sha256 = QByteArray::fromHex(reader.requiredText("sha256"_L1, 2 * sha256Size).toLatin1());
    if (swap.sha256.size() != sha256Size) {
        reader.reject("sha256"_L1, u"must be 64 hexadecimal digits"_s);
    }
    swap.release = reader.optionalText("release"_L1, maxRelease);
    swap.force = reader.optionalBool("force"_L1, false);
    return swap;
}

Component readComponent(JsonReader &reader)
{
    const auto component = componentFromFolder(reader.requiredText("component"_L1, maxName));
    if (!component) {
        reader.reject("component"_L1, u"is unknown"_s);
    }
    return component.value_or(Component::SmartMeter);
}

std::optional<RequestBody> readRequest(JsonReader &reader, const QString &name)
{
    if (name == "hello"_L1) {
        return Hello{static_cast<int>(reader.requiredInteger("version"_L1, 0, maxVersion))};
    }
    if (name == "status"_L1) {
        return Status{};
    }
    if (name == "hold"_L1) {
        return Hold{readComponent(reader), static_cast<int>(reader.requiredInteger("seconds"_L1, 1, maxSeconds))};
    }
    if (name == "release"_L1) {
        return Release{readComponent(reader), readProcessVersions(reader, "expected"_L1)};
    }
    if (name == "restart"_L1) {
        return Restart{reader.requiredText("process_name"_L1, maxProcessNameLength)};
    }
    if (name == "swap_agent"_L1) {
        return SwapAgent{reader.requiredText("staged_folder"_L1, maxPath),
                         static_cast<int>(reader.requiredInteger("version"_L1, 0, maxVersion)),
                         static_cast<int>(reader.requiredInteger("timeout_s"_L1, 1, maxSeconds)),
                         reader.optionalBool("needs_online"_L1, true)};
    }
    if (name == "online"_L1) {
        return Online{};
    }
    if (name == "swap_status"_L1) {
        return SwapStatus{};
    }
    if (name == "reboot"_L1) {
        return Reboot{};
    }
    if (name == "swap_watchdog"_L1) {
        return readSwapWatchdog(reader);
    }
    if (name == "watchdog_swap_status"_L1) {
        return WatchdogSwapStatus{};
    }
    return std::nullopt;
}

QJsonObject swapStatusToJson(const SwapStatusReply &status)
{
    QLatin1StringView state = "none"_L1;
    for (const auto &[value, name] : swapStates) {
        if (value == status.state) {
            state = name;
        }
    }
    return {{"state"_L1, state}, {"version"_L1, status.version}, {"remarks"_L1, status.remarks.left(maxRemarks)}};
}

SwapStatusReply readSwapStatus(JsonReader &reader)
{
    SwapStatusReply status;
    const QString state = reader.requiredText("state"_L1, maxName);
    bool known = false;
    for (const auto &[value, name] : swapStates) {
        if (name == state) {
            status.state = value;
            known = true;
        }
    }
    if (!known) {
        reader.reject("state"_L1, u"is unknown"_s);
    }
    status.version = static_cast<int>(reader.requiredInteger("version"_L1, 0, maxVersion));
    status.remarks = reader.optionalText("remarks"_L1, maxRemarks);
    return status;
}

QJsonObject watchdogSwapToJson(const WatchdogSwapReply &status)
{
    const auto *const state =
        std::ranges::find(watchdogSwapStates, status.state, &decltype(watchdogSwapStates)::value_type::first);
    QJsonObject object{{"reply"_L1, "watchdog_swap_status"_L1},
                       {"state"_L1, state->second},
                       {"key"_L1, status.key},
                       {"running"_L1, status.running},
                       {"remarks"_L1, status.remarks.left(maxRemarks)}};
    if (status.state == WatchdogSwapState::RolledBack || status.state == WatchdogSwapState::Failed) {
        object["error"_L1] = nameOf(status.error);
    }
    return object;
}

WatchdogSwapReply readWatchdogSwap(JsonReader &reader)
{
    WatchdogSwapReply status;
    const QString name = reader.requiredText("state"_L1, maxName);
    const auto *const state =
        std::ranges::find_if(watchdogSwapStates, [&name](const auto &known) { return known.second == name; });
    if (state == watchdogSwapStates.end()) {
        reader.reject("state"_L1, u"is unknown"_s);
    } else {
        status.state = state->first;
    }
    status.key = reader.optionalText("key"_L1, maxKey);
    status.running = static_cast<int>(reader.requiredInteger("running"_L1, 0, maxVersion));
    status.error = errorCodeFromString(reader.optionalText("error"_L1, maxName));
    status.remarks = reader.optionalText("remarks"_L1, maxRemarks);
    return status;
}

QJsonObject replyToJson(const ReplyBody &body)
{
    return std::visit(
        Overloaded{
            [](const Done &) {
                return QJsonObject{{"reply"_L1, "done"_L1}};
            },
            [](const HelloReply &hello) {
                return QJsonObject{{"reply"_L1, "hello"_L1}, {"watchdog_version"_L1, hello.watchdogVersion}};
            },
            [](const StatusReply &status) {
                return QJsonObject{{"reply"_L1, "status"_L1}, {"processes"_L1, toArray(status.processes)}};
            },
            [](const SwapStatusReply &status) {
                QJsonObject object = swapStatusToJson(status);
                object["reply"_L1] = "swap_status"_L1;
                return object;
            },
            [](const WatchdogSwapReply &status) { return watchdogSwapToJson(status); },
        },
        body);
}

std::optional<ReplyBody> readReply(JsonReader &reader, const QString &name)
{
    if (name == "done"_L1) {
        return Done{};
    }
    if (name == "hello"_L1) {
        return HelloReply{static_cast<int>(reader.requiredInteger("watchdog_version"_L1, 0, maxVersion))};
    }
    if (name == "status"_L1) {
        return StatusReply{readProcessReports(reader, "processes"_L1)};
    }
    if (name == "swap_status"_L1) {
        return readSwapStatus(reader);
    }
    if (name == "watchdog_swap_status"_L1) {
        return readWatchdogSwap(reader);
    }
    return std::nullopt;
}

Result<WatchdogLine> readEvent(const QJsonObject &object, const QString &name)
{
    JsonReader reader(object);
    if (name == "process"_L1) {
        auto process = processReportFromJson(reader.optionalObject("process"_L1).value_or(QJsonObject()));
        if (!process) {
            return fail(std::move(process).error());
        }
        return Event(ProcessChanged{*std::move(process)});
    }
    if (name == "agent_swap"_L1) {
        const SwapStatusReply status = readSwapStatus(reader);
        if (reader.error()) {
            return fail(*reader.error());
        }
        return Event(SwapChanged{status});
    }
    return fail(ErrorCode::UnknownCommand, u"unknown event \"%1\""_s.arg(name));
}

// A line that is too long is heard by nobody, and all that is told of the processes with it. What they have printed
// last is the only thing that makes it so, and each event has it whole.
QByteArray encodeStatus(RequestId id, StatusReply status)
{
    for (const qsizetype kept : {qsizetype(5), qsizetype(1), qsizetype(0)}) {
        QJsonObject object = replyToJson(status);
        object["id"_L1] = static_cast<qint64>(id);
        if (QByteArray line = toLine(object); line.size() <= maxBodySize) {
            return line;
        }
        for (ProcessReport &process : status.processes) {
            if (process.lastExit && process.lastExit->lastLines.size() > kept) {
                process.lastExit->lastLines = process.lastExit->lastLines.last(kept);
            }
        }
    }
    QJsonObject object = replyToJson(status);
    object["id"_L1] = static_cast<qint64>(id);
    return toLine(object);
}

} // namespace

QByteArray encode(const Request &request)
{
    QJsonObject object = requestToJson(request.body);
    object["id"_L1] = static_cast<qint64>(request.id);
    return toLine(object);
}

QByteArray encode(const Reply &reply)
{
    if (const auto *const status = reply.body ? std::get_if<StatusReply>(&*reply.body) : nullptr) {
        return encodeStatus(reply.id, *status);
    }
    QJsonObject object;
    if (reply.body) {
        object = replyToJson(*reply.body);
    } else {
        object = {{"reply"_L1, "failed"_L1},
                  {"error"_L1, nameOf(reply.body.error().code)},
                  {"remarks"_L1, reply.body.error().message.left(maxRemarks)}};
    }
    object["id"_L1] = static_cast<qint64>(reply.id);
    return toLine(object);
}

QByteArray encode(const Event &event)
{
    return std::visit(Overloaded{
                          [](const ProcessChanged &changed) {
                              return toLine({{"event"_L1, "process"_L1}, {"process"_L1, toJson(changed.process)}});
                          },
                          [](const SwapChanged &changed) {
                              QJsonObject object = swapStatusToJson(changed.status);
                              object["event"_L1] = "agent_swap"_L1;
                              return toLine(object);
                          },
                      },
                      event);
}

Result<Request> parseRequest(const QByteArray &line)
{
    const auto object = parseJsonObject(line);
    if (!object) {
        return fail(object.error());
    }
    JsonReader reader(*object);
    Request request;
    request.id = static_cast<RequestId>(reader.requiredInteger("id"_L1, 0, maxId));
    const QString name = reader.requiredText("request"_L1, maxName);
    if (reader.error()) {
        return fail(*reader.error());
    }
    auto body = readRequest(reader, name);
    if (!body) {
        return fail(ErrorCode::UnknownCommand, u"unknown request \"%1\""_s.arg(name));
    }
    if (reader.error()) {
        return fail(*reader.error());
    }
    request.body = *std::move(body);
    return request;
}

Result<WatchdogLine> parseWatchdogLine(const QByteArray &line)
{
    const auto object = parseJsonObject(line);
    if (!object) {
        return fail(object.error());
    }
    JsonReader reader(*object);
    if (reader.has("event"_L1)) {
        return readEvent(*object, reader.requiredText("event"_L1, maxName));
    }
    Reply reply;
    reply.id = static_cast<RequestId>(reader.requiredInteger("id"_L1, 0, maxId));
    const QString name = reader.requiredText("reply"_L1, maxName);
    if (name == "failed"_L1) {
        reply.body = fail(errorCodeFromString(reader.requiredText("error"_L1, maxName)),
                          reader.optionalText("remarks"_L1, maxRemarks));
    } else if (auto body = readReply(reader, name)) {
        reply.body = *std::move(body);
    } else {
        return fail(ErrorCode::UnknownCommand, u"unknown reply \"%1\""_s.arg(name));
    }
    if (reader.error()) {
        return fail(*reader.error());
    }
    return reply;
}

std::optional<RequestId> requestIdOf(const QByteArray &line)
{
    const auto object = parseJsonObject(line);
    if (!object) {
        return std::nullopt;
    }
    JsonReader reader(*object);
    const auto id = reader.optionalInteger("id"_L1, 0, maxId);
    return id ? std::optional(static_cast<RequestId>(*id)) : std::nullopt;
}

} // namespace sgn::control
