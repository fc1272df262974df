// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/ZipReader.h"

#include "archive/FilePatch.h"
#include "archive/ZipDirectory.h"
#include "archive/ZipPath.h"

#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <QFile>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr size_t readBlock = size_t{256} * 1024;

} // namespace

void ZipReader::Free::operator()(archive *handle) const
{
    archive_read_free(handle);
}

ZipReader::ZipReader(Handle handle)
    : m_archive(std::move(handle))
{}

Result<ZipReader> ZipReader::open(const QString &zip, const ZipLimits &limits)
{
    const auto entries = checkZipDirectory(zip, limits);
    if (!entries) {
        return fail(entries.error());
    }
    if (*entries == 0) {
        return fail(ErrorCode::BadArchive, u"the zip is empty"_s); // which libarchive doesn't take for a zip
    }
    ZipReader reader{Handle(archive_read_new())};
    archive *const handle = reader.m_archive.get();
    if (handle == nullptr || archive_read_support_format_zip_seekable(handle) != ARCHIVE_OK ||
        archive_read_open_filename(handle, QFile::encodeName(zip).constData(), readBlock) != ARCHIVE_OK) {
        return fail(reader.failure());
    }
    return reader;
}

Error ZipReader::failure() const
{
    if (!m_archive) {
        return {ErrorCode::Internal, u"no memory to read a zip"_s};
    }
    // libarchive's own codes are negative or EILSEQ and EINVAL by name; what a disk reports is EIO.
    const ErrorCode code = archive_errno(m_archive.get()) == EIO ? ErrorCode::Io : ErrorCode::BadArchive;
    const char *const text = archive_error_string(m_archive.get());
    return {code, u"the zip is damaged: "_s + forDisplay(text != nullptr ? text : "no reason given")};
}

Result<bool> ZipReader::next()
{
    for (;;) {
        archive_entry *entry = nullptr;
        const int result = archive_read_next_header(m_archive.get(), &entry);
        if (result == ARCHIVE_EOF) {
            return false;
        }
        // A warning means that something of the entry couldn't be understood: that is no entry to install.
        if (result != ARCHIVE_OK) {
            return fail(failure());
        }
        if (auto taken = take(entry); !taken) {
            return fail(std::move(taken).error());
        }
        const bool isTop = m_entry.path.isEmpty() && m_entry.type == ZipEntryType::Folder;
        if (!isTop && !isFindersOwn(m_entry.path) && !patchNameFrom(m_entry.path)) {
            return true;
        }
    }
}

Outcome ZipReader::take(archive_entry *entry)
{
    const char *const name = archive_entry_pathname(entry);
    // Those that are marked as UTF-8 have been checked with the directory.
    auto path = zipPath(QByteArrayView(name != nullptr ? name : ""), ZipNames::Unmarked);
    if (!path) {
        return fail(std::move(path).error());
    }
    m_done = 0;
    m_entry = {};
    m_entry.path = *std::move(path);
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        m_entry.type = ZipEntryType::File;
        m_entry.size = archive_entry_size(entry);
        break;
    case AE_IFDIR:
        m_entry.type = ZipEntryType::Folder;
        break;
    case AE_IFLNK: {
        m_entry.type = ZipEntryType::Symlink;
        const char *const target = archive_entry_symlink(entry);
        m_entry.linkTarget = QString::fromUtf8(target != nullptr ? target : "");
        break;
    }
    default:
        return fail(ErrorCode::BadArchive, u"'%1' is neither a file nor a folder nor a symlink"_s.arg(m_entry.path));
    }
    if (archive_entry_hardlink(entry) != nullptr ||
        (m_entry.type == ZipEntryType::File && (archive_entry_size_is_set(entry) == 0 || m_entry.size < 0))) {
        return fail(ErrorCode::BadArchive, u"'%1' is not a plain file"_s.arg(m_entry.path));
    }
    return {};
}

Result<QByteArrayView> ZipReader::nextBlock()
{
    const void *block = nullptr;
    size_t size = 0;
    la_int64_t offset = 0;
    const int result = archive_read_data_block(m_archive.get(), &block, &size, &offset);
    if (result != ARCHIVE_OK && result != ARCHIVE_EOF) {
        return fail(failure());
    }
    const QByteArrayView bytes(static_cast<const char *>(block),
                               result == ARCHIVE_EOF ? 0 : static_cast<qsizetype>(size));
    if (!bytes.isEmpty() && offset != m_done) {
        return fail(ErrorCode::BadArchive, u"'%1' has holes"_s.arg(m_entry.path));
    }
    m_done += bytes.size();
    if (m_done > m_entry.size || (bytes.isEmpty() && m_done != m_entry.size)) {
        return fail(ErrorCode::BadArchive, u"'%1' doesn't have the size that the zip states"_s.arg(m_entry.path));
    }
    return bytes;
}

} // namespace sgn
