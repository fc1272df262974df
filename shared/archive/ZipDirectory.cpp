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

// One entry of the directory against its local header.
Outcome checkEntry(QFile &file, QByteArrayView entry, QByteArrayView name)
{
    const quint16 flags = u16(entry, 8);
    if (auto path = zipPath(name, (flags & flagUtf8) != 0 ? ZipNames::Utf8 : ZipNames::Unmarked); !path) {
        return fail(std::move(path).error());
    }
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
        return bad(u"the zip's directory doesn't have the number of entries it states"_s);
    }
    return end->entries;
}

} // namespace sgn
