// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/ZipDirectory.h"

#include "archive/ZipFormat.h"
#include "archive/ZipMembers.h"
#include "archive/ZipPath.h"

#include <algorithm>
#include <QFile>

namespace sgn {

using namespace Qt::StringLiterals;
using namespace zip;

namespace {

tl::unexpected<Error> bad(const QString &why)
{
    return fail(ErrorCode::BadArchive, why);
}

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

Result<ZipEnd> findEnd(QFile &file)
{
    const auto tail =
        readAt(file, std::max<qint64>(0, file.size() - maxZipEndSize), std::min(file.size(), maxZipEndSize));
    if (!tail) {
        return fail(tail.error());
    }
    return findZipEnd(*tail, file.size());
}

// APPNOTE 4.4.5, with the names that programs show.
QString nameOf(quint16 method)
{
    struct Method
    {
        quint16 number = 0;
        QStringView name;
    };
    static constexpr Method methods[]{
        {1, u"Shrink"},     {2, u"Reduce"},         {3, u"Reduce"}, {4, u"Reduce"}, {5, u"Reduce"},
        {6, u"Implode"},    {9, u"Deflate64"},      {12, u"bzip2"}, {14, u"LZMA"},  {20, u"Zstandard"},
        {93, u"Zstandard"}, {94, u"MP3"},           {95, u"XZ"},    {96, u"JPEG"},  {97, u"WavPack"},
        {98, u"PPMd"},      {99, u"AES encryption"}};
    const auto *const known = std::ranges::find(methods, method, &Method::number);
    return known != std::end(methods) ? u"%1 (method %2)"_s.arg(known->name).arg(method) : u"method %1"_s.arg(method);
}

// A second name that fits the first by its checksum: libarchive and some other programs use it, others don't, so that a
// zip would show two faces. Harmless where both are the same path; tools write it for names that aren't ASCII.
Outcome checkSecondName(QByteArrayView name, ZipNames names, QByteArrayView extra)
{
    constexpr qsizetype header = 4;
    while (extra.size() >= header) {
        const qsizetype size = std::min<qsizetype>(u16(extra, 2), extra.size() - header);
        const QByteArrayView content = extra.sliced(header, size);
        if (u16(extra, 0) == unicodePath && size >= unicodePathStart && u32(content, 1) == crc32(name)) {
            const QByteArrayView second = content.sliced(unicodePathStart);
            const auto path = zipPath(name, names);
            const auto other = zipPath(second);
            if (!other) {
                return fail(other.error());
            }
            if (!path || *path != *other || name.endsWith('/') != second.endsWith('/')) {
                return bad(u"the zip has an entry with two names, '%1' and '%2' (its Unicode path field); pack it "
                           "again by a tool that writes names in UTF-8"_s.arg(forDisplay(name), forDisplay(second)));
            }
        }
        extra = extra.sliced(header + size);
    }
    return {};
}

// One entry of the directory against its local header.
Outcome checkEntry(QFile &file, QByteArrayView entry, QByteArrayView name, QByteArrayView extra)
{
    const quint16 flags = u16(entry, 8);
    const ZipNames names = (flags & flagUtf8) != 0 ? ZipNames::Utf8 : ZipNames::Unmarked;
    if (auto path = zipPath(name, names); !path) {
        return fail(std::move(path).error());
    }
    const quint16 method = u16(entry, 10);
    if ((flags & (flagEncrypted | flagStrongEncryption | flagMaskedHeaders)) != 0) {
        return bad(u"'%1' is encrypted"_s.arg(forDisplay(name)));
    }
    if (method != stored && method != deflated) {
        return bad(u"'%1' is packed by %2; pack the zip again by deflate, the usual method, or unpacked"_s.arg(
            forDisplay(name), nameOf(method)));
    }
    const auto local = readAt(file, u32(entry, 42), localSize + name.size());
    if (!local) {
        return fail(local.error());
    }
    if (!local->startsWith(localSignature) || u16(*local, 8) != method || u16(*local, 26) != name.size() ||
        QByteArrayView(*local).sliced(localSize) != name) {
        return bad(u"the zip's directory and its file '%1' contradict each other"_s.arg(forDisplay(name)));
    }
    if (auto checked = checkSecondName(name, names, extra); !checked) {
        return checked;
    }
    const auto localExtra = readAt(file, u32(entry, 42) + localSize + name.size(), u16(*local, 28));
    return localExtra ? checkSecondName(name, names, *localExtra) : fail(localExtra.error());
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
        const qsizetype nameSize = u16(*entry, 28);
        const auto names = readAt(file, at + entrySize, nameSize + u16(*entry, 30)); // with the extra fields
        if (!names) {
            return fail(names.error());
        }
        const QByteArrayView view(*names);
        if (auto checked = checkEntry(file, *entry, view.first(nameSize), view.sliced(nameSize)); !checked) {
            return fail(std::move(checked).error());
        }
        at += entrySize + u16(*entry, 28) + u16(*entry, 30) + u16(*entry, 32);
    }
    // libarchive goes by the directory's bytes, not by the count.
    if (at != end->start + end->size) {
        return bad(u"the zip's directory doesn't have the number of entries it states"_s);
    }
    return end->entries;
}

} // namespace sgn
