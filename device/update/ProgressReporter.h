// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "update/ProgressGate.h"
#include "update/Wait.h"

#include <QObject>
#include <QString>
#include <QTimer>

namespace sgn::update {

// Reports the progress of an update as often as the protocol allows: what comes too soon is reported a little later,
// unless newer progress has replaced it by then.
class ProgressReporter : public QObject
{
    Q_OBJECT

public:
    // The clock outlives the object.
    explicit ProgressReporter(const Clock &clock, QObject *parent = nullptr);

    // An update begins or is continued in this state, which isn't reported.
    void begin(State state);
    void enter(State state);
    // Both in the same unit, whichever.
    void advance(qint64 done, qint64 total);
    // What the update waits for; nothing: for nothing any more. Always reported.
    void setWait(const Wait &wait);
    [[nodiscard]] const Wait &wait() const { return m_wait; }
    // Reports once more, for a panel that has just connected.
    void repeat();
    // Nothing is reported until the next begin().
    void stop();

Q_SIGNALS:
    void due(sgn::update::State state, int percent, const sgn::update::Wait &wait);

private:
    void offer();

    const Clock &m_clock;
    ProgressGate m_gate;
    QTimer m_later;
    std::optional<State> m_state;
    int m_percent = 0;
    Wait m_wait;
};

} // namespace sgn::update
