// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive/ZipMembers.h"

#include <functional>
#include <memory>

namespace sgn {

// Unpacks one member of a zip while its bytes come from elsewhere, in pieces of any size, so that the zip itself needs
// no place on the disk. Written on zlib, because libarchive reads a whole zip and reads it by itself. What a member is
// called and where it goes is not decided here. Source: PKWARE's APPNOTE 6.3.10, sections 4.3.7 and 4.4.5, RFC 1951.
class ZipMemberReader
{
public:
    // Receives the unpacked bytes in order; a failure that it returns ends the reading.
    using Sink = std::function<Outcome(QByteArrayView)>;

    ZipMemberReader(const ZipMember &member, Sink sink);
    ~ZipMemberReader();

    // The member's bytes, its local header first; what follows its content is passed over. BadArchive for what is
    // encrypted or packed by another method than deflate, whose header contradicts the directory, or has more than
    // member.size bytes; the sink's failure.
    [[nodiscard]] Outcome feed(QByteArrayView raw);
    // After all of them: BadArchive when the content is cut or has another checksum.
    [[nodiscard]] Outcome finish() const;

private:
    class Inflater;

    [[nodiscard]] Outcome readHeader();
    [[nodiscard]] Outcome unpack(QByteArrayView packed);
    [[nodiscard]] Outcome deliver(QByteArrayView content);
    [[nodiscard]] tl::unexpected<Error> bad(const QString &why) const;

    ZipMember m_member;
    Sink m_sink;
    QByteArray m_header; // until it is complete
    bool m_isHeaderRead = false;
    std::unique_ptr<Inflater> m_inflater; // of a deflated member
    qint64 m_packedLeft = 0;
    qint64 m_done = 0; // unpacked
    quint32 m_checksum = 0;
};

} // namespace sgn
