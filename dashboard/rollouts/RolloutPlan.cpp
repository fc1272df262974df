// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/RolloutPlan.h"

#include "protocol/Json.h"

#include <algorithm>

namespace sgn::rollouts {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxName = 100;
constexpr qsizetype maxText = 1'000;
constexpr qsizetype maxJid = 1'023;
constexpr qsizetype maxWaves = 20;
constexpr qsizetype maxNetworks = 10;
constexpr int maxSoak = 30 * 24 * 3600;
constexpr int maxOffset = 26 * 3600 / 2 + 3600; // UTC+14

constexpr auto timeForm = "HH:mm"_L1;

class PlanReader
{
public:
    explicit PlanReader(const QJsonObject &json)
        : m_json(json)
        , m_reader(json)
    {}

    Result<RolloutPlan> read();

private:
    void readTargets();
    void readWaves();
    void readGate();
    void readStop();
    void readGrowth();
    void readWindow();
    // Reads a part with a reader of its own and takes over its error.
    template <typename Read>
    void part(QLatin1StringView key, const QStringList &known, Read read);
    static void readAmount(JsonReader &reader, QLatin1StringView key, Amount &amount);
    static void refuseUnknown(JsonReader &reader, const QJsonObject &json, const QStringList &known);

    QJsonObject m_json;
    JsonReader m_reader;
    std::optional<Error> m_error;
    RolloutPlan m_plan;
};

void PlanReader::refuseUnknown(JsonReader &reader, const QJsonObject &json, const QStringList &known)
{
    for (const QString &key : json.keys()) {
        if (!known.contains(key)) {
            const QByteArray name = key.left(40).toLatin1();
            reader.reject(QLatin1StringView(name), u"isn't known"_s);
        }
    }
}

template <typename Read>
void PlanReader::part(QLatin1StringView key, const QStringList &known, Read read)
{
    const std::optional<QJsonObject> json = m_reader.optionalObject(key);
    if (!json || m_error) {
        return;
    }
    JsonReader reader(*json, key + u'.');
    refuseUnknown(reader, *json, known);
    read(reader);
    m_error = reader.error();
}

void PlanReader::readAmount(JsonReader &reader, QLatin1StringView key, Amount &amount)
{
    const QString text = reader.optionalText(key, maxName);
    if (text.isEmpty()) {
        return;
    }
    if (const std::optional<Amount> read = Amount::parse(text)) {
        amount = *read;
    } else {
        reader.reject(key, u"must be a number of devices such as \"3\", or a part such as \"5%\""_s);
    }
}

void PlanReader::readTargets()
{
    part("targets"_L1, {u"jids"_s, u"tag"_s, u"where"_s, u"all"_s, u"standing"_s}, [this](JsonReader &reader) {
        Targets &targets = m_plan.targets;
        targets.jids = reader.optionalTexts("jids"_L1, Targets::maxJids, maxJid);
        targets.tag = reader.optionalText("tag"_L1, maxName).simplified();
        targets.where = reader.optionalText("where"_L1, maxText).simplified();
        targets.all = reader.optionalBool("all"_L1, false);
        targets.isStanding = reader.optionalBool("standing"_L1, false);
        const bool isNarrowed = !targets.jids.isEmpty() || !targets.tag.isEmpty() || !targets.where.isEmpty();
        if (targets.all == isNarrowed) {
            reader.reject("all"_L1, u"must be true, or \"jids\", \"tag\" or \"where\" name the devices"_s);
        }
    });
    if (!m_reader.has("targets"_L1)) {
        m_reader.reject("targets"_L1, u"is missing"_s);
    }
}

void PlanReader::readWaves()
{
    const QStringList texts = m_reader.optionalTexts("waves"_L1, maxWaves, maxName);
    if (texts.isEmpty()) {
        return;
    }
    m_plan.waves.clear();
    for (const QString &text : texts) {
        const std::optional<Amount> amount = Amount::parse(text);
        if (!amount || amount->of(1'000'000) == 0) {
            m_reader.reject("waves"_L1, u"must be numbers of devices such as \"3\", or parts such as \"5%\""_s);
            return;
        }
        m_plan.waves += *amount;
    }
}

void PlanReader::readGate()
{
    part("gate"_L1, {u"healthy"_s, u"soak_s"_s, u"sample"_s}, [this](JsonReader &reader) {
        Gate &gate = m_plan.gate;
        readAmount(reader, "healthy"_L1, gate.healthy);
        gate.soak = std::chrono::seconds(reader.optionalInteger("soak_s"_L1, 0, maxSoak).value_or(gate.soak.count()));
        gate.sample =
            static_cast<int>(reader.optionalInteger("sample"_L1, 1, RolloutPlan::mostInFlight).value_or(gate.sample));
    });
}

void PlanReader::readStop()
{
    part("stop"_L1, {u"failed"_s, u"vanished"_s}, [this](JsonReader &reader) {
        readAmount(reader, "failed"_L1, m_plan.stop.failed);
        readAmount(reader, "vanished"_L1, m_plan.stop.vanished);
    });
}

void PlanReader::readGrowth()
{
    part("growth"_L1, {u"first"_s, u"double_after"_s}, [this](JsonReader &reader) {
        const qint64 most = RolloutPlan::mostInFlight;
        Growth growth;
        growth.first = static_cast<int>(reader.optionalInteger("first"_L1, 1, most).value_or(growth.first));
        growth.doubleAfter =
            static_cast<int>(reader.optionalInteger("double_after"_L1, 1, most).value_or(growth.doubleAfter));
        m_plan.growth = growth;
    });
}

void PlanReader::readWindow()
{
    part("window"_L1, {u"from"_s, u"to"_s, u"download"_s, u"utc_offset_s"_s}, [this](JsonReader &reader) {
        Window window;
        window.from = QTime::fromString(reader.requiredText("from"_L1, maxName), timeForm);
        window.to = QTime::fromString(reader.requiredText("to"_L1, maxName), timeForm);
        const QString download = reader.optionalText("download"_L1, maxName);
        window.isDownloadAnytime = download == "any"_L1;
        window.utcOffset =
            static_cast<int>(reader.optionalInteger("utc_offset_s"_L1, -maxOffset, maxOffset).value_or(0));
        if (!window.from.isValid() || !window.to.isValid()) {
            reader.reject("from"_L1, u"and \"to\" must be two times of the day such as \"01:00\""_s);
        } else if (window.from == window.to) {
            reader.reject("to"_L1, u"must be another time than \"from\"; without a window it is any time"_s);
        } else if (!download.isEmpty() && download != "any"_L1 && download != "window"_L1) {
            reader.reject("download"_L1, u"must be \"any\" or \"window\""_s);
        }
        m_plan.window = window;
    });
}

Result<RolloutPlan> PlanReader::read()
{
    refuseUnknown(m_reader, m_json,
                  {u"name"_s, u"targets"_s, u"waves"_s, u"in_flight"_s, u"gate"_s, u"stop"_s, u"growth"_s, u"window"_s,
                   u"networks"_s, u"not_after"_s});
    m_plan.name = m_reader.optionalText("name"_L1, maxName).simplified();
    readTargets();
    readWaves();
    m_plan.inFlight = static_cast<int>(
        m_reader.optionalInteger("in_flight"_L1, 1, RolloutPlan::mostInFlight).value_or(m_plan.inFlight));
    readGate();
    readStop();
    readGrowth();
    readWindow();
    m_plan.networks = m_reader.optionalTexts("networks"_L1, maxNetworks, maxName);
    m_plan.notAfter = m_reader.optionalTime("not_after"_L1).value_or(QDateTime());
    for (const std::optional<Error> &error : {m_reader.error(), m_error}) {
        if (error) {
            return fail(*error);
        }
    }
    return m_plan;
}

} // namespace

QJsonObject toJson(const RolloutPlan &plan)
{
    QJsonObject targets;
    const auto putText = [](QJsonObject &object, QLatin1StringView key, const QString &text) {
        if (!text.isEmpty()) {
            object[key] = text;
        }
    };
    if (!plan.targets.jids.isEmpty()) {
        targets["jids"_L1] = QJsonArray::fromStringList(plan.targets.jids);
    }
    putText(targets, "tag"_L1, plan.targets.tag);
    putText(targets, "where"_L1, plan.targets.where);
    if (plan.targets.all) {
        targets["all"_L1] = true;
    }
    if (plan.targets.isStanding) {
        targets["standing"_L1] = true;
    }
    QJsonArray waves;
    for (const Amount &wave : plan.waves) {
        waves += wave.text();
    }
    QJsonObject json{
        {"targets"_L1, targets},
        {"waves"_L1, waves},
        {"in_flight"_L1, plan.inFlight},
        {"gate"_L1, QJsonObject{{"healthy"_L1, plan.gate.healthy.text()},
                                {"soak_s"_L1, static_cast<qint64>(plan.gate.soak.count())},
                                {"sample"_L1, plan.gate.sample}}},
        {"stop"_L1, QJsonObject{{"failed"_L1, plan.stop.failed.text()}, {"vanished"_L1, plan.stop.vanished.text()}}}};
    putText(json, "name"_L1, plan.name);
    if (plan.growth) {
        json["growth"_L1] =
            QJsonObject{{"first"_L1, plan.growth->first}, {"double_after"_L1, plan.growth->doubleAfter}};
    }
    if (plan.window) {
        json["window"_L1] = QJsonObject{{"from"_L1, plan.window->from.toString(timeForm)},
                                        {"to"_L1, plan.window->to.toString(timeForm)},
                                        {"download"_L1, plan.window->isDownloadAnytime ? u"any"_s : u"window"_s},
                                        {"utc_offset_s"_L1, plan.window->utcOffset}};
    }
    if (!plan.networks.isEmpty()) {
        json["networks"_L1] = QJsonArray::fromStringList(plan.networks);
    }
    if (plan.notAfter.isValid()) {
        json["not_after"_L1] = plan.notAfter.toUTC().toString(Qt::ISODate);
    }
    return json;
}

Result<RolloutPlan> rolloutPlanFrom(const QJsonObject &json)
{
    return PlanReader(json).read();
}

} // namespace sgn::rollouts
