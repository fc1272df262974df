// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Amount.h"

#include <algorithm>
#include <cmath>

namespace sgn::rollouts {

using namespace Qt::StringLiterals;

namespace {

constexpr int mostDevices = 10'000'000;

} // namespace

Amount Amount::devices(int count)
{
    Amount amount;
    amount.m_value = count;
    return amount;
}

Amount Amount::percent(double share)
{
    Amount amount;
    amount.m_value = share;
    amount.m_isShare = true;
    return amount;
}

std::optional<Amount> Amount::parse(const QString &text)
{
    QString number = text.trimmed();
    const bool isShare = number.endsWith(u'%');
    if (isShare) {
        number = number.chopped(1).trimmed();
    }
    bool isNumber = false;
    if (isShare) {
        const double share = number.toDouble(&isNumber);
        return isNumber && share >= 0 && share <= 100 ? std::optional(percent(share)) : std::nullopt;
    }
    const int count = number.toInt(&isNumber);
    return isNumber && count >= 0 && count <= mostDevices ? std::optional(devices(count)) : std::nullopt;
}

int Amount::of(int total) const
{
    const double exact = m_isShare ? m_value * total / 100 : m_value;
    // 7 % of 100 is a bit more than 7 in binary.
    return std::clamp(static_cast<int>(std::ceil(exact - 1e-9)), 0, std::max(total, 0));
}

bool Amount::isExceededBy(int part, int total) const
{
    return m_isShare ? part * 100.0 > m_value * total + 1e-9 : part > m_value;
}

QString Amount::text() const
{
    return m_isShare ? QString::number(m_value) + u'%' : QString::number(static_cast<int>(m_value));
}

} // namespace sgn::rollouts
