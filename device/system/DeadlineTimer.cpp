// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/DeadlineTimer.h"

#include <algorithm>

namespace sgn::system {

DeadlineTimer::DeadlineTimer(const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &DeadlineTimer::onTimeout);
}

void DeadlineTimer::set(std::optional<MonotonicTime> deadline)
{
    m_deadline = deadline;
    if (!deadline) {
        m_timer.stop();
    } else if (!m_timer.isActive() || *deadline < m_armedFor) {
        arm(m_clock.monotonic());
    }
}

void DeadlineTimer::arm(MonotonicTime now)
{
    m_armedFor = *m_deadline;
    m_timer.start(std::max(MonotonicTime(0), m_armedFor - now));
}

void DeadlineTimer::onTimeout()
{
    const MonotonicTime now = m_clock.monotonic();
    if (m_deadline && now < *m_deadline) {
        arm(now);
    } else if (m_deadline) {
        m_deadline.reset();
        Q_EMIT reached();
    }
}

} // namespace sgn::system
