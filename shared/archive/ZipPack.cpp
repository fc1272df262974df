// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"
#include "archive/ZipPath.h"
#include "base/Descriptor.h"
#include "base/SystemError.h"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr size_t blockSize = size_t{256} * 1024;

class Packing
{
public:
    Packing(int output, const QString &zip, const PackRules &rules)
        : m_archive(archive_write_new(), archive_write_free)
        , m_output(output)
        , m_zip(zip)
        , m_rules(rules)
    {}

    Outcome run(const QList<PackFile> &files)
    {
        if (!m_archive || archive_write_set_format_zip(m_archive.get()) != ARCHIVE_OK ||
            archive_write_set_format_option(m_archive.get(), "zip", "compression", "deflate") != ARCHIVE_OK ||
            archive_write_set_bytes_per_block(m_archive.get(), blockSize) != ARCHIVE_OK ||
            archive_write_set_bytes_in_last_block(m_archive.get(), 1) != ARCHIVE_OK ||
            archive_write_open2(m_archive.get(), this, nullptr, writeBlock, nullptr, nullptr) != ARCHIVE_OK) {
            return failure();
        }
        for (const PackFile &file : files) {
            m_total += file.length >= 0 ? file.length : QFileInfo(file.source).size();
        }
        for (const PackFile &file : files) {
            if (auto added = add(file); !added) {
                return added;
            }
        }
        return archive_write_close(m_archive.get()) == ARCHIVE_OK && m_writeError == 0 ? Outcome() : failure();
    }

private:
    // A failed write isn't reported to libarchive, because it would then leak its compressor's memory (3.6). What
    // follows the first failure is dropped, and copy() ends the work.
    static la_ssize_t writeBlock(archive * /*handle*/, void *client, const void *block, size_t size)
    {
        auto *const self = static_cast<Packing *>(client);
        const char *at = static_cast<const char *>(block);
        const char *const end = at + size;
        while (at < end && self->m_writeError == 0) {
            const ssize_t n = ::write(self->m_output, at, static_cast<size_t>(end - at));
            if (n >= 0) {
                at += n;
            } else if (errno != EINTR) {
                self->m_writeError = errno;
            }
        }
        return static_cast<la_ssize_t>(size);
    }

    Outcome failure() const
    {
        if (m_writeError != 0) {
            return fail(systemError(u"cannot write "_s + m_zip, m_writeError));
        }
        const char *const text = m_archive ? archive_error_string(m_archive.get()) : nullptr;
        return fail(ErrorCode::Internal,
                    u"cannot pack %1: %2"_s.arg(m_zip, QString::fromUtf8(text != nullptr ? text : "no reason given")));
    }

    Outcome add(const PackFile &file)
    {
        const QByteArray name = file.name.toUtf8();
        if (auto path = zipPath(name); !path) {
            return unreadable(file,
                              {path.error().code, u"%1: its name is too long for a zip"_s.arg(file.name.left(80))});
        }
        // O_NONBLOCK: opening a FIFO must not wait for a writer.
        const QByteArray place = file.rawSource.isEmpty() ? QFile::encodeName(file.source) : file.rawSource;
        // A link that has come into the place of a log since it was listed isn't followed.
        const int extra = m_rules.missing == PackRules::Missing::Skip ? O_NOFOLLOW : 0;
        const Descriptor source(::open(place.constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | extra));
        struct stat info
        {
        };
        if (!source.isValid() || ::fstat(source.get(), &info) != 0) {
            return unreadable(file, systemError(u"cannot read "_s + file.source, errno));
        }
        if (!S_ISREG(info.st_mode) || ::lseek(source.get(), file.offset, SEEK_SET) < 0) {
            return unreadable(file, {ErrorCode::Io, u"%1 is not a regular file"_s.arg(file.source)});
        }
        const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                                  archive_entry_free);
        archive_entry_set_pathname(entry.get(), name.constData());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), info.st_mode & 0777);
        archive_entry_set_mtime(entry.get(), info.st_mtim.tv_sec, 0);
        // No size: the file may be cut before its end is reached, and a size once written can't be changed.
        if (archive_write_header(m_archive.get(), entry.get()) != ARCHIVE_OK) {
            return failure();
        }
        const qint64 rest = std::max<qint64>(info.st_size - file.offset, 0);
        return copy(source.get(), file, file.length >= 0 ? std::min(rest, file.length) : rest);
    }

    Outcome unreadable(const PackFile &file, const Error &reason)
    {
        if (m_rules.missing == PackRules::Missing::Fail) {
            return fail(reason);
        }
        if (m_rules.skipped && reason.code != ErrorCode::NotFound) {
            m_rules.skipped(file, reason);
        }
        return {};
    }

    Outcome copy(int source, const PackFile &file, qint64 size)
    {
        while (size > 0) {
            if (m_rules.stop.stop_requested()) {
                return fail(ErrorCode::Cancelled, u"packing was cancelled"_s);
            }
            const ssize_t n = ::read(source, m_block.data(), std::min(m_block.size(), static_cast<size_t>(size)));
            if (n < 0 && errno == EINTR) {
                continue;
            }
            if (n < 0) {
                return unreadable(file, systemError(u"cannot read all of "_s + file.source, errno));
            }
            if (n == 0) {
                break;
            }
            if (archive_write_data(m_archive.get(), m_block.data(), static_cast<size_t>(n)) != n || m_writeError != 0) {
                return failure();
            }
            size -= n;
            m_done += n;
            if (m_rules.progress) {
                m_rules.progress(m_done, std::max(m_done, m_total));
            }
        }
        return {};
    }

    std::unique_ptr<archive, decltype(&archive_write_free)> m_archive;
    int m_output;
    int m_writeError = 0;
    const QString &m_zip;
    const PackRules &m_rules;
    std::vector<char> m_block = std::vector<char>(blockSize);
    qint64 m_done = 0;
    qint64 m_total = 0;
};

} // namespace

Outcome packZip(const QList<PackFile> &files, const QString &zip, const PackRules &rules)
{
    const QByteArray name = QFile::encodeName(zip);
    QByteArray temporary = name + ".XXXXXX";
    Descriptor output(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!output.isValid()) {
        return fail(systemError(u"cannot write "_s + zip, errno));
    }
    Outcome packed = Packing(output.get(), zip, rules).run(files);
    if (packed && (!output.close() || ::rename(temporary.constData(), name.constData()) != 0)) {
        packed = fail(systemError(u"cannot write "_s + zip, errno));
    }
    if (!packed) {
        ::unlink(temporary.constData());
    }
    return packed;
}

} // namespace sgn
