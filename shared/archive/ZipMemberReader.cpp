// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/ZipMemberReader.h"

#include "archive/ZipFormat.h"

#include <algorithm>
#include <array>
#include <zlib.h>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

// Where a local header has the lengths of what follows its fixed part.
constexpr qsizetype nameSizeAt = 26;
constexpr qsizetype extraSizeAt = 28;

qsizetype headerSize(QByteArrayView header)
{
    return zip::localSize + zip::u16(header, nameSizeAt) + zip::u16(header, extraSizeAt);
}

} // namespace

// A raw deflate stream (RFC 1951).
class ZipMemberReader::Inflater
{
public:
    Inflater()
    {
        constexpr int withoutHeader = -MAX_WBITS;
        m_isReady = inflateInit2(&m_stream, withoutHeader) == Z_OK;
    }
    ~Inflater() { inflateEnd(&m_stream); }
    Q_DISABLE_COPY_MOVE(Inflater)

    [[nodiscard]] bool hasEnded() const { return m_hasEnded; }

    // False for bytes that are no such stream, or follow its end.
    template <typename Deliver>
    [[nodiscard]] bool feed(QByteArrayView packed, Outcome &outcome, Deliver deliver)
    {
        // zlib takes it for writable, and doesn't write to it.
        m_stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data()));
        m_stream.avail_in = static_cast<uInt>(packed.size());
        while (m_isReady && !m_hasEnded) {
            m_stream.next_out = reinterpret_cast<Bytef *>(m_buffer.data());
            m_stream.avail_out = static_cast<uInt>(m_buffer.size());
            const int result = inflate(&m_stream, Z_NO_FLUSH);
            if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
                return false;
            }
            const auto size = static_cast<qsizetype>(m_buffer.size() - m_stream.avail_out);
            outcome = deliver(QByteArrayView(m_buffer.data(), size));
            if (!outcome) {
                return true;
            }
            m_hasEnded = result == Z_STREAM_END;
            if (!m_hasEnded && m_stream.avail_out != 0) {
                return m_stream.avail_in == 0;
            }
        }
        return m_isReady && m_stream.avail_in == 0;
    }

private:
    z_stream m_stream{};
    std::array<char, std::size_t{64} * 1024> m_buffer{};
    bool m_isReady = false;
    bool m_hasEnded = false;
};

ZipMemberReader::ZipMemberReader(const ZipMember &member, Sink sink)
    : m_member(member)
    , m_sink(std::move(sink))
{}

ZipMemberReader::~ZipMemberReader() = default;

tl::unexpected<Error> ZipMemberReader::bad(const QString &why) const
{
    return fail(ErrorCode::BadArchive, u"'%1' in the zip %2"_s.arg(m_member.path, why));
}

Outcome ZipMemberReader::feed(QByteArrayView raw)
{
    while (!m_isHeaderRead && !raw.isEmpty()) {
        const qsizetype wanted = m_header.size() < zip::localSize ? zip::localSize : headerSize(m_header);
        const qsizetype taken = std::min(wanted - m_header.size(), raw.size());
        m_header += raw.first(taken);
        raw = raw.sliced(taken);
        if (m_header.size() >= zip::localSize && m_header.size() == headerSize(m_header)) {
            if (auto read = readHeader(); !read) {
                return read;
            }
        }
    }
    const QByteArrayView packed = raw.first(std::min<qsizetype>(raw.size(), m_packedLeft));
    m_packedLeft -= packed.size();
    return packed.isEmpty() ? Outcome() : unpack(packed);
}

// The sizes are the directory's: a local header may leave them to a descriptor behind the content.
Outcome ZipMemberReader::readHeader()
{
    m_isHeaderRead = true;
    const QByteArrayView entry(m_member.directoryEntry);
    const quint16 flags = zip::u16(entry, 8);
    const quint16 method = zip::u16(entry, 10);
    if ((flags & (zip::flagEncrypted | zip::flagStrongEncryption | zip::flagMaskedHeaders)) != 0) {
        return bad(u"is encrypted"_s);
    }
    const QByteArrayView name = entry.sliced(zip::entrySize, zip::u16(entry, 28));
    if (!m_header.startsWith(zip::localSignature) || zip::u16(m_header, 8) != method ||
        QByteArrayView(m_header).sliced(zip::localSize, zip::u16(m_header, nameSizeAt)) != name) {
        return bad(u"contradicts the zip's directory"_s);
    }
    m_packedLeft = zip::u32(entry, 20);
    if (m_header.size() + m_packedLeft > m_member.length) {
        return bad(u"reaches into the next file"_s);
    }
    if (method == zip::deflated) {
        m_inflater = std::make_unique<Inflater>();
    } else if (method != zip::stored) {
        return bad(u"is packed by method %1"_s.arg(method));
    }
    m_header.clear();
    return {};
}

Outcome ZipMemberReader::unpack(QByteArrayView packed)
{
    if (!m_inflater) {
        return deliver(packed);
    }
    Outcome delivered;
    const bool isWhole =
        m_inflater->feed(packed, delivered, [this](QByteArrayView content) { return deliver(content); });
    return isWhole ? delivered : bad(u"is damaged"_s);
}

Outcome ZipMemberReader::deliver(QByteArrayView content)
{
    if (content.size() > m_member.size - m_done) {
        return bad(u"is larger than the zip's directory states"_s);
    }
    if (content.isEmpty()) {
        return {};
    }
    m_done += content.size();
    m_checksum = static_cast<quint32>(
        ::crc32_z(m_checksum, reinterpret_cast<const Bytef *>(content.data()), static_cast<z_size_t>(content.size())));
    return m_sink(content);
}

Outcome ZipMemberReader::finish() const
{
    // Some tools pack an empty file to nothing at all.
    const bool isOpen = m_inflater && !m_inflater->hasEnded() && m_member.size > 0;
    if (!m_isHeaderRead || m_packedLeft > 0 || m_done != m_member.size || isOpen) {
        return bad(u"is cut"_s);
    }
    if (m_checksum != zip::u32(m_member.directoryEntry, 16)) {
        return bad(u"is damaged: its checksum is another"_s);
    }
    return {};
}

} // namespace sgn
