// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/DeltaPlan.h"

#include "archive/FilePatch.h"

namespace sgn::download {

namespace {

void addRange(DeltaPlan &plan, const ZipMember &member, qint64 cost)
{
    if (!plan.ranges.isEmpty() && member.offset - plan.ranges.last().end() <= cost) {
        plan.ranges.last().length = member.offset + member.length - plan.ranges.last().offset;
    } else {
        plan.ranges += ByteRange{member.offset, member.length};
    }
}

} // namespace

DeltaPlan planDelta(const QList<ZipMember> &members, const QSet<QString> &unchanged, qint64 cost,
                    const QHash<QString, ZipMember> &patches)
{
    DeltaPlan plan;
    for (const ZipMember &member : members) {
        if (const auto patch = patchNameFrom(member.path)) {
            const auto used = patches.constFind(patch->path);
            if (used != patches.cend() && used->path == member.path) {
                addRange(plan, member, cost);
            }
            continue;
        }
        plan.members += member;
        const bool isKept = member.isFile && unchanged.contains(member.path);
        if (isKept || patches.contains(member.path)) {
            // Its local header is no longer than its entry in the directory.
            plan.assembledBytes += member.size + 2 * member.directoryEntry.size();
            if (isKept) {
                plan.kept += member.path;
            } else {
                plan.patched.insert(member.path, patches.value(member.path));
                plan.assembledBytes += member.size; // by itself, before the zip is put together
            }
            continue;
        }
        plan.assembledBytes += member.length + member.directoryEntry.size();
        addRange(plan, member, cost);
    }
    for (const ByteRange &range : std::as_const(plan.ranges)) {
        plan.bytes += range.length;
    }
    return plan;
}

qint64 placeInRanges(const DeltaPlan &plan, qint64 offset)
{
    qint64 place = 0;
    for (const ByteRange &range : plan.ranges) {
        if (offset < range.end()) {
            return place + offset - range.offset;
        }
        place += range.length;
    }
    return place;
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
