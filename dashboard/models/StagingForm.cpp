// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/StagingForm.h"

#include "rollouts/EndText.h"
#include "rollouts/WindowText.h"

namespace sgn::models {

using namespace Qt::StringLiterals;

namespace {

// By itself: an error of another part names that one first.
bool isRight(QLatin1StringView part, const QJsonValue &value)
{
    const QJsonObject json{{"targets"_L1, QJsonObject{{"all"_L1, true}}}, {part, value}};
    return rollouts::rolloutPlanFrom(json).has_value();
}

bool isAmount(QLatin1StringView part, QLatin1StringView key, const QString &text)
{
    return isRight(part, QJsonObject{{key, text.trimmed()}});
}

} // namespace

void StagingForm::reset()
{
    const rollouts::RolloutPlan usual;
    QStringList waves;
    for (const rollouts::Amount &wave : usual.waves) {
        waves += wave.text();
    }
    m_isStaged = false;
    m_name.clear();
    m_waves = waves.join(u", ");
    m_inFlight = usual.inFlight;
    m_failures = usual.stop.failed.text();
    m_soakMinutes = static_cast<int>(usual.gate.soak.count() / 60);
    m_tag.clear();
    m_isStanding = false;
    m_window.clear();
    m_healthy = usual.gate.healthy.text();
    m_vanished = usual.stop.vanished.text();
    m_grows = false;
    m_growthFirst = rollouts::Growth().first;
    m_growthAfter = rollouts::Growth().doubleAfter;
    m_isOverEthernet = false;
    m_isOverWifi = false;
    m_isOverCellular = false;
    m_end.clear();
    Q_EMIT changed();
}

QStringList StagingForm::networks() const
{
    QStringList networks;
    for (const auto &[isChosen, network] :
         {std::pair{m_isOverEthernet, u"ethernet"_s}, std::pair{m_isOverWifi, u"wifi"_s},
          std::pair{m_isOverCellular, u"cellular"_s}}) {
        if (isChosen) {
            networks += network;
        }
    }
    return networks;
}

QJsonObject StagingForm::basics(const QStringList &jids) const
{
    QJsonObject targets;
    if (!jids.isEmpty()) {
        targets["jids"_L1] = QJsonArray::fromStringList(jids);
    }
    if (!m_tag.simplified().isEmpty()) {
        targets["tag"_L1] = m_tag.simplified();
    }
    if (targets.isEmpty()) {
        targets["all"_L1] = true;
    }
    if (m_isStanding) {
        targets["standing"_L1] = true;
    }
    return {{"name"_L1, m_name},
            {"targets"_L1, targets},
            {"in_flight"_L1, m_inFlight},
            {"gate"_L1, QJsonObject{{"soak_s"_L1, qint64{60} * m_soakMinutes}}},
            {"networks"_L1, QJsonArray::fromStringList(networks())}};
}

QJsonArray StagingForm::wavesPart() const
{
    QJsonArray waves;
    for (const QString &wave : m_waves.split(u',', Qt::SkipEmptyParts)) {
        waves += wave.trimmed();
    }
    return waves;
}

QJsonObject StagingForm::windowPart() const
{
    if (m_window.trimmed().isEmpty()) {
        return {};
    }
    const LocalWindow window = rollouts::localWindowFrom(m_window).value_or(LocalWindow());
    return {{"from"_L1, window.from.toString(u"HH:mm")},
            {"to"_L1, window.to.toString(u"HH:mm")},
            {"download"_L1, u"any"_s},
            {"utc_offset_s"_L1, QDateTime::currentDateTime().offsetFromUtc()}};
}

QJsonObject StagingForm::growthPart() const
{
    return {{"first"_L1, m_growthFirst}, {"double_after"_L1, m_growthAfter}};
}

QDateTime StagingForm::endTime() const
{
    const QDateTime end = rollouts::localEndFrom(m_end).value_or(QDateTime());
    return end > QDateTime::currentDateTimeUtc() ? end : QDateTime();
}

Result<rollouts::RolloutPlan> StagingForm::plan(const QStringList &jids) const
{
    if (const QString wrong = endError(); !wrong.isEmpty()) {
        return fail(ErrorCode::BadRequest, wrong);
    }
    QJsonObject json = basics(jids);
    QJsonObject gate = json["gate"_L1].toObject();
    gate["healthy"_L1] = m_healthy.trimmed();
    json["gate"_L1] = gate;
    json["waves"_L1] = wavesPart();
    json["stop"_L1] = QJsonObject{{"failed"_L1, m_failures.trimmed()}, {"vanished"_L1, m_vanished.trimmed()}};
    if (const QJsonObject window = windowPart(); !window.isEmpty()) {
        json["window"_L1] = window;
    }
    if (m_grows) {
        json["growth"_L1] = growthPart();
    }
    if (const QDateTime end = endTime(); end.isValid()) {
        json["not_after"_L1] = end.toString(Qt::ISODate);
    }
    return rollouts::rolloutPlanFrom(json);
}

QString StagingForm::wavesError() const
{
    return isRight("waves"_L1, wavesPart())
               ? QString()
               : tr("Numbers of devices such as 3, or parts of all such as 5%; a comma between them, at most 20.");
}

QString StagingForm::failuresError() const
{
    return isAmount("stop"_L1, "failed"_L1, m_failures)
               ? QString()
               : tr("A number of devices such as 3, or a part of all such as 5%.");
}

QString StagingForm::vanishedError() const
{
    return isAmount("stop"_L1, "vanished"_L1, m_vanished)
               ? QString()
               : tr("A number of devices such as 3, or a part of all such as 5%.");
}

QString StagingForm::healthyError() const
{
    return isAmount("gate"_L1, "healthy"_L1, m_healthy)
               ? QString()
               : tr("A number of devices such as 3, or a part of the wave such as 95%.");
}

QString StagingForm::growthError() const
{
    return !m_grows || isRight("growth"_L1, growthPart()) ? QString() : tr("Both are at least 1.");
}

QString StagingForm::endError() const
{
    return m_end.trimmed().isEmpty() || endTime().isValid()
               ? QString()
               : tr("A day to come such as 2026-12-24, with or without a time such as 18:00.");
}

QString StagingForm::windowError() const
{
    const QJsonObject window = windowPart();
    return window.isEmpty() || isRight("window"_L1, window)
               ? QString()
               : tr("Two different times of the day such as 22:00-04:30; nothing for any time.");
}

QString StagingForm::error() const
{
    const Result<rollouts::RolloutPlan> read = rollouts::rolloutPlanFrom(basics({}));
    return !m_isStaged || read ? QString() : read.error().message;
}

} // namespace sgn::models
