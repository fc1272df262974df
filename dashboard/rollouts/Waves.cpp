// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/Waves.h"

#include <algorithm>
#include <QCryptographicHash>

namespace sgn::rollouts {

std::optional<NextWave> nextWave(const Rollout &rollout, QList<Candidate> candidates, int alreadyIn)
{
    if (candidates.isEmpty()) {
        return std::nullopt;
    }
    const int total = alreadyIn + static_cast<int>(candidates.size());
    const int last = static_cast<int>(rollout.plan.waves.size()) - 1;
    NextWave next;
    next.planned = rollout.progress.waves == 0 ? 0 : std::min(rollout.progress.planned + 1, last);
    const auto sizeAt = [&](int step) {
        return step >= last ? total : rollout.plan.waves.at(step).of(total);
    };
    while (next.planned < last && sizeAt(next.planned) <= alreadyIn) {
        ++next.planned;
    }
    QHash<QString, QByteArray> order;
    for (const Candidate &candidate : std::as_const(candidates)) {
        order.insert(candidate.jid,
                     QCryptographicHash::hash((rollout.id + candidate.jid).toUtf8(), QCryptographicHash::Sha256));
    }
    const auto size = std::min<qsizetype>(sizeAt(next.planned) - alreadyIn, candidates.size());
    std::ranges::partial_sort(
        candidates, candidates.begin() + size, [&order](const Candidate &one, const Candidate &other) {
            return one.isOnline != other.isOnline ? one.isOnline : order.value(one.jid) < order.value(other.jid);
        });
    for (qsizetype i = 0; i < size; ++i) {
        next.jids += candidates.at(i).jid;
    }
    return next;
}

} // namespace sgn::rollouts
