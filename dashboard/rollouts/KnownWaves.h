// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "rollouts/Rollout.h"

#include <map>

namespace sgn::rollouts {

// The waves of one rollout as far as they are known, put together from items that come in any order, and of which some
// may be missing.
class KnownWaves
{
public:
    // One item. Whether it counts: what is left of a wave that has been replaced doesn't.
    bool take(const WavePart &part);
    // Nothing is known of it any more.
    void forget(int index) { m_waves.erase(index); }

    // Those that are known whole, by their index.
    [[nodiscard]] QList<Wave> whole() const;
    // Indexes of the first `count` waves that aren't known whole.
    [[nodiscard]] QList<int> missing(int count) const;
    // The ids of all items that are known.
    [[nodiscard]] QStringList itemIds() const;

private:
    struct Parts
    {
        CommandNo number = 0;
        std::map<int, WavePart> chunks;

        [[nodiscard]] bool isWhole() const;
    };

    std::map<int, Parts> m_waves;
};

} // namespace sgn::rollouts
