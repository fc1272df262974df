// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/StagingForm.h"

#include "rollouts/WindowText.h"

#include <QDateTime>

namespace sgn::models {

using namespace Qt::StringLiterals;

namespace {

// By itself: an error of another part names that one first.
bool isRight(QLatin1StringView part, const QJsonValue &value)
{
    const QJsonObject json{{"targets"_L1, QJsonObject{{"all"_L1, true}}}, {part, value}};
    return rollouts::rolloutPlanFrom(json).has_value();
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
    Q_EMIT changed();
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
            {"gate"_L1, QJsonObject{{"soak_s"_L1, qint64{60} * m_soakMinutes}}}};
}

QJsonArray StagingForm::wavesPart() const
{
    QJsonArray waves;
    for (const QString &wave : m_waves.split(u',', Qt::SkipEmptyParts)) {
        waves += wave.trimmed();
    }
    return waves;
}

QJsonObject StagingForm::stopPart() const
{
    return {{"failed"_L1, m_failures.trimmed()}};
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

Result<rollouts::RolloutPlan> StagingForm::plan(const QStringList &jids) const
{
    QJsonObject json = basics(jids);
    json["waves"_L1] = wavesPart();
    json["stop"_L1] = stopPart();
    if (const QJsonObject window = windowPart(); !window.isEmpty()) {
        json["window"_L1] = window;
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
    return isRight("stop"_L1, stopPart()) ? QString()
                                          : tr("A number of devices such as 3, or a part of all such as 5%.");
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
