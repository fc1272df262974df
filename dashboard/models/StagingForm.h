// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "rollouts/RolloutPlan.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// The part of "new update" that names how it gets to its devices: at once, or in waves.
class StagingForm : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the new update")
    Q_PROPERTY(bool staged MEMBER m_isStaged NOTIFY changed FINAL)
    Q_PROPERTY(QString name MEMBER m_name NOTIFY changed FINAL)
    // Separated by commas, such as "3, 5%, 100%".
    Q_PROPERTY(QString waves MEMBER m_waves NOTIFY changed FINAL)
    Q_PROPERTY(int inFlight MEMBER m_inFlight NOTIFY changed FINAL)
    Q_PROPERTY(QString failures MEMBER m_failures NOTIFY changed FINAL)
    Q_PROPERTY(int soakMinutes MEMBER m_soakMinutes NOTIFY changed FINAL)
    // Only devices with this tag; empty: all that are chosen.
    Q_PROPERTY(QString tag MEMBER m_tag NOTIFY changed FINAL)
    Q_PROPERTY(bool standing MEMBER m_isStanding NOTIFY changed FINAL)
    // "01:00-04:30"; empty: at any time.
    Q_PROPERTY(QString window MEMBER m_window NOTIFY changed FINAL)
    // What is wrong with a field; empty: nothing.
    Q_PROPERTY(QString wavesError READ wavesError NOTIFY changed FINAL)
    Q_PROPERTY(QString failuresError READ failuresError NOTIFY changed FINAL)
    Q_PROPERTY(QString windowError READ windowError NOTIFY changed FINAL)
    // What is wrong with the others.
    Q_PROPERTY(QString error READ error NOTIFY changed FINAL)

public:
    using QObject::QObject;

    void reset();
    [[nodiscard]] bool isStaged() const { return m_isStaged; }
    [[nodiscard]] bool isSound() const { return !m_isStaged || plan({}).has_value(); }
    [[nodiscard]] QString wavesError() const;
    [[nodiscard]] QString failuresError() const;
    [[nodiscard]] QString windowError() const;
    [[nodiscard]] QString error() const;
    // For these devices, or for all where none is named.
    [[nodiscard]] Result<rollouts::RolloutPlan> plan(const QStringList &jids) const;

Q_SIGNALS:
    void changed();

private:
    // Parts of the plan's JSON; empty where the field is.
    [[nodiscard]] QJsonObject basics(const QStringList &jids) const;
    [[nodiscard]] QJsonArray wavesPart() const;
    [[nodiscard]] QJsonObject stopPart() const;
    [[nodiscard]] QJsonObject windowPart() const;

    bool m_isStaged = false;
    QString m_name;
    QString m_waves;
    int m_inFlight = 0;
    QString m_failures;
    int m_soakMinutes = 0;
    QString m_tag;
    bool m_isStanding = false;
    QString m_window;
};

} // namespace sgn::models
