// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/PartitionTable.h"

#include <algorithm>
#include <array>
#include <optional>
#include <QtEndian>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 sectorSize = 512;
constexpr qsizetype tableStart = 446;
constexpr qsizetype entrySize = 16;
constexpr int entries = 4;
constexpr quint8 gptType = 0xee;
constexpr quint8 linuxType = 0x83;
constexpr std::array<quint8, 5> fatTypes{0x01, 0x06, 0x0b, 0x0c, 0x0e};

} // namespace

Result<CardPartitions> readPartitions(QByteArrayView firstSector, qint64 imageSize)
{
    const auto refuse = [](const QString &why) {
        return fail(ErrorCode::Refused, u"this is no image of a Raspberry Pi card: "_s + why);
    };
    if (firstSector.size() < sectorSize || static_cast<quint8>(firstSector[510]) != 0x55 ||
        static_cast<quint8>(firstSector[511]) != 0xaa) {
        return refuse(u"it has no partition table; a packed image has to be unpacked first"_s);
    }
    std::optional<Partition> boot;
    std::optional<Partition> root;
    for (int i = 0; i < entries; ++i) {
        const QByteArrayView entry = firstSector.sliced(tableStart + i * entrySize, entrySize);
        const auto type = static_cast<quint8>(entry[4]);
        const Partition partition{sectorSize * qFromLittleEndian<quint32>(entry.data() + 8),
                                  sectorSize * qFromLittleEndian<quint32>(entry.data() + 12)};
        if (type == gptType) {
            return refuse(u"its partition table is a GPT, but that of a Pi is an MBR"_s);
        }
        if (!boot && std::ranges::find(fatTypes, type) != fatTypes.end()) {
            boot = partition;
        } else if (!root && type == linuxType) {
            root = partition;
        } else if (type != 0) {
            return refuse(u"its partitions are not one for booting and one for Linux"_s);
        }
    }
    if (!boot || !root) {
        return refuse(u"its partitions are not one for booting and one for Linux"_s);
    }
    for (const Partition &partition : {*boot, *root}) {
        if (partition.start < sectorSize || partition.size <= 0 || partition.start + partition.size > imageSize) {
            return refuse(u"a partition lies outside of it, so it isn't complete"_s);
        }
    }
    const auto &[first, second] =
        std::minmax(*boot, *root, [](const Partition &a, const Partition &b) { return a.start < b.start; });
    if (first.start + first.size > second.start) {
        return refuse(u"its partitions overlap"_s);
    }
    return CardPartitions{*boot, *root};
}

} // namespace sgn::card
