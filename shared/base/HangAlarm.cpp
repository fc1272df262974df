// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/HangAlarm.h"

#include <csignal>
#include <sys/time.h>

namespace sgn {

HangAlarm::HangAlarm(std::chrono::seconds limit, QObject *parent)
    : QObject(parent)
    , m_limit(limit)
{
    m_winding.setInterval(std::chrono::milliseconds(limit) / 6);
    connect(&m_winding, &QTimer::timeout, this, &HangAlarm::wind);
}

void HangAlarm::start()
{
    ::signal(SIGALRM, SIG_DFL); // may be ignored, by whoever started us
    wind();
    m_winding.start();
}

void HangAlarm::wind() const
{
    itimerval once{};
    once.it_value.tv_sec = static_cast<time_t>(m_limit.count());
    ::setitimer(ITIMER_REAL, &once, nullptr);
}

} // namespace sgn
