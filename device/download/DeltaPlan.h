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
    QList<ZipMember> fetched; // the members, patches included, in the order of their bytes
    qsizetype patched = 0;    // how many of them are patches
    QList<ByteRange> ranges;  // what has to be fetched, in the same order; none touches another
    qint64 bytes = 0;         // of the ranges

    friend bool operator==(const DeltaPlan &, const DeltaPlan &) = default;
};

// What another request costs in bytes on the wire: head and answer; and where the server has to be hung up on, a new
// connection and what came too much.
inline constexpr qint64 requestCost = 1024;
inline constexpr qint64 hangUpCost = 32 * 1024;
// Many small answers take their time even where they save bytes.
inline constexpr qsizetype maxRanges = 500;

// `present` are the paths of files that are here already, byte for byte; `patches` the members with a patch of an
// installed file, by the path of that file. A gap is fetched along where that is cheaper than another request, all of
// them where there would be too many. Pure.
[[nodiscard]] DeltaPlan planDelta(const QList<ZipMember> &members, const QSet<QString> &present,
                                  qint64 cost = requestCost, const QHash<QString, ZipMember> &patches = {});

} // namespace sgn::download
