// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/RawZip.h"

#include <QFile>
#include <QtEndian>

namespace sgn::test {

namespace {

template <typename T>
QByteArray le(T value)
{
    QByteArray bytes(sizeof(T), '\0');
    qToLittleEndian(value, bytes.data());
    return bytes;
}

quint32 crc32(const QByteArray &content)
{
    quint32 crc = 0xffffffff;
    for (const char c : content) {
        crc ^= static_cast<quint8>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
        }
    }
    return ~crc;
}

QByteArray deflate(const QByteArray &content)
{
    // qCompress() puts a length and zlib's header in front and a checksum behind.
    const QByteArray zlib = qCompress(content, 9);
    return zlib.mid(6, zlib.size() - 10);
}

} // namespace

QByteArray unicodePath(const QByteArray &second, const QByteArray &checksumOf)
{
    return le<quint16>(0x7075) + le(static_cast<quint16>(5 + second.size())) + le<quint8>(1) + le(crc32(checksumOf)) +
           second;
}

RawZip &RawZip::add(const RawEntry &entry)
{
    const QByteArray packed = entry.method == 8 ? deflate(entry.content) : entry.content;
    const auto header = [&](quint16 method) {
        return le<quint16>(20) + le(entry.flags) + le(method) + le<quint32>(0x5a2f0000) +
               le(entry.statedCrc.value_or(crc32(entry.content))) + le(static_cast<quint32>(packed.size())) +
               le(entry.statedSize.value_or(static_cast<quint32>(entry.content.size())));
    };
    const QByteArray localName = entry.localName.value_or(entry.name);
    const auto offset = static_cast<quint32>(m_files.size());
    m_files += "PK\x03\x04" + header(entry.localMethod.value_or(entry.method)) +
               le(static_cast<quint16>(localName.size())) + le(static_cast<quint16>(entry.localExtra.size())) +
               localName + entry.localExtra + packed;
    const quint8 system = entry.mode != 0 ? 3 : 0;
    m_directory += "PK\x01\x02" + le<quint8>(20) + le(system) + header(entry.method) +
                   le(static_cast<quint16>(entry.name.size())) + le(static_cast<quint16>(entry.extra.size())) +
                   le<quint16>(0) + le<quint16>(0) + le<quint16>(0) + le(entry.mode << 16U) + le(offset) + entry.name +
                   entry.extra;
    ++m_entries;
    return *this;
}

RawZip &RawZip::stateEntries(quint16 count)
{
    m_statedEntries = count;
    return *this;
}

RawZip &RawZip::comment(const QByteArray &comment)
{
    m_comment = comment;
    return *this;
}

RawZip &RawZip::locateZip64()
{
    m_locator = "PK\x06\x07" + QByteArray(16, '\0');
    return *this;
}

QByteArray RawZip::bytes() const
{
    const QByteArray count = le(m_statedEntries.value_or(m_entries));
    return m_files + m_directory + m_locator + "PK\x05\x06" + le<quint32>(0) + count + count +
           le(static_cast<quint32>(m_directory.size())) + le(static_cast<quint32>(m_files.size())) +
           le(static_cast<quint16>(m_comment.size())) + m_comment;
}

bool RawZip::writeTo(const QString &path) const
{
    QFile file(path);
    const QByteArray content = bytes();
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.flush();
}

} // namespace sgn::test
