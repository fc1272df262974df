// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive/ZipMembers.h"

#include <QList>
#include <QSet>
#include <QString>

namespace sgn::update {

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
    QList<ZipMember> members;  // all of the zip, in the order of their bytes
    QSet<QString> kept;        // paths of those that needn't be fetched
    QList<ByteRange> ranges;   // what has to be, in the same order; none touches another
    qint64 bytes = 0;          // of the ranges
    qint64 assembledBytes = 0; // how large the assembled zip can get

    friend bool operator==(const DeltaPlan &, const DeltaPlan &) = default;
};

// `unchanged` are the paths of installed files that are the release's, byte for byte. Pure.
[[nodiscard]] DeltaPlan planDelta(const QList<ZipMember> &members, const QSet<QString> &unchanged);

// Whether the plan saves enough to be worth its requests; else the whole zip is the better choice.
[[nodiscard]] bool isWorthwhile(const DeltaPlan &plan, qint64 zipSize);

} // namespace sgn::update
