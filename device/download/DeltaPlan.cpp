// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/DeltaPlan.h"

#include "archive/FilePatch.h"

namespace sgn::download {

namespace {

void addRange(QList<ByteRange> &ranges, const ZipMember &member, qint64 cost)
{
    if (!ranges.isEmpty() && member.offset - ranges.last().end() <= cost) {
        ranges.last().length = member.offset + member.length - ranges.last().offset;
    } else {
        ranges += ByteRange{member.offset, member.length};
    }
}

} // namespace

DeltaPlan planDelta(const QList<ZipMember> &members, const QSet<QString> &present, qint64 cost,
                    const QHash<QString, ZipMember> &patches)
{
    DeltaPlan plan;
    for (const ZipMember &member : members) {
        const auto patch = patchNameFrom(member.path);
        const QString path = patch ? patch->path : member.path;
        if (!member.isFile || present.contains(path)) {
            continue;
        }
        const auto used = patches.constFind(path);
        const bool isWanted = patch ? used != patches.cend() && used->path == member.path : used == patches.cend();
        if (isWanted) {
            plan.fetched += member;
            plan.patched += patch ? 1 : 0;
            addRange(plan.ranges, member, cost);
        }
    }
    if (plan.ranges.size() > maxRanges) {
        plan.ranges = {ByteRange{plan.ranges.first().offset, plan.ranges.last().end() - plan.ranges.first().offset}};
    }
    for (const ByteRange &range : std::as_const(plan.ranges)) {
        plan.bytes += range.length;
    }
    return plan;
}

} // namespace sgn::download
