// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

#include <optional>
#include <QObject>
#include <QTimer>

namespace sgn::system {

// Emits a signal when a moment of the Clock has come. Cheap to push back: a later deadline doesn't touch the running
// timer, which then sees for itself that it came too early. So a heartbeat costs no timer.
class DeadlineTimer : public QObject
{
    Q_OBJECT

public:
    DeadlineTimer(const Clock &clock, QObject *parent);

    void set(std::optional<MonotonicTime> deadline);

Q_SIGNALS:
    void reached();

private:
    void onTimeout();
    void arm(MonotonicTime now);

    const Clock &m_clock;
    QTimer m_timer;
    std::optional<MonotonicTime> m_deadline;
    MonotonicTime m_armedFor{};
};

} // namespace sgn::system
