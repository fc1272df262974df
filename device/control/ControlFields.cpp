// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/ControlFields.h"

#include "base/EnumNames.h"
#include "base/Overloaded.h"

namespace sgn::control {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxPath = 4096;
constexpr qsizetype maxKey = 128;
constexpr qsizetype maxRelease = 64 * 1024;
constexpr qsizetype sha256Size = 32;
constexpr qint64 maxSeconds = 3600;
constexpr qint64 maxProtocol = 1'000'000;
constexpr qint64 maxLimitS = 24 * 3600;

constexpr auto progressNames = enumNames<SwapProgress>({
    {SwapProgress::None, "none"_L1},
    {SwapProgress::Preparing, "preparing"_L1},
    {SwapProgress::Confirming, "confirming"_L1},
    {SwapProgress::Confirmed, "confirmed"_L1},
    {SwapProgress::RolledBack, "rolled_back"_L1},
    {SwapProgress::Failed, "failed"_L1},
});

template <typename Item>
QJsonArray toArray(const QList<Item> &items)
{
    QJsonArray array;
    for (const Item &item : items) {
        array += toJson(item);
    }
    return array;
}

void insertTime(QJsonObject &fields, const std::optional<QDateTime> &since)
{
    if (since) {
        fields["since"_L1] = since->toUTC().toString(Qt::ISODateWithMs);
    }
}

SwapSource readSwapSource(JsonReader &reader, Component component)
{
    if (component == Component::JabberClient) {
        return SwapFolder{reader.requiredText("staged_folder"_L1, maxPath)};
    }
    if (reader.optionalBool("previous"_L1, false)) {
        return SwapPrevious{};
    }
    SwapZip source;
    source.zip = reader.requiredText("zip"_L1, maxPath);
    source.sha256 = QByteArray::fromHex(reader.requiredText("sha256"_L1, 2 * sha256Size).toLatin1());
    if (source.sha256.size() != sha256Size) {
        reader.reject("sha256"_L1, u"must be 64 hexadecimal digits"_s);
    }
    source.release = reader.optionalText("release"_L1, maxRelease);
    source.force = reader.optionalBool("force"_L1, false);
    return source;
}

std::optional<AgentReport> readAgent(JsonReader &reader)
{
    const auto object = reader.optionalObject("agent"_L1);
    if (!object) {
        return std::nullopt;
    }
    auto process = processReportFromJson(object->value("process"_L1).toObject());
    if (!process) {
        reader.reject("agent"_L1, process.error().message);
        return std::nullopt;
    }
    AgentReport agent{*std::move(process)};
    JsonReader agentReader(*object);
    if (const auto link = agentReader.optionalObject("link"_L1)) {
        JsonReader linkReader(*link);
        agent.link = AgentLink{linkReader.optionalBool("online"_L1, false), linkReader.optionalTime("since"_L1),
                               linkReader.optionalText("reason"_L1, maxProblemLength)};
        if (linkReader.error()) {
            reader.reject("agent"_L1, linkReader.error()->message);
        }
    }
    return agent;
}

QJsonObject toJson(const AgentReport &agent)
{
    QJsonObject object{{"process"_L1, sgn::toJson(agent.process)}};
    if (agent.link) {
        QJsonObject link{{"online"_L1, agent.link->isOnline}, {"reason"_L1, agent.link->reason.left(maxProblemLength)}};
        insertTime(link, agent.link->since);
        object["link"_L1] = link;
    }
    return object;
}

} // namespace

int readVersion(JsonReader &reader, QLatin1StringView key)
{
    return static_cast<int>(reader.requiredInteger(key, 0, maxVersion));
}

int readSeconds(JsonReader &reader, QLatin1StringView key)
{
    return static_cast<int>(reader.requiredInteger(key, 1, maxSeconds));
}

int readProtocol(JsonReader &reader)
{
    return static_cast<int>(reader.optionalInteger("protocol"_L1, 1, maxProtocol).value_or(1));
}

std::optional<int> readLimit(JsonReader &reader, QLatin1StringView key)
{
    const auto seconds = reader.optionalInteger(key, 1, maxLimitS);
    return seconds ? std::optional(static_cast<int>(*seconds)) : std::nullopt;
}

Component readComponent(JsonReader &reader)
{
    const auto component = componentFromFolder(reader.requiredText("component"_L1, maxName));
    if (!component) {
        reader.reject("component"_L1, u"is unknown"_s);
    }
    return component.value_or(Component::SmartMeter);
}

Component readSwapComponent(JsonReader &reader)
{
    const Component component = readComponent(reader);
    if (component != Component::JabberClient && component != Component::WatchDog) {
        reader.reject("component"_L1, u"is not swapped by the watchdog"_s);
    }
    return component;
}

Swap readSwap(JsonReader &reader)
{
    Swap swap;
    swap.component = readSwapComponent(reader);
    swap.key = reader.requiredText("key"_L1, maxKey);
    swap.version = readVersion(reader, "version"_L1);
    swap.timeoutS = readSeconds(reader, "timeout_s"_L1);
    swap.source = readSwapSource(reader, swap.component);
    swap.mayBeOffline = reader.optionalBool("may_be_offline"_L1, false);
    return swap;
}

SwapStatusReply readSwapStatus(JsonReader &reader)
{
    SwapStatusReply status;
    status.component = readSwapComponent(reader);
    const auto progress = progressNames.valueOf(reader.requiredText("state"_L1, maxName));
    if (!progress) {
        reader.reject("state"_L1, u"is unknown"_s);
    }
    status.progress = progress.value_or(SwapProgress::None);
    status.key = reader.optionalText("key"_L1, maxKey);
    status.running = readVersion(reader, "running"_L1);
    status.error = errorCodeFromString(reader.optionalText("error"_L1, maxName));
    status.remarks = reader.optionalText("remarks"_L1, maxRemarks);
    return status;
}

StatusReply readStatus(JsonReader &reader)
{
    StatusReply status{readProcessReports(reader, "processes"_L1)};
    status.problem = reader.optionalText("problem"_L1, maxProblemLength);
    if (const auto version = reader.optionalInteger("watchdog_version"_L1, 0, maxVersion)) {
        status.watchdogVersion = static_cast<int>(*version);
    }
    status.agent = readAgent(reader);
    return status;
}

QJsonObject fieldsOf(const Hello &hello)
{
    QJsonObject fields{{"version"_L1, hello.version}, {"protocol"_L1, hello.protocol}};
    if (hello.heartbeatTimeoutS) {
        fields["heartbeat_timeout_s"_L1] = *hello.heartbeatTimeoutS;
    }
    if (hello.startTimeoutS) {
        fields["start_timeout_s"_L1] = *hello.startTimeoutS;
    }
    if (hello.takesSticks) {
        fields["takes_sticks"_L1] = true;
    }
    return fields;
}

QJsonObject fieldsOf(const Hold &hold)
{
    return {{"component"_L1, folderName(hold.component)}, {"seconds"_L1, hold.seconds}};
}

QJsonObject fieldsOf(const Resume &resume)
{
    return {{"component"_L1, folderName(resume.component)}, {"expected"_L1, toArray(resume.expected)}};
}

QJsonObject fieldsOf(const Restart &restart)
{
    return {{"process_name"_L1, restart.processName}};
}

QJsonObject fieldsOf(const Online &online)
{
    QJsonObject fields;
    insertTime(fields, online.since);
    return fields;
}

QJsonObject fieldsOf(const Offline &offline)
{
    QJsonObject fields{{"reason"_L1, offline.reason.left(maxProblemLength)}};
    insertTime(fields, offline.since);
    return fields;
}

QJsonObject fieldsOf(const Swap &swap)
{
    QJsonObject object{{"component"_L1, folderName(swap.component)},
                       {"key"_L1, swap.key},
                       {"version"_L1, swap.version},
                       {"timeout_s"_L1, swap.timeoutS}};
    if (swap.mayBeOffline) {
        object["may_be_offline"_L1] = true;
    }
    std::visit(Overloaded{
                   [&object](const SwapFolder &source) { object["staged_folder"_L1] = source.path; },
                   [&object](const SwapPrevious &) { object["previous"_L1] = true; },
                   [&object](const SwapZip &source) {
                       object["zip"_L1] = source.zip;
                       object["sha256"_L1] = QString::fromLatin1(source.sha256.toHex());
                       if (!source.release.isEmpty()) {
                           object["release"_L1] = source.release;
                       }
                       if (source.force) {
                           object["force"_L1] = true;
                       }
                   },
               },
               swap.source);
    return object;
}

QJsonObject fieldsOf(const SwapStatus &status)
{
    return {{"component"_L1, folderName(status.component)}};
}

QJsonObject fieldsOf(const HelloReply &hello)
{
    return {{"watchdog_version"_L1, hello.watchdogVersion}, {"protocol"_L1, hello.protocol}};
}

QJsonObject fieldsOf(const StatusReply &status)
{
    QJsonObject fields{{"processes"_L1, toArray(status.processes)}};
    if (!status.problem.isEmpty()) {
        fields["problem"_L1] = status.problem.left(maxProblemLength);
    }
    if (status.watchdogVersion) {
        fields["watchdog_version"_L1] = *status.watchdogVersion;
    }
    if (status.agent) {
        fields["agent"_L1] = toJson(*status.agent);
    }
    return fields;
}

QJsonObject fieldsOf(const SwapStatusReply &status)
{
    QJsonObject object{{"component"_L1, folderName(status.component)},
                       {"state"_L1, progressNames.nameOf(status.progress)},
                       {"key"_L1, status.key},
                       {"running"_L1, status.running},
                       {"remarks"_L1, status.remarks.left(maxRemarks)}};
    if (status.progress == SwapProgress::RolledBack || status.progress == SwapProgress::Failed) {
        object["error"_L1] = nameOf(status.error);
    }
    return object;
}

QJsonObject fieldsOf(const ProcessChanged &changed)
{
    return {{"process"_L1, toJson(changed.process)}};
}

QJsonObject fieldsOf(const ProblemChanged &changed)
{
    return {{"problem"_L1, changed.problem.left(maxProblemLength)}};
}

QJsonObject fieldsOf(const SwapChanged &changed)
{
    return fieldsOf(changed.status);
}

} // namespace sgn::control
