// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/ZipDirectory.h"

#include "archive/ZipPath.h"

#include <algorithm>
#include <QFile>
#include <QtEndian>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr QByteArrayView endSignature("PK\x05\x06", 4);
constexpr QByteArrayView zip64LocatorSignature("PK\x06\x07", 4);
constexpr QByteArrayView entrySignature("PK\x01\x02", 4);
constexpr QByteArrayView localSignature("PK\x03\x04", 4);
constexpr qint64 endSize = 22;
constexpr qint64 zip64LocatorSize = 20;
constexpr qint64 entrySize = 46;
constexpr qint64 localSize = 30;
constexpr qint64 maxComment = 0xffff;
constexpr quint16 flagEncrypted = 1U << 0;
constexpr quint16 flagStrongEncryption = 1U << 6;
constexpr quint16 flagMaskedHeaders = 1U << 13;
constexpr quint16 stored = 0;
constexpr quint16 deflated = 8;

quint16 u16(QByteArrayView bytes, qsizetype at)
{
    return qFromLittleEndian<quint16>(bytes.sliced(at, 2).data());
}

quint32 u32(QByteArrayView bytes, qsizetype at)
{
    return qFromLittleEndian<quint32>(bytes.sliced(at, 4).data());
}

tl::unexpected<Error> bad(const QString &why)
{
    return fail(ErrorCode::BadArchive, why);
}

// Where the directory is.
struct End
{
    qint64 start = 0;
    qint64 size = 0;
    int entries = 0;
};

Result<QByteArray> readAt(QFile &file, qint64 offset, qint64 size)
{
    QByteArray bytes;
    if (file.seek(offset)) {
        bytes = file.read(size);
    }
    if (file.error() != QFileDevice::NoError) {
        return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(file.fileName(), file.errorString()));
    }
    if (bytes.size() != size) {
        return bad(u"the zip is cut off"_s);
    }
    return bytes;
}

Result<End> findEnd(QFile &file)
{
    const qint64 tailSize = std::min(file.size(), endSize + maxComment + zip64LocatorSize);
    const auto tail = readAt(file, file.size() - tailSize, tailSize);
    if (!tail) {
        return fail(tail.error());
    }
    // The last signature counts, and its comment has to reach the end of the file: so a comment can't hide another end.
    const qsizetype at = tail->lastIndexOf(endSignature);
    if (at < 0 || tail->size() - at < endSize || u16(*tail, at + 20) != tail->size() - at - endSize) {
        return bad(u"it is not a zip file, or cut off"_s);
    }
    const QByteArrayView record = QByteArrayView(*tail).sliced(at, endSize);
    if (at >= zip64LocatorSize && QByteArrayView(*tail).sliced(at - zip64LocatorSize, 4) == zip64LocatorSignature) {
        return fail(ErrorCode::TooLarge, u"the zip has a zip64 directory, for more than 65,535 files or 4 GiB"_s);
    }
    if (u16(record, 4) != 0 || u16(record, 6) != 0 || u16(record, 8) != u16(record, 10)) {
        return bad(u"the zip is one part of several"_s);
    }
    End end{u32(record, 16), u32(record, 12), u16(record, 10)};
    if (end.start + end.size != file.size() - tailSize + at) {
        return bad(u"the zip has other data in front of its files or its directory"_s);
    }
    return end;
}

// One entry of the directory against its local header.
Outcome checkEntry(QFile &file, QByteArrayView entry, QByteArrayView name)
{
    if (auto path = zipPath(name); !path) {
        return fail(std::move(path).error());
    }
    const quint16 flags = u16(entry, 8);
    const quint16 method = u16(entry, 10);
    if ((flags & (flagEncrypted | flagStrongEncryption | flagMaskedHeaders)) != 0) {
        return bad(u"'%1' is encrypted"_s.arg(forDisplay(name)));
    }
    if (method != stored && method != deflated) {
        return bad(u"'%1' is packed by method %2, which is neither \"stored\" nor \"deflate\""_s.arg(forDisplay(name))
                       .arg(method));
    }
    const auto local = readAt(file, u32(entry, 42), localSize + name.size());
    if (!local) {
        return fail(local.error());
    }
    if (!local->startsWith(localSignature) || u16(*local, 8) != method || u16(*local, 26) != name.size() ||
        QByteArrayView(*local).sliced(localSize) != name) {
        return bad(u"the zip's directory and its file '%1' contradict each other"_s.arg(forDisplay(name)));
    }
    return {};
}

} // namespace

Result<int> checkZipDirectory(const QString &zip, const ZipLimits &limits)
{
    QFile file(zip);
    if (!file.open(QIODevice::ReadOnly)) {
        return fail(file.exists() ? ErrorCode::Io : ErrorCode::NotFound,
                    u"cannot read %1: %2"_s.arg(zip, file.errorString()));
    }
    const auto end = findEnd(file);
    if (!end) {
        return fail(end.error());
    }
    if (end->entries > limits.maxEntries) {
        return fail(ErrorCode::TooLarge,
                    u"the zip has %1 entries, more than %2"_s.arg(end->entries).arg(limits.maxEntries));
    }
    qint64 at = end->start;
    for (int i = 0; i < end->entries; ++i) {
        const auto entry = readAt(file, at, entrySize);
        if (!entry) {
            return fail(entry.error());
        }
        if (!entry->startsWith(entrySignature)) {
            return bad(u"the zip's directory is damaged"_s);
        }
        const auto name = readAt(file, at + entrySize, u16(*entry, 28));
        if (!name) {
            return fail(name.error());
        }
        if (auto checked = checkEntry(file, *entry, *name); !checked) {
            return fail(std::move(checked).error());
        }
        at += entrySize + u16(*entry, 28) + u16(*entry, 30) + u16(*entry, 32);
    }
    // libarchive goes by the directory's bytes, not by the count.
    if (at != end->start + end->size) {
        return bad(u"the zip's directory doesn't have the number of entries it says"_s);
    }
    return end->entries;
}

} // namespace sgn
