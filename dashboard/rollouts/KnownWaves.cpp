// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/KnownWaves.h"

namespace sgn::rollouts {

bool KnownWaves::Parts::isWhole() const
{
    return !chunks.empty() && !chunks.rbegin()->second.hasMore &&
           chunks.rbegin()->first + 1 == static_cast<int>(chunks.size());
}

bool KnownWaves::take(const WavePart &part)
{
    Parts &parts = m_waves[part.wave.index];
    if (parts.number != part.wave.number) {
        // Left by a desk that ended before the wave was whole: its command was sent to no device.
        if (parts.isWhole() && part.chunk > 0) {
            return false;
        }
        parts = {part.wave.number, {}};
    }
    parts.chunks.insert_or_assign(part.chunk, part);
    if (!part.hasMore) {
        parts.chunks.erase(parts.chunks.upper_bound(part.chunk), parts.chunks.end());
    }
    return true;
}

QList<Wave> KnownWaves::whole() const
{
    QList<Wave> waves;
    for (const auto &[index, parts] : m_waves) {
        if (!parts.isWhole()) {
            continue;
        }
        Wave wave = parts.chunks.begin()->second.wave;
        for (auto chunk = std::next(parts.chunks.begin()); chunk != parts.chunks.end(); ++chunk) {
            wave.jids += chunk->second.wave.jids;
        }
        waves += wave;
    }
    return waves;
}

QList<int> KnownWaves::missing(int count) const
{
    QList<int> missing;
    for (int index = 0; index < count; ++index) {
        if (const auto known = m_waves.find(index); known == m_waves.end() || !known->second.isWhole()) {
            missing += index;
        }
    }
    return missing;
}

QStringList KnownWaves::itemIds() const
{
    QStringList ids;
    for (const auto &[index, parts] : m_waves) {
        for (const auto &[chunk, part] : parts.chunks) {
            ids += waveItemId(part.wave.rollout, index, chunk);
        }
    }
    return ids;
}

} // namespace sgn::rollouts
