// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "archive/ZipPath.h"
#include "archive/ZipReader.h"

#include <QFileInfo>
#include <QSet>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

// Duplicates, and files that others use as a folder.
Outcome checkConflicts(const QList<ZipEntry> &entries)
{
    QSet<QString> all;
    QSet<QString> notFolders;
    for (const ZipEntry &entry : entries) {
        // Some tools list a folder once more for each part that they add.
        const bool isFolderAgain = entry.type == ZipEntryType::Folder && !notFolders.contains(entry.path);
        if (all.contains(entry.path) && !isFolderAgain) {
            return fail(ErrorCode::BadArchive, u"the zip has '%1' twice"_s.arg(entry.path));
        }
        all.insert(entry.path);
        if (entry.type != ZipEntryType::Folder) {
            notFolders.insert(entry.path);
        }
    }
    for (const ZipEntry &entry : entries) {
        for (qsizetype slash = entry.path.indexOf(u'/'); slash >= 0; slash = entry.path.indexOf(u'/', slash + 1)) {
            const QString parent = entry.path.first(slash);
            if (notFolders.contains(parent)) {
                return fail(
                    ErrorCode::BadArchive,
                    u"the zip has '%1' as something else than a folder and '%2' in it"_s.arg(parent, entry.path));
            }
        }
    }
    return {};
}

} // namespace

Result<QList<ZipEntry>> listZip(const QString &zip, const ZipLimits &limits)
{
    auto reader = ZipReader::open(zip, limits);
    if (!reader) {
        return fail(std::move(reader).error());
    }
    QList<ZipEntry> entries;
    qint64 total = 0;
    for (;;) {
        const auto more = reader->next();
        if (!more) {
            return fail(more.error());
        }
        if (!*more) {
            break;
        }
        // Compared before adding, so that no sum overflows.
        if (reader->entry().size > limits.maxBytes - total) {
            return fail(ErrorCode::TooLarge,
                        u"the zip unpacks to more than %1 MiB"_s.arg(limits.maxBytes / (1024 * 1024)));
        }
        total += reader->entry().size;
        entries.append(reader->entry());
    }
    const qint64 packed = QFileInfo(zip).size();
    if (total > limits.ratioFloor && total / limits.maxRatio > packed) {
        return fail(ErrorCode::TooLarge, u"the zip unpacks to over %1 times its size"_s.arg(limits.maxRatio));
    }
    if (auto checked = checkConflicts(entries); !checked) {
        return fail(std::move(checked).error());
    }
    return entries;
}

Result<QString> topFolderOf(const QList<ZipEntry> &entries)
{
    QString top;
    for (const ZipEntry &entry : entries) {
        const QString first = entry.path.section(u'/', 0, 0);
        if (first == entry.path && entry.type != ZipEntryType::Folder) {
            return fail(ErrorCode::BadArchive, u"the zip has '%1' outside of a folder"_s.arg(entry.path));
        }
        if (!top.isEmpty() && first != top) {
            return fail(ErrorCode::BadArchive,
                        u"the zip has the folders '%1' and '%2' instead of one"_s.arg(top, first));
        }
        top = first;
    }
    if (top.isEmpty()) {
        return fail(ErrorCode::BadArchive, u"the zip is empty"_s);
    }
    for (const ZipEntry &entry : entries) {
        if (entry.type == ZipEntryType::Symlink && !staysInside(entry.path, entry.linkTarget, top)) {
            return fail(ErrorCode::BadArchive, u"the symlink '%1' leads out of the zip"_s.arg(entry.path));
        }
    }
    return top;
}

Result<QByteArray> readZipEntry(const QString &zip, const QString &path, qint64 maxSize, const ZipLimits &limits)
{
    auto reader = ZipReader::open(zip, limits);
    if (!reader) {
        return fail(std::move(reader).error());
    }
    for (;;) {
        const auto more = reader->next();
        if (!more) {
            return fail(more.error());
        }
        if (!*more) {
            return fail(ErrorCode::NotFound, u"the zip has no file '%1'"_s.arg(path));
        }
        if (reader->entry().path == path && reader->entry().type == ZipEntryType::File) {
            break;
        }
    }
    if (reader->entry().size > maxSize) {
        return fail(ErrorCode::TooLarge, u"'%1' in the zip is larger than %2 bytes"_s.arg(path).arg(maxSize));
    }
    QByteArray content;
    for (;;) {
        const auto block = reader->nextBlock();
        if (!block) {
            return fail(block.error());
        }
        if (block->isEmpty()) {
            return content;
        }
        content.append(*block);
    }
}

} // namespace sgn
