// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/RolloutArguments.h"

#include "base/AtomicFile.h"
#include "cli/Arguments.h"
#include "cli/RolloutJobs.h"
#include "cli/UpdateArguments.h"
#include "protocol/Json.h"
#include "rollouts/WindowText.h"
#include "wording/Problems.h"

#include <algorithm>
#include <QJsonDocument>

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxPlanFile = 64 * 1024;

struct Change
{
    QStringView word;
    RolloutChangeJob::Change change{};
};

constexpr Change changes[] = {
    {u"pause", &core::RolloutService::pause},       {u"resume", &core::RolloutService::resume},
    {u"cancel", &core::RolloutService::cancel},     {u"open", &core::RolloutService::openGate},
    {u"retry", &core::RolloutService::retryFailed}, {u"rollback", &core::RolloutService::rollBack},
};

QStringList actionNames()
{
    QStringList names{u"plan"_s, u"start"_s, u"list"_s, u"show"_s, u"drive"_s};
    for (const Change &change : changes) {
        names += change.word.toString();
    }
    return names;
}

QJsonObject planFile(const QString &path)
{
    if (path.isEmpty()) {
        return {};
    }
    const auto bytes = readFile(path, maxPlanFile);
    if (!bytes) {
        CommandLine::usageError(bytes.error().message);
    }
    const Result<QJsonObject> json = parseJsonObject(*bytes, maxPlanFile);
    if (!json) {
        CommandLine::usageError(u"%1: %2"_s.arg(path, json.error().message));
    }
    return *json;
}

// `known` is the file's.
QJsonObject windowOf(const QString &text, QJsonObject known)
{
    const std::optional<LocalWindow> window = rollouts::localWindowFrom(text);
    if (!window) {
        CommandLine::usageError(
            u"--window takes two different times of the day such as 01:00-04:30, not '%1'"_s.arg(text));
    }
    known["from"_L1] = window->from.toString(u"HH:mm");
    known["to"_L1] = window->to.toString(u"HH:mm");
    if (!known.contains("download"_L1)) {
        known["download"_L1] = u"any"_s;
    }
    if (!known.contains("utc_offset_s"_L1)) {
        known["utc_offset_s"_L1] = QDateTime::currentDateTime().offsetFromUtc();
    }
    return known;
}

void within(QJsonObject &json, QLatin1StringView part, QLatin1StringView key, const QJsonValue &value)
{
    QJsonObject object = json[part].toObject();
    object[key] = value;
    json[part] = object;
}

// As devices report them; a rollout over any other would wait for ever.
QJsonArray networksFrom(const QStringList &given)
{
    static const QStringList known{u"ethernet"_s, u"wifi"_s, u"cellular"_s};
    QJsonArray networks;
    for (const QString &text : given) {
        if (!known.contains(text, Qt::CaseInsensitive)) {
            CommandLine::usageError(u"--network takes ethernet, wifi or cellular, not '%1'"_s.arg(text));
        }
        networks += text.toLower();
    }
    return networks;
}

// How many at a time, how soon, and over what.
void readPace(CommandLine &line, QJsonObject &json)
{
    const QCommandLineParser &parser = line.parser();
    if (parser.isSet(u"in-flight"_s)) {
        json["in_flight"_L1] = line.number(u"in-flight"_s, 1, rollouts::RolloutPlan::mostInFlight);
    }
    if (parser.isSet(u"soak"_s)) {
        within(json, "gate"_L1, "soak_s"_L1, line.number(u"soak"_s, 0, 30 * 24 * 3600));
    }
    for (const auto &[option, key] :
         {std::pair{u"first"_s, "first"_L1}, std::pair{u"double-after"_s, "double_after"_L1}}) {
        if (parser.isSet(option)) {
            within(json, "growth"_L1, key, line.number(option, 1, rollouts::RolloutPlan::mostInFlight));
        }
    }
    if (const QStringList networks = parser.values(u"network"_s); !networks.isEmpty()) {
        json["networks"_L1] = networksFrom(networks);
    }
}

// Options count more than the file.
rollouts::RolloutPlan readPlan(CommandLine &line)
{
    const QCommandLineParser &parser = line.parser();
    QJsonObject json = planFile(parser.value(u"plan"_s));
    const auto text = [&](const QString &option, QLatin1StringView part, QLatin1StringView key) {
        if (parser.isSet(option)) {
            within(json, part, key, parser.value(option));
        }
    };
    if (parser.isSet(u"name"_s)) {
        json["name"_L1] = parser.value(u"name"_s);
    }
    text(u"tag"_s, "targets"_L1, "tag"_L1);
    text(u"where"_s, "targets"_L1, "where"_L1);
    text(u"healthy"_s, "gate"_L1, "healthy"_L1);
    text(u"max-failures"_s, "stop"_L1, "failed"_L1);
    text(u"max-vanished"_s, "stop"_L1, "vanished"_L1);
    for (const auto &[option, key] : {std::pair{u"all"_s, "all"_L1}, std::pair{u"standing"_s, "standing"_L1}}) {
        if (parser.isSet(option)) {
            within(json, "targets"_L1, key, true);
        }
    }
    if (const QStringList waves = parser.values(u"wave"_s); !waves.isEmpty()) {
        json["waves"_L1] = QJsonArray::fromStringList(waves);
    }
    readPace(line, json);
    if (parser.isSet(u"window"_s)) {
        json["window"_L1] = windowOf(parser.value(u"window"_s), json["window"_L1].toObject());
    }
    if (parser.isSet(u"not-after"_s)) {
        json["not_after"_L1] = parser.value(u"not-after"_s);
    }
    if (!parser.isSet(u"plan"_s) && !json.contains("targets"_L1)) {
        CommandLine::usageError(u"name the devices with --tag or --where, or all of them with --all"_s);
    }
    const Result<rollouts::RolloutPlan> plan = rollouts::rolloutPlanFrom(json);
    if (!plan) {
        CommandLine::usageError(u"the plan: "_s + plan.error().message);
    }
    if (const auto query = core::DeviceQuery::parse(plan->targets.where); !query) {
        CommandLine::usageError(wording::sentence(query.error()));
    }
    return *plan;
}

// What takes days.
Terms withoutEnd(const Terms &terms)
{
    return {terms.panel, terms.output, std::chrono::seconds(0)};
}

JobMaker readStart(CommandLine &line, const QStringList &given)
{
    if (given.size() != 3) {
        CommandLine::usageError(
            u"rollout start takes a component (%1) and a zip or its address"_s.arg(componentWords()));
    }
    const rollouts::RolloutPlan plan = readPlan(line);
    const ReleaseJob::Wish wish = readReleaseWish(line, given.at(1), given.at(2));
    if (wish.what != core::UpdateRequest::What::Release) {
        CommandLine::usageError(u"a CA file goes to devices by 'update ca'"_s);
    }
    return [plan, wish, until = readWait(line), isTimed = line.parser().isSet(u"timeout"_s)](const Terms &terms) {
        return std::make_unique<RolloutStartJob>(isTimed ? terms : withoutEnd(terms), wish, plan, until);
    };
}

} // namespace

void addRolloutArguments(CommandLine &line)
{
    line.addPositionalArgument(u"ACTION"_s, actionNames().join(u", ") + u'.', {}, actionNames());
    line.addPositionalArgument(u"WHAT"_s,
                               u"start: the component and its zip or address. plan, list: nothing. drive: nothing, or "
                               "a rollout. All others: a rollout."_s,
                               u"[WHAT...]"_s);
    line.addOption({u"plan"_s, u"A file with the plan; options count more than what it has."_s, u"FILE"_s});
    line.addOption({u"name"_s, u"What all desks call it."_s, u"NAME"_s});
    line.addOption({u"tag"_s, u"To devices with this tag."_s, u"TAG"_s});
    line.addOption({u"where"_s, u"To devices for which these conditions hold, such as 'ocr<3'."_s, u"CONDITIONS"_s});
    line.addOption({u"all"_s, u"To all devices."_s});
    line.addOption({u"standing"_s, u"And to whoever comes to meet that later."_s});
    line.addOption(
        {u"wave"_s, u"A wave: so many devices, or such a part, have it then; may be repeated."_s, u"AMOUNT"_s});
    line.addOption({u"in-flight"_s, u"At most so many devices at a time (50)."_s, u"N"_s});
    line.addOption({u"healthy"_s, u"So many of a wave run it before the next one begins (95%)."_s, u"AMOUNT"_s});
    line.addOption({u"soak"_s, u"For so many seconds (900)."_s, u"SECONDS"_s});
    line.addOption({u"max-failures"_s, u"It stops when more than these fail (5%)."_s, u"AMOUNT"_s});
    line.addOption({u"max-vanished"_s,
                    u"It stops when more than these have gone offline after they were sent to (10%)."_s, u"AMOUNT"_s});
    line.addOption({u"first"_s, u"At most so many at a time in the beginning, and more with success."_s, u"N"_s});
    line.addOption({u"double-after"_s, u"Twice as many after each so many successes (5)."_s, u"N"_s});
    line.addOption(
        {u"network"_s,
         u"Only over this kind of network: ethernet, wifi or cellular; may be repeated. Without: over any."_s,
         u"KIND"_s});
    line.addOption(
        {u"window"_s,
         u"Devices exchange it only within this time of their day, such as 22:00-04:30; they fetch it before."_s,
         u"FROM-TO"_s});
    addReleaseOptions(line);
}

JobMaker readRollout(CommandLine &line)
{
    const QStringList given = operands(line);
    const QString action = given.value(0);
    const QString id = given.value(1);
    if (action == "start"_L1) {
        return readStart(line, given);
    }
    if (action == "plan"_L1 && given.size() == 1) {
        return [plan = readPlan(line)](const Terms &terms) {
            return std::make_unique<RolloutPlanJob>(terms, plan);
        };
    }
    if (action == "list"_L1 && given.size() == 1) {
        return [](const Terms &terms) {
            return std::make_unique<RolloutListJob>(terms);
        };
    }
    if (action == "drive"_L1 && given.size() <= 2) {
        return [id, isTimed = line.parser().isSet(u"timeout"_s)](const Terms &terms) {
            return std::make_unique<RolloutDriveJob>(isTimed ? terms : withoutEnd(terms), id);
        };
    }
    if (!actionNames().contains(action)) {
        CommandLine::usageError(u"rollout takes one of: "_s + actionNames().join(u", "));
    }
    if (given.size() != 2) {
        CommandLine::usageError(action == "plan"_L1 || action == "list"_L1
                                    ? u"rollout %1 takes nothing more"_s.arg(action)
                                    : u"rollout %1 takes a rollout; 'rollout list' shows them"_s.arg(action));
    }
    if (action == "show"_L1) {
        return [id](const Terms &terms) {
            return std::make_unique<RolloutShowJob>(terms, id);
        };
    }
    const auto change = std::ranges::find(changes, action, &Change::word);
    return [id, change = change->change](const Terms &terms) {
        return std::make_unique<RolloutChangeJob>(terms, id, change);
    };
}

} // namespace sgn::cli
