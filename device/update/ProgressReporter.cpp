// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/ProgressReporter.h"

#include <algorithm>

namespace sgn::update {

ProgressReporter::ProgressReporter(const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
{
    m_later.setSingleShot(true);
    m_later.setInterval(std::chrono::seconds(1));
    connect(&m_later, &QTimer::timeout, this, &ProgressReporter::offer);
}

void ProgressReporter::begin(State state)
{
    m_state = state;
    m_percent = 0;
    m_wait = {};
}

void ProgressReporter::enter(State state)
{
    begin(state);
    offer();
}

void ProgressReporter::advance(qint64 done, qint64 total)
{
    if (total > 0) {
        m_percent = static_cast<int>(std::clamp<qint64>(done * 100 / total, 0, 100));
        offer();
    }
}

void ProgressReporter::setWait(const Wait &wait)
{
    m_wait = wait;
    repeat();
}

void ProgressReporter::repeat()
{
    m_gate.repeat();
    offer();
}

void ProgressReporter::stop()
{
    m_state.reset();
    m_wait = {};
    m_later.stop();
}

void ProgressReporter::offer()
{
    if (!m_state) {
        return;
    }
    if (m_gate.allow(*m_state, m_percent, m_clock.monotonic())) {
        Q_EMIT due(*m_state, m_percent, m_wait);
    } else if (!m_later.isActive()) {
        m_later.start();
    }
}

} // namespace sgn::update
