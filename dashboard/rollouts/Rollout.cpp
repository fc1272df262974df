// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Rollout.h"

#include "base/EnumNames.h"

#include <algorithm>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <tuple>

namespace sgn::rollouts {

using namespace Qt::StringLiterals;

namespace {

// Text of others, for a panel's memory.
constexpr qsizetype maxText = 200;
constexpr int maxWaves = 10'000;
// A JID may have three kilobytes, an item 32.
constexpr qsizetype maxChunkBytes = 20'000;

constexpr auto wishNames = enumNames<RolloutWish::What>({
    {RolloutWish::What::Run, "run"_L1},
    {RolloutWish::What::Pause, "pause"_L1},
    {RolloutWish::What::Cancel, "cancel"_L1},
});

constexpr auto stateNames = enumNames<RolloutState>({
    {RolloutState::Running, "running"_L1},
    {RolloutState::Paused, "paused"_L1},
    {RolloutState::Stopped, "stopped"_L1},
    {RolloutState::Done, "done"_L1},
    {RolloutState::Cancelled, "cancelled"_L1},
});

QJsonValue fromTime(const QDateTime &time)
{
    return time.isValid() ? QJsonValue(time.toMSecsSinceEpoch()) : QJsonValue(QJsonValue::Undefined);
}

QDateTime toTime(const QJsonValue &value)
{
    const double ms = value.toDouble(-1);
    return ms > 0 && ms < 1e14 ? QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(ms), Qt::UTC) : QDateTime();
}

void putTime(QJsonObject &json, QLatin1StringView key, const QDateTime &time)
{
    if (time.isValid()) {
        json[key] = fromTime(time);
    }
}

QString textOf(const QJsonValue &value)
{
    return value.toString().simplified().left(maxText);
}

QJsonObject releaseJson(const UpdateCommand &release)
{
    Command command;
    command.body = release;
    return QJsonDocument::fromJson(encode(command)).object();
}

std::optional<UpdateCommand> releaseFrom(const QJsonObject &json)
{
    QJsonObject numbered = json;
    numbered["command_no"_L1] = 1; // which a command on its way has
    const auto command = parseCommand(QJsonDocument(numbered).toJson(QJsonDocument::Compact));
    const auto *release = command ? std::get_if<UpdateCommand>(&command->body) : nullptr;
    return release ? std::optional(*release) : std::nullopt;
}

int numberOf(const QJsonValue &value)
{
    return std::clamp(value.toInt(), 0, RolloutPlan::mostInFlight * 100);
}

} // namespace

QLatin1StringView nameOf(RolloutState state)
{
    return stateNames.nameOf(state);
}

bool isEnded(RolloutState state)
{
    return state == RolloutState::Done || state == RolloutState::Cancelled;
}

RolloutState Rollout::state() const
{
    if (wish.what == RolloutWish::What::Cancel) {
        return RolloutState::Cancelled;
    }
    if (progress.endedAt.isValid()) {
        return RolloutState::Done;
    }
    if (progress.stoppedAt.isValid() && progress.stoppedAt >= wish.since) {
        return RolloutState::Stopped;
    }
    return wish.what == RolloutWish::What::Pause ? RolloutState::Paused : RolloutState::Running;
}

QByteArray wishJson(const Rollout &rollout)
{
    QJsonObject json{{"plan"_L1, toJson(rollout.plan)},
                     {"release"_L1, releaseJson(rollout.release)},
                     {"title"_L1, rollout.title},
                     {"by"_L1, rollout.by},
                     {"created"_L1, fromTime(rollout.createdAt)},
                     {"wish"_L1, QString(wishNames.nameOf(rollout.wish.what))},
                     {"wished_by"_L1, rollout.wish.by}};
    putTime(json, "since"_L1, rollout.wish.since);
    if (rollout.wish.openAfter > 0) {
        json["open_after"_L1] = rollout.wish.openAfter;
    }
    putTime(json, "retry"_L1, rollout.wish.retry);
    putTime(json, "at"_L1, rollout.wish.changedAt);
    return QJsonDocument(json).toJson(QJsonDocument::Compact);
}

std::optional<Rollout> rolloutFrom(const QString &id, const QByteArray &wish)
{
    const QJsonObject json = QJsonDocument::fromJson(wish).object();
    Result<RolloutPlan> plan = rolloutPlanFrom(json["plan"_L1].toObject());
    std::optional<UpdateCommand> release = releaseFrom(json["release"_L1].toObject());
    const std::optional<RolloutWish::What> what = wishNames.valueOf(json["wish"_L1].toString());
    const QDateTime changedAt = toTime(json["at"_L1]);
    if (id.isEmpty() || !plan || !release || !what || !changedAt.isValid()) {
        return std::nullopt;
    }
    Rollout rollout;
    rollout.id = id;
    rollout.plan = *std::move(plan);
    rollout.release = *std::move(release);
    rollout.title = textOf(json["title"_L1]);
    rollout.by = textOf(json["by"_L1]);
    rollout.createdAt = toTime(json["created"_L1]);
    rollout.wish = {*what,
                    toTime(json["since"_L1]),
                    textOf(json["wished_by"_L1]),
                    std::clamp(json["open_after"_L1].toInt(), 0, maxWaves),
                    toTime(json["retry"_L1]),
                    changedAt};
    return rollout;
}

RolloutWish mergeWishes(const RolloutWish &one, const RolloutWish &other)
{
    const auto rank = [](const RolloutWish &wish) {
        const bool isCancelled = wish.what == RolloutWish::What::Cancel;
        return std::tuple(isCancelled, wish.since, wish.what, wish.by);
    };
    RolloutWish merged = rank(one) < rank(other) ? other : one;
    merged.openAfter = std::max(one.openAfter, other.openAfter);
    merged.retry = std::max(one.retry, other.retry);
    merged.changedAt = std::max(one.changedAt, other.changedAt);
    return merged;
}

QByteArray progressJson(const RolloutProgress &progress)
{
    QJsonObject json{{"waves"_L1, progress.waves},   {"planned"_L1, progress.planned},
                     {"total"_L1, progress.total},   {"done"_L1, progress.done},
                     {"failed"_L1, progress.failed}, {"why"_L1, records::toText(progress.why)}};
    putTime(json, "retried"_L1, progress.retried);
    putTime(json, "stopped"_L1, progress.stoppedAt);
    putTime(json, "ended"_L1, progress.endedAt);
    putTime(json, "at"_L1, progress.changedAt);
    return QJsonDocument(json).toJson(QJsonDocument::Compact);
}

std::optional<RolloutProgress> progressFrom(const QByteArray &bytes)
{
    const QJsonObject json = QJsonDocument::fromJson(bytes).object();
    RolloutProgress progress;
    progress.changedAt = toTime(json["at"_L1]);
    if (!progress.changedAt.isValid()) {
        return std::nullopt;
    }
    progress.waves = std::clamp(json["waves"_L1].toInt(), 0, maxWaves);
    progress.planned = std::clamp(json["planned"_L1].toInt(), 0, maxWaves);
    progress.retried = toTime(json["retried"_L1]);
    progress.stoppedAt = toTime(json["stopped"_L1]);
    progress.endedAt = toTime(json["ended"_L1]);
    progress.why = records::factsFromText(json["why"_L1].toString());
    progress.total = numberOf(json["total"_L1]);
    progress.done = numberOf(json["done"_L1]);
    progress.failed = numberOf(json["failed"_L1]);
    return progress;
}

QString waveItemId(const QString &rollout, int index, int chunk)
{
    return u"%1-%2-%3"_s.arg(rollout).arg(index).arg(chunk);
}

QList<std::pair<QString, QByteArray>> itemsOf(const Wave &wave)
{
    QList<std::pair<QString, QByteArray>> items;
    qsizetype first = 0;
    do {
        QStringList jids;
        for (qsizetype bytes = 0; first < wave.jids.size() && jids.size() < Wave::maxChunk && bytes < maxChunkBytes;
             ++first) {
            jids += wave.jids.at(first);
            bytes += jids.constLast().toUtf8().size();
        }
        const QJsonObject json{{"number"_L1, static_cast<qint64>(wave.number)},  {"request"_L1, wave.request},
                               {"started"_L1, fromTime(wave.startedAt)},         {"retry"_L1, wave.isRetry},
                               {"devices"_L1, QJsonArray::fromStringList(jids)}, {"more"_L1, first < wave.jids.size()}};
        items.emplaceBack(waveItemId(wave.rollout, wave.index, static_cast<int>(items.size())),
                          QJsonDocument(json).toJson(QJsonDocument::Compact));
    } while (first < wave.jids.size());
    return items;
}

std::optional<WavePart> wavePartFrom(const QString &itemId, const QByteArray &bytes)
{
    static const QRegularExpression form(uR"(\A(.+)-([0-9]{1,5})-([0-9]{1,5})\z)"_s);
    const QRegularExpressionMatch match = form.match(itemId);
    const QJsonObject json = QJsonDocument::fromJson(bytes).object();
    const qint64 number = json["number"_L1].toInteger();
    if (!match.hasMatch() || number < 1 || number > maxVersion) {
        return std::nullopt;
    }
    WavePart part{.wave = {}, .chunk = match.captured(3).toInt(), .hasMore = json["more"_L1].toBool()};
    Wave &wave = part.wave;
    wave.rollout = match.captured(1);
    wave.index = match.captured(2).toInt();
    wave.number = static_cast<CommandNo>(number);
    wave.request = textOf(json["request"_L1]);
    wave.startedAt = toTime(json["started"_L1]);
    wave.isRetry = json["retry"_L1].toBool();
    for (const QJsonValue &jid : json["devices"_L1].toArray()) {
        if (const QString text = jid.toString(); !text.isEmpty() && wave.jids.size() < Wave::maxChunk) {
            wave.jids += text;
        }
    }
    return part;
}

QByteArray toJson(const Lease &lease)
{
    return QJsonDocument(
               QJsonObject{{"holder"_L1, lease.holder}, {"by"_L1, lease.by}, {"until"_L1, fromTime(lease.until)}})
        .toJson(QJsonDocument::Compact);
}

Lease leaseFrom(const QByteArray &bytes)
{
    const QJsonObject json = QJsonDocument::fromJson(bytes).object();
    return {json["holder"_L1].toString().left(maxText * 10), textOf(json["by"_L1]), toTime(json["until"_L1])};
}

} // namespace sgn::rollouts
