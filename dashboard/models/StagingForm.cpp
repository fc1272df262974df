// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/StagingForm.h"

#include <QDateTime>
#include <QJsonArray>

namespace sgn::models {

using namespace Qt::StringLiterals;

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

Result<rollouts::RolloutPlan> StagingForm::plan(const QStringList &jids) const
{
    QJsonArray waves;
    for (const QString &wave : m_waves.split(u',', Qt::SkipEmptyParts)) {
        waves += wave.trimmed();
    }
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
    QJsonObject json{{"name"_L1, m_name},
                     {"targets"_L1, targets},
                     {"waves"_L1, waves},
                     {"in_flight"_L1, m_inFlight},
                     {"gate"_L1, QJsonObject{{"soak_s"_L1, m_soakMinutes * 60}}},
                     {"stop"_L1, QJsonObject{{"failed"_L1, m_failures.trimmed()}}}};
    if (const QStringList times = m_window.split(u'-'); !m_window.trimmed().isEmpty()) {
        json["window"_L1] = QJsonObject{{"from"_L1, times.value(0).trimmed()},
                                        {"to"_L1, times.value(1).trimmed()},
                                        {"download"_L1, u"any"_s},
                                        {"utc_offset_s"_L1, QDateTime::currentDateTime().offsetFromUtc()}};
    }
    return rollouts::rolloutPlanFrom(json);
}

QString StagingForm::error() const
{
    if (!m_isStaged) {
        return {};
    }
    const Result<rollouts::RolloutPlan> read = plan({});
    return read ? QString() : read.error().message;
}

} // namespace sgn::models
