// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Backoff.h"

#include <algorithm>
#include <QRandomGenerator>
#include <utility>

namespace sgn {

Backoff::Backoff(Milliseconds first, Milliseconds ceiling)
    : Backoff(first, ceiling, [] { return QRandomGenerator::global()->generateDouble(); })
{}

Backoff::Backoff(Milliseconds first, Milliseconds ceiling, Random random)
    : m_first(first)
    , m_ceiling(ceiling)
    , m_random(std::move(random))
{}

Backoff::Milliseconds Backoff::next()
{
    // 2^20 times the first wait is over any ceiling in use, and the shift can't overflow.
    ++m_failures;
    const int exponent = std::min(m_failures, 20);
    const Milliseconds upper = std::min(m_ceiling, m_first * (Milliseconds::rep{1} << exponent));
    const auto spread = static_cast<double>((upper - m_first).count());
    return m_first + Milliseconds(static_cast<Milliseconds::rep>(spread * m_random()));
}

void Backoff::reset()
{
    m_failures = 0;
}

} // namespace sgn
