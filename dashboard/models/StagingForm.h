// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "rollouts/RolloutPlan.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonObject>
#include <QObject>
#include <QStringList>
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
    // So many of a wave must run it.
    Q_PROPERTY(QString healthy MEMBER m_healthy NOTIFY changed FINAL)
    Q_PROPERTY(QString vanished MEMBER m_vanished NOTIFY changed FINAL)
    // Begins with `growthFirst` at the same time, and twice as many after each `growthAfter` successes.
    Q_PROPERTY(bool grows MEMBER m_grows NOTIFY changed FINAL)
    Q_PROPERTY(int growthFirst MEMBER m_growthFirst NOTIFY changed FINAL)
    Q_PROPERTY(int growthAfter MEMBER m_growthAfter NOTIFY changed FINAL)
    // The networks that it may go over; none: any.
    Q_PROPERTY(bool overEthernet MEMBER m_isOverEthernet NOTIFY changed FINAL)
    Q_PROPERTY(bool overWifi MEMBER m_isOverWifi NOTIFY changed FINAL)
    Q_PROPERTY(bool overCellular MEMBER m_isOverCellular NOTIFY changed FINAL)
    // A day, with or without a time, as local time; empty: in a week, or never where it stands.
    Q_PROPERTY(QString end MEMBER m_end NOTIFY changed FINAL)
    // What is wrong with a field; empty: nothing.
    Q_PROPERTY(QString wavesError READ wavesError NOTIFY changed FINAL)
    Q_PROPERTY(QString failuresError READ failuresError NOTIFY changed FINAL)
    Q_PROPERTY(QString windowError READ windowError NOTIFY changed FINAL)
    Q_PROPERTY(QString healthyError READ healthyError NOTIFY changed FINAL)
    Q_PROPERTY(QString vanishedError READ vanishedError NOTIFY changed FINAL)
    Q_PROPERTY(QString growthError READ growthError NOTIFY changed FINAL)
    Q_PROPERTY(QString endError READ endError NOTIFY changed FINAL)
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
    [[nodiscard]] QString healthyError() const;
    [[nodiscard]] QString vanishedError() const;
    [[nodiscard]] QString growthError() const;
    [[nodiscard]] QString endError() const;
    [[nodiscard]] QString error() const;
    // For these devices, or for all where none is named.
    [[nodiscard]] Result<rollouts::RolloutPlan> plan(const QStringList &jids) const;

Q_SIGNALS:
    void changed();

private:
    // As devices report them.
    [[nodiscard]] QStringList networks() const;
    // Parts of the plan's JSON; empty where the field is.
    [[nodiscard]] QJsonObject basics(const QStringList &jids) const;
    [[nodiscard]] QJsonArray wavesPart() const;
    [[nodiscard]] QJsonObject windowPart() const;
    [[nodiscard]] QJsonObject growthPart() const;
    // Invalid where the field is empty or wrong.
    [[nodiscard]] QDateTime endTime() const;

    bool m_isStaged = false;
    QString m_name;
    QString m_waves;
    int m_inFlight = 0;
    QString m_failures;
    int m_soakMinutes = 0;
    QString m_tag;
    bool m_isStanding = false;
    QString m_window;
    QString m_healthy;
    QString m_vanished;
    bool m_grows = false;
    int m_growthFirst = 0;
    int m_growthAfter = 0;
    bool m_isOverEthernet = false;
    bool m_isOverWifi = false;
    bool m_isOverCellular = false;
    QString m_end;
};

} // namespace sgn::models
