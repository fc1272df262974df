// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/Behaviour.h"

#include "protocol/Json.h"

#include <algorithm>
#include <array>

namespace sgn::sim {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 longest = 24LL * 60 * 60 * 1000; // ms

constexpr std::array fields{"modern"_L1,         "processes"_L1,   "dead_percent"_L1,
                            "answer_ms"_L1,      "update_ms"_L1,   "update_fails_percent"_L1,
                            "event_every_ms"_L1, "switch_on_ms"_L1};

int percent(JsonReader &reader, QLatin1StringView key, int fallback)
{
    return static_cast<int>(reader.optionalInteger(key, 0, 100).value_or(fallback));
}

std::chrono::milliseconds time(JsonReader &reader, QLatin1StringView key, std::chrono::milliseconds fallback)
{
    return std::chrono::milliseconds(reader.optionalInteger(key, 0, longest).value_or(fallback.count()));
}

Span span(JsonReader &reader, QLatin1StringView key, const Span &fallback)
{
    if (!reader.has(key)) {
        return fallback;
    }
    const QJsonArray bounds = reader.requiredArray(key, 2);
    const double low = bounds.at(0).toDouble(-1);
    const double high = bounds.at(1).toDouble(-1);
    if (bounds.size() != 2 || low < 0 || high < low || high > static_cast<double>(longest)) {
        reader.reject(key, u"takes [low, high] in milliseconds"_s);
        return fallback;
    }
    return {std::chrono::milliseconds(static_cast<qint64>(low)), std::chrono::milliseconds(static_cast<qint64>(high))};
}

} // namespace

Result<Behaviour> parseBehaviour(const QByteArray &json)
{
    const auto object = parseJsonObject(json);
    if (!object) {
        return fail(ErrorCode::BadFile, object.error().message);
    }
    for (const QString &key : object->keys()) {
        if (std::ranges::find(fields, key) == fields.end()) {
            return fail(ErrorCode::BadFile, u"there is no field \"%1\""_s.arg(key));
        }
    }
    JsonReader reader(*object);
    Behaviour behaviour;
    behaviour.modern = reader.optionalBool("modern"_L1, behaviour.modern);
    if (reader.has("processes"_L1)) {
        behaviour.processes = readProcessVersions(reader, "processes"_L1);
        if (behaviour.processes.isEmpty()) {
            reader.reject("processes"_L1, u"names no process"_s);
        }
    }
    behaviour.deadPercent = percent(reader, "dead_percent"_L1, behaviour.deadPercent);
    behaviour.answer = span(reader, "answer_ms"_L1, behaviour.answer);
    behaviour.update = span(reader, "update_ms"_L1, behaviour.update);
    behaviour.updateFailsPercent = percent(reader, "update_fails_percent"_L1, behaviour.updateFailsPercent);
    behaviour.eventEvery = time(reader, "event_every_ms"_L1, behaviour.eventEvery);
    behaviour.switchOn = time(reader, "switch_on_ms"_L1, behaviour.switchOn);
    if (reader.error()) {
        return fail(ErrorCode::BadFile, reader.error()->message);
    }
    return behaviour;
}

} // namespace sgn::sim
