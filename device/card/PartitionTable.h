// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArrayView>

namespace sgn::card {

// A partition of an image, in bytes.
struct Partition
{
    qint64 start = 0;
    qint64 size = 0;

    friend bool operator==(const Partition &, const Partition &) = default;
};

// The two partitions of an image of Raspberry Pi OS: boot files (FAT) and root (ext4).
struct CardPartitions
{
    Partition boot;
    Partition root;

    friend bool operator==(const CardPartitions &, const CardPartitions &) = default;
};

// Reads the partition table (MBR) in the first sector of an image of `imageSize` bytes. Refused for what isn't laid out
// like that, with a sentence for the operator. Pure.
[[nodiscard]] Result<CardPartitions> readPartitions(QByteArrayView firstSector, qint64 imageSize);

} // namespace sgn::card
