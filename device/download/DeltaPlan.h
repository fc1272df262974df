// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive/ZipMembers.h"

#include <QHash>
#include <QList>
#include <QSet>
#include <QString>

namespace sgn::download {

// Bytes of a file on a web server.
struct ByteRange
{
    qint64 offset = 0;
    qint64 length = 0;

    [[nodiscard]] qint64 end() const { return offset + length; }

    friend bool operator==(const ByteRange &, const ByteRange &) = default;
};

// Which bytes of a zip have to be fetched when some of its files are on this device already.
struct DeltaPlan
{
    QList<ZipMember> members; // all of the zip but patches, in the order of their bytes
    QSet<QString> kept;       // paths of those that needn't be fetched
    // By path, of those that are made of an installed file: the member with the patch, which is fetched instead.
    QHash<QString, ZipMember> patched;
    QList<ByteRange> ranges;   // what has to be fetched, in the same order; none touches another
    qint64 bytes = 0;          // of the ranges
    qint64 assembledBytes = 0; // how large the assembled zip can get

    friend bool operator==(const DeltaPlan &, const DeltaPlan &) = default;
};

// What another request costs in bytes on the wire: head and answer; and where the server has to be hung up on, a new
// connection and what came too much.
inline constexpr qint64 requestCost = 1024;
inline constexpr qint64 hangUpCost = 32 * 1024;

// `unchanged` are the paths of installed files that are the release's, byte for byte; `patches` the members with a
// patch of an installed file, by the path of that file. A gap is fetched along where that is cheaper than another
// request. Pure.
[[nodiscard]] DeltaPlan planDelta(const QList<ZipMember> &members, const QSet<QString> &unchanged,
                                  qint64 cost = requestCost, const QHash<QString, ZipMember> &patches = {});

// Where the bytes from `offset` on in the zip are in the file of the ranges, one after the other; they were planned.
[[nodiscard]] qint64 placeInRanges(const DeltaPlan &plan, qint64 offset);

// Whether the plan saves enough to be worth its requests; else the whole zip is the better choice.
[[nodiscard]] bool isWorthwhile(const DeltaPlan &plan, qint64 zipSize, qint64 cost = requestCost);

} // namespace sgn::download
