// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/Control.h"

#include "control/ControlFields.h"

#include <algorithm>
#include <array>

namespace sgn::control {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxId = 4294967295;

QByteArray toLine(const QJsonObject &object)
{
    return toAsciiJson(object) + '\n';
}

// How one alternative of a variant is spelled and read. Each table below has the order of its variant.
template <typename Variant>
struct BodyKind
{
    QLatin1StringView name;
    Variant (*read)(JsonReader &);
};

constexpr std::array requestKinds{
    BodyKind<RequestBody>{"hello"_L1,
                          [](JsonReader &reader) -> RequestBody {
                              return Hello{readVersion(reader, "version"_L1), readProtocol(reader),
                                           readLimit(reader, "heartbeat_timeout_s"_L1),
                                           readLimit(reader, "start_timeout_s"_L1),
                                           reader.optionalBool("takes_sticks"_L1, false)};
                          }},
    BodyKind<RequestBody>{"status"_L1,
                          [](JsonReader &) -> RequestBody {
                              return Status{};
                          }},
    BodyKind<RequestBody>{"hold"_L1,
                          [](JsonReader &reader) -> RequestBody {
                              return Hold{readComponent(reader), readSeconds(reader, "seconds"_L1)};
                          }},
    BodyKind<RequestBody>{"resume"_L1,
                          [](JsonReader &reader) -> RequestBody {
                              return Resume{readComponent(reader), readProcessVersions(reader, "expected"_L1)};
                          }},
    BodyKind<RequestBody>{"restart"_L1,
                          [](JsonReader &reader) -> RequestBody {
                              return Restart{reader.requiredText("process_name"_L1, maxProcessNameLength)};
                          }},
    BodyKind<RequestBody>{"reboot"_L1,
                          [](JsonReader &) -> RequestBody {
                              return Reboot{};
                          }},
    BodyKind<RequestBody>{"online"_L1,
                          [](JsonReader &reader) -> RequestBody {
                              return Online{reader.optionalTime("since"_L1)};
                          }},
    BodyKind<RequestBody>{
        "offline"_L1,
        [](JsonReader &reader) -> RequestBody {
            return Offline{reader.optionalTime("since"_L1), reader.optionalText("reason"_L1, maxProblemLength)};
        }},
    BodyKind<RequestBody>{"swap"_L1,
                          [](JsonReader &reader) -> RequestBody {
                              return readSwap(reader);
                          }},
    BodyKind<RequestBody>{"swap_status"_L1,
                          [](JsonReader &reader) -> RequestBody {
                              return SwapStatus{readSwapComponent(reader)};
                          }},
    BodyKind<RequestBody>{"stick_done"_L1,
                          [](JsonReader &) -> RequestBody {
                              return StickDone{};
                          }},
};
static_assert(requestKinds.size() == std::variant_size_v<RequestBody>);

constexpr std::array replyKinds{
    BodyKind<ReplyBody>{"done"_L1,
                        [](JsonReader &) -> ReplyBody {
                            return Done{};
                        }},
    BodyKind<ReplyBody>{"hello"_L1,
                        [](JsonReader &reader) -> ReplyBody {
                            return HelloReply{readVersion(reader, "watchdog_version"_L1), readProtocol(reader)};
                        }},
    BodyKind<ReplyBody>{"status"_L1,
                        [](JsonReader &reader) -> ReplyBody {
                            return readStatus(reader);
                        }},
    BodyKind<ReplyBody>{"swap_status"_L1,
                        [](JsonReader &reader) -> ReplyBody {
                            return readSwapStatus(reader);
                        }},
};
static_assert(replyKinds.size() == std::variant_size_v<ReplyBody>);

constexpr std::array eventKinds{
    BodyKind<Event>{"process"_L1,
                    [](JsonReader &reader) -> Event {
                        auto process =
                            processReportFromJson(reader.optionalObject("process"_L1).value_or(QJsonObject()));
                        if (!process) {
                            reader.reject("process"_L1, process.error().message);
                            return ProcessChanged{};
                        }
                        return ProcessChanged{*std::move(process)};
                    }},
    BodyKind<Event>{"swap"_L1,
                    [](JsonReader &reader) -> Event {
                        return SwapChanged{readSwapStatus(reader)};
                    }},
    BodyKind<Event>{"problem"_L1,
                    [](JsonReader &reader) -> Event {
                        return ProblemChanged{reader.optionalText("problem"_L1, maxProblemLength)};
                    }},
    BodyKind<Event>{"stick"_L1,
                    [](JsonReader &) -> Event {
                        return StickArrived{};
                    }},
};
static_assert(eventKinds.size() == std::variant_size_v<Event>);

template <typename Variant, std::size_t Size>
QJsonObject write(const Variant &body, const std::array<BodyKind<Variant>, Size> &kinds, QLatin1StringView key)
{
    QJsonObject object = std::visit([](const auto &alternative) { return fieldsOf(alternative); }, body);
    object[key] = kinds.at(body.index()).name;
    return object;
}

// UnknownCommand if no kind has the name under `key`; else BadRequest for what is wrong with the fields.
template <typename Variant, std::size_t Size>
Result<Variant> read(JsonReader &reader, const std::array<BodyKind<Variant>, Size> &kinds, QLatin1StringView key)
{
    const QString name = reader.requiredText(key, maxName);
    if (reader.error()) {
        return fail(*reader.error());
    }
    const auto *const kind = std::ranges::find(kinds, name, &BodyKind<Variant>::name);
    if (kind == kinds.end()) {
        return fail(ErrorCode::UnknownCommand, u"unknown %1 \"%2\""_s.arg(key, name));
    }
    Variant body = kind->read(reader);
    if (reader.error()) {
        return fail(*reader.error());
    }
    return body;
}

// To the last `linesKept` lines of output; negative: none, and a short problem.
void shorten(ProcessReport &process, qsizetype linesKept)
{
    if (process.lastExit && process.lastExit->lastLines.size() > linesKept) {
        process.lastExit->lastLines = process.lastExit->lastLines.last(std::max<qsizetype>(linesKept, 0));
    }
    if (linesKept < 0) {
        process.problem.truncate(maxProblemLength / 10);
    }
}

// A line over the limit would be dropped by the reader, with the state of every process in it. Only the output of the
// processes, and then their problems, can make it so long, and each event carries those in full.
QByteArray encodeStatus(RequestId id, StatusReply status)
{
    QByteArray line;
    for (const qsizetype kept : {qsizetype{5}, qsizetype{1}, qsizetype{0}, qsizetype{-1}, qsizetype{-1}}) {
        QJsonObject object = write(ReplyBody(status), replyKinds, "reply"_L1);
        object["id"_L1] = static_cast<qint64>(id);
        line = toLine(object);
        if (line.size() <= maxBodySize) {
            break;
        }
        for (ProcessReport &process : status.processes) {
            shorten(process, kept);
        }
        if (status.agent) {
            shorten(status.agent->process, kept);
        }
    }
    return line;
}

} // namespace

QByteArray encode(const Request &request)
{
    QJsonObject object = write(request.body, requestKinds, "request"_L1);
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
        object = write(*reply.body, replyKinds, "reply"_L1);
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
    return toLine(write(event, eventKinds, "event"_L1));
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
    auto body = read(reader, requestKinds, "request"_L1);
    if (!body) {
        return fail(std::move(body).error());
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
        auto event = read(reader, eventKinds, "event"_L1);
        return event ? Result<WatchdogLine>(*std::move(event)) : fail(std::move(event).error());
    }
    Reply reply;
    reply.id = static_cast<RequestId>(reader.requiredInteger("id"_L1, 0, maxId));
    if (object->value("reply"_L1) == "failed"_L1) {
        reply.body = fail(errorCodeFromString(reader.requiredText("error"_L1, maxName)),
                          reader.optionalText("remarks"_L1, maxRemarks));
    } else if (auto body = read(reader, replyKinds, "reply"_L1)) {
        reply.body = *std::move(body);
    } else {
        return fail(std::move(body).error());
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
