// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ProcessNames.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sgn::core {

QString ProcessNames::use(const QString &name)
{
    const auto it = m_use.find(name);
    if (it != m_use.end()) {
        ++it.value();
        return it.key();
    }
    m_hasChanged = true;
    m_use.insert(name, 1);
    return name;
}

void ProcessNames::drop(const QString &name)
{
    const auto it = m_use.find(name);
    if (it != m_use.end() && --it.value() == 0) {
        m_hasChanged = true;
        m_use.erase(it);
    }
}

QStringList ProcessNames::mostUsed(int most) const
{
    std::vector<std::pair<int, QString>> byUse;
    byUse.reserve(static_cast<std::size_t>(m_use.size()));
    for (auto it = m_use.cbegin(); it != m_use.cend(); ++it) {
        byUse.emplace_back(-it.value(), it.key());
    }
    const auto kept = std::min(byUse.size(), static_cast<std::size_t>(most));
    std::ranges::partial_sort(byUse, byUse.begin() + static_cast<std::ptrdiff_t>(kept));
    QStringList names;
    for (std::size_t i = 0; i < kept; ++i) {
        names += byUse[i].second;
    }
    names.sort();
    return names;
}

bool ProcessNames::takeChange()
{
    return std::exchange(m_hasChanged, false);
}

} // namespace sgn::core
