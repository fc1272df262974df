// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ClockWatch.h"

#include <limits>
#include <sys/timerfd.h>

namespace sgn::xmpp {

namespace {

using namespace std::chrono_literals;

// Less is a clock that runs a little wrong, or a daemon that corrects it.
constexpr auto jump = 5s;
// Never reached; far enough for each clock and no overflow in any kernel.
constexpr time_t never = std::numeric_limits<int>::max();

} // namespace

ClockWatch::ClockWatch(const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
    , m_started(started())
    , m_timer(::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC))
{
    if (m_timer.isValid()) {
        arm();
        m_notifier = std::make_unique<QSocketNotifier>(m_timer.get(), QSocketNotifier::Read);
        connect(m_notifier.get(), &QSocketNotifier::activated, this, &ClockWatch::onCancelled);
    }
}

// What monotonic time counts from, by the clock as it is now.
QDateTime ClockWatch::started() const
{
    return m_clock.wallUtc().addMSecs(-m_clock.monotonic().count());
}

void ClockWatch::arm()
{
    itimerspec end{};
    end.it_value.tv_sec = never;
    ::timerfd_settime(m_timer.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &end, nullptr);
}

void ClockWatch::onCancelled()
{
    quint64 expirations = 0;
    const ssize_t n = ::read(m_timer.get(), &expirations, sizeof expirations); // fails with ECANCELED
    Q_UNUSED(n)
    arm();
    check();
}

void ClockWatch::check()
{
    const QDateTime now = started();
    const std::chrono::milliseconds shift(m_started.msecsTo(now));
    if (std::chrono::abs(shift) < jump) {
        return;
    }
    m_started = now;
    Q_EMIT wasSet();
}

} // namespace sgn::xmpp
