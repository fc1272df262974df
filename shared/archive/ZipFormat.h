// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QtEndian>

// The layout of a zip's records (PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.15 and 4.3.16).
namespace sgn::zip {

inline constexpr QByteArrayView endSignature("PK\x05\x06", 4);
inline constexpr QByteArrayView zip64LocatorSignature("PK\x06\x07", 4);
inline constexpr QByteArrayView entrySignature("PK\x01\x02", 4);
inline constexpr QByteArrayView localSignature("PK\x03\x04", 4);

inline constexpr qint64 endSize = 22;
inline constexpr qint64 zip64LocatorSize = 20;
inline constexpr qint64 entrySize = 46;
inline constexpr qint64 localSize = 30;
inline constexpr qint64 maxComment = 0xffff;

inline constexpr quint16 flagEncrypted = 1U << 0;
inline constexpr quint16 flagDescriptor = 1U << 3;
inline constexpr quint16 flagStrongEncryption = 1U << 6;
inline constexpr quint16 flagUtf8 = 1U << 11;
inline constexpr quint16 flagMaskedHeaders = 1U << 13;

inline constexpr quint16 stored = 0;
inline constexpr quint16 deflated = 8;

// Info-ZIP's extra field with a second, UTF-8 name of the entry (APPNOTE 4.6.9): version, checksum of the first, name.
inline constexpr quint16 unicodePath = 0x7075;
inline constexpr qsizetype unicodePathStart = 5;

inline quint16 u16(QByteArrayView bytes, qsizetype at)
{
    return qFromLittleEndian<quint16>(bytes.sliced(at, 2).data());
}

inline quint32 u32(QByteArrayView bytes, qsizetype at)
{
    return qFromLittleEndian<quint32>(bytes.sliced(at, 4).data());
}

// The checksum of APPNOTE 4.4.7.
inline quint32 crc32(QByteArrayView bytes)
{
    quint32 crc = 0xffffffff;
    for (const char c : bytes) {
        crc ^= static_cast<quint8>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
        }
    }
    return ~crc;
}

inline void put16(QByteArray &bytes, qsizetype at, quint16 value)
{
    qToLittleEndian(value, bytes.data() + at);
}

inline void put32(QByteArray &bytes, qsizetype at, quint32 value)
{
    qToLittleEndian(value, bytes.data() + at);
}

} // namespace sgn::zip
