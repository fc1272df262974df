// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive/ZipMembers.h"

namespace sgn {

// Where the bytes of one member of an assembled zip come from.
struct ZipPart
{
    enum class Source {
        Member,  // `file` holds the member's raw bytes from `offset` on
        Content, // `file` is the unpacked file itself
    };

    ZipMember member;
    Source source = Source::Member;
    QString file;
    qint64 offset = 0;
};

// Writes a zip with the same entries as the one that the members' directory describes, some with the bytes they have
// there, others from files that are here already and go in unpacked ("stored"). It unpacks to the same as the original,
// byte for byte, but isn't the same file, so that its hash can't be compared; the checksums of the directory are
// copied, and unpacking checks the content against them. Blocks; durable when it returns, and after an error nothing is
// left. HashMismatch when a file doesn't have its member's size, NotFound, NoSpace, Io, Cancelled.
[[nodiscard]] Outcome assembleZip(const QList<ZipPart> &parts, const QString &zip, const std::stop_token &stop = {});

} // namespace sgn
