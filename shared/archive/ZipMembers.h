// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive/Zip.h"

#include <QByteArrayView>

namespace sgn {

// The directory of a zip of which only some bytes are here, so that single files of a zip on a web server can be
// fetched. Pure. Nothing here takes the place of checkZipDirectory(), which sees the local headers as well.
// Source: PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.

// Where the directory of a zip is, by the record at the zip's end.
struct ZipEnd
{
    qint64 start = 0; // of the directory, from the beginning of the zip
    qint64 size = 0;  // bytes
    int entries = 0;

    friend bool operator==(const ZipEnd &, const ZipEnd &) = default;
};

// The most that the record can take at a zip's end, its comment included.
inline constexpr qint64 maxZipEndSize = 22 + 0xffff + 20;

// `tail` are the last bytes of a zip of `zipSize` bytes. BadArchive when the record isn't in it, the zip isn't one
// plain file or has a zip64 directory.
[[nodiscard]] Result<ZipEnd> findZipEnd(QByteArrayView tail, qint64 zipSize);

// One entry and the bytes it takes in the zip, its local header and whatever follows its content included.
struct ZipMember
{
    QString path; // as by zipPath()
    bool isFile = true;
    qint64 offset = 0;         // of the local header
    qint64 length = 0;         // up to the next member or the directory
    qint64 size = 0;           // unpacked
    QByteArray directoryEntry; // its raw bytes

    friend bool operator==(const ZipMember &, const ZipMember &) = default;
};

// All members in the order of their bytes. `directory` are the `end.size` bytes from `end.start` on. BadArchive for a
// damaged directory, for members that overlap and for names against zipPath(); TooLarge over limits.maxEntries.
[[nodiscard]] Result<QList<ZipMember>> readZipMembers(QByteArrayView directory, const ZipEnd &end,
                                                      const ZipLimits &limits = {});

} // namespace sgn
