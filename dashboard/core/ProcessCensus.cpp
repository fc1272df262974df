// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ProcessCensus.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sgn::core {

namespace {

template <typename Version>
void takeOne(QHash<Version, int> &counts, const Version &version)
{
    const auto it = counts.find(version);
    if (it != counts.end() && --it.value() == 0) {
        counts.erase(it);
    }
}

} // namespace

QString ProcessCensus::add(const ProcessReport &process)
{
    auto it = m_processes.find(process.name);
    if (it == m_processes.end()) {
        m_hasChanged = true;
        it = m_processes.insert(process.name, {});
    }
    ++it->devices;
    ++(process.versionText.isEmpty() ? it->numbers[process.version] : it->texts[process.versionText]);
    return it.key();
}

void ProcessCensus::remove(const ProcessReport &process)
{
    const auto it = m_processes.find(process.name);
    if (it == m_processes.end()) {
        return;
    }
    if (--it->devices == 0) {
        m_hasChanged = true;
        m_processes.erase(it);
    } else if (process.versionText.isEmpty()) {
        takeOne(it->numbers, process.version);
    } else {
        takeOne(it->texts, process.versionText);
    }
}

VersionCounts ProcessCensus::versionsOf(const QString &name) const
{
    VersionCounts versions;
    const auto process = m_processes.constFind(name);
    if (process == m_processes.cend()) {
        return versions;
    }
    for (auto it = process->numbers.cbegin(); it != process->numbers.cend(); ++it) {
        versions[QString::number(it.key())] += it.value();
    }
    for (auto it = process->texts.cbegin(); it != process->texts.cend(); ++it) {
        versions[it.key()] += it.value();
    }
    return versions;
}

int ProcessCensus::highestVersion(const QString &name) const
{
    const auto process = m_processes.constFind(name);
    if (process == m_processes.cend() || process->numbers.isEmpty()) {
        return 0;
    }
    return std::max(0, std::ranges::max(process->numbers.keys()));
}

QStringList ProcessCensus::mostUsed(int most) const
{
    std::vector<std::pair<int, QString>> byUse;
    byUse.reserve(static_cast<std::size_t>(m_processes.size()));
    for (auto it = m_processes.cbegin(); it != m_processes.cend(); ++it) {
        byUse.emplace_back(-it->devices, it.key());
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

bool ProcessCensus::takeChange()
{
    return std::exchange(m_hasChanged, false);
}

} // namespace sgn::core
