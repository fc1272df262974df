// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/ZipMembers.h"

#include "archive/ZipFormat.h"
#include "archive/ZipPath.h"

#include <algorithm>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

tl::unexpected<Error> bad(const QString &why)
{
    return fail(ErrorCode::BadArchive, why);
}

Result<ZipMember> readMember(QByteArrayView entry, QByteArrayView name)
{
    const bool isUtf8 = (zip::u16(entry, 8) & zip::flagUtf8) != 0;
    auto path = zipPath(name, isUtf8 ? ZipNames::Utf8 : ZipNames::Unmarked);
    if (!path) {
        return fail(std::move(path).error());
    }
    ZipMember member;
    member.path = *std::move(path);
    // A symlink counts as a file here: its content is its target.
    member.isFile = !name.endsWith('/');
    member.offset = zip::u32(entry, 42);
    member.size = zip::u32(entry, 24);
    member.directoryEntry = entry.toByteArray();
    return member;
}

} // namespace

Result<ZipEnd> findZipEnd(QByteArrayView tail, qint64 zipSize)
{
    // The last signature counts, and its comment has to reach the end of the file: so a comment can't hide another end.
    const qsizetype at = tail.lastIndexOf(zip::endSignature);
    if (at < 0 || tail.size() - at < zip::endSize || zip::u16(tail, at + 20) != tail.size() - at - zip::endSize) {
        return bad(u"it is not a zip file, or cut off"_s);
    }
    const QByteArrayView record = tail.sliced(at, zip::endSize);
    if (at >= zip::zip64LocatorSize && tail.sliced(at - zip::zip64LocatorSize, 4) == zip::zip64LocatorSignature) {
        // Some tools write one for every zip, however small.
        return bad(u"the zip is in zip64 format, which is for more than 65,535 files or 4 GiB; pack it again without "
                   "zip64"_s);
    }
    if (zip::u16(record, 4) != 0 || zip::u16(record, 6) != 0 || zip::u16(record, 8) != zip::u16(record, 10)) {
        return bad(u"the zip is one part of several"_s);
    }
    const ZipEnd end{zip::u32(record, 16), zip::u32(record, 12), zip::u16(record, 10)};
    if (end.start + end.size != zipSize - tail.size() + at) {
        return bad(u"the zip has other data in front of its files or its directory"_s);
    }
    return end;
}

Result<QList<ZipMember>> readZipMembers(QByteArrayView directory, const ZipEnd &end, const ZipLimits &limits)
{
    if (end.entries > limits.maxEntries) {
        return fail(ErrorCode::TooLarge,
                    u"the zip has %1 entries, more than %2"_s.arg(end.entries).arg(limits.maxEntries));
    }
    QList<ZipMember> members;
    members.reserve(end.entries);
    qsizetype at = 0;
    for (int i = 0; i < end.entries; ++i) {
        if (directory.size() - at < zip::entrySize || !directory.sliced(at).startsWith(zip::entrySignature)) {
            return bad(u"the zip's directory is damaged"_s);
        }
        const qsizetype nameSize = zip::u16(directory, at + 28);
        const qsizetype size = zip::entrySize + nameSize + zip::u16(directory, at + 30) + zip::u16(directory, at + 32);
        if (directory.size() - at < size) {
            return bad(u"the zip's directory is damaged"_s);
        }
        auto member = readMember(directory.sliced(at, size), directory.sliced(at + zip::entrySize, nameSize));
        if (!member) {
            return fail(std::move(member).error());
        }
        members += *std::move(member);
        at += size;
    }
    if (at != directory.size()) {
        return bad(u"the zip's directory doesn't have the number of entries it states"_s);
    }
    std::ranges::stable_sort(members, {}, &ZipMember::offset);
    for (qsizetype i = 0; i < members.size(); ++i) {
        const qint64 next = i + 1 < members.size() ? members[i + 1].offset : end.start;
        members[i].length = next - members[i].offset;
        if (members[i].length < zip::localSize) {
            return bad(u"the zip's files overlap"_s);
        }
    }
    return members;
}

} // namespace sgn
