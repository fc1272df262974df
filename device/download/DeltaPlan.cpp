// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/DeltaPlan.h"

namespace sgn::download {

DeltaPlan planDelta(const QList<ZipMember> &members, const QSet<QString> &unchanged, qint64 cost)
{
    DeltaPlan plan;
    plan.members = members;
    for (const ZipMember &member : members) {
        if (member.isFile && unchanged.contains(member.path)) {
            plan.kept += member.path;
            // Its local header is no longer than its entry in the directory.
            plan.assembledBytes += member.size + 2 * member.directoryEntry.size();
            continue;
        }
        plan.assembledBytes += member.length + member.directoryEntry.size();
        if (!plan.ranges.isEmpty() && member.offset - plan.ranges.last().end() <= cost) {
            plan.ranges.last().length = member.offset + member.length - plan.ranges.last().offset;
        } else {
            plan.ranges += ByteRange{member.offset, member.length};
        }
    }
    for (const ByteRange &range : std::as_const(plan.ranges)) {
        plan.bytes += range.length;
    }
    return plan;
}

bool isWorthwhile(const DeltaPlan &plan, qint64 zipSize, qint64 cost)
{
    // Many small answers take their time even where they save bytes.
    constexpr qsizetype maxRanges = 500;
    constexpr double worth = 0.8;
    return plan.ranges.size() <= maxRanges &&
           static_cast<double>(plan.bytes + plan.ranges.size() * cost) < worth * static_cast<double>(zipSize);
}

} // namespace sgn::download
