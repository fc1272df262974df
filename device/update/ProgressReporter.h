// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "update/ProgressGate.h"

#include <QObject>
#include <QString>
#include <QTimer>

namespace sgn::update {

// Says how far an update is, as often as the protocol allows: what comes too soon is told a little later, unless
// something newer has taken its place by then.
class ProgressReporter : public QObject
{
    Q_OBJECT

public:
    // The clock outlives the object.
    explicit ProgressReporter(const Clock &clock, QObject *parent = nullptr);

    // An update begins or is picked up again in this state, which is no news.
    void begin(State state);
    void enter(State state);
    // In whatever unit.
    void advance(qint64 done, qint64 total);
    // What the update waits for, in words for people; empty: for nothing any more. Always news.
    void setWaitingFor(const QString &what);
    [[nodiscard]] bool isWaiting() const { return !m_waitingFor.isEmpty(); }
    // Once more, for somebody who has heard nothing yet.
    void repeat();
    // Until the next begin().
    void stop();

Q_SIGNALS:
    void told(sgn::update::State state, int percent, const QString &remarks);

private:
    void offer();

    const Clock &m_clock;
    ProgressGate m_gate;
    QTimer m_later;
    std::optional<State> m_state;
    int m_percent = 0;
    QString m_waitingFor;
};

} // namespace sgn::update
