// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/SparseCopy.h"

#include "base/Descriptor.h"
#include "base/SystemError.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <QByteArray>
#include <QFile>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 pieceSize = 256 * imageBlock;

Result<Descriptor> openFile(const QString &path, int flags)
{
    Descriptor file(::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC, 0600));
    if (!file.isValid()) {
        return fail(systemError(u"cannot open %1"_s.arg(path), errno));
    }
    return file;
}

// Both ends of a copy.
struct Pair
{
    Descriptor from;
    Descriptor to;
};

Result<Pair> openPair(const QString &from, const QString &to, int flags)
{
    auto source = openFile(from, O_RDONLY);
    if (!source) {
        return fail(std::move(source).error());
    }
    auto target = openFile(to, flags);
    if (!target) {
        return fail(std::move(target).error());
    }
    return Pair{*std::move(source), *std::move(target)};
}

// Whether the whole stretch was read.
bool readAt(int file, qint64 start, char *bytes, qint64 size)
{
    while (size > 0) {
        const ssize_t got = ::pread(file, bytes, static_cast<size_t>(size), start);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            errno = got == 0 ? EIO : errno;
            return false;
        }
        start += got;
        bytes += got;
        size -= got;
    }
    return true;
}

bool writeAt(int file, qint64 start, const char *bytes, qint64 size)
{
    while (size > 0) {
        const ssize_t put = ::pwrite(file, bytes, static_cast<size_t>(size), start);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return false;
        }
        start += put;
        bytes += put;
        size -= put;
    }
    return true;
}

bool copyByHand(const Pair &pair, qint64 start, qint64 size)
{
    QByteArray piece(std::min(pieceSize, size), Qt::Uninitialized);
    for (qint64 done = 0; done < size;) {
        const qint64 length = std::min(piece.size(), size - done);
        if (!readAt(pair.from.get(), start + done, piece.data(), length) ||
            !writeAt(pair.to.get(), start + done, piece.constData(), length)) {
            return false;
        }
        done += length;
    }
    return true;
}

// In the kernel, which saves the way through this program; some file systems can't.
bool copyStretch(const Pair &pair, qint64 start, qint64 size)
{
    off_t in = start;
    off_t out = start;
    const qint64 end = start + size;
    while (in < end) {
        const ssize_t copied =
            ::copy_file_range(pair.from.get(), &in, pair.to.get(), &out, static_cast<size_t>(end - in), 0);
        if (copied < 0 && errno == EINTR) {
            continue;
        }
        if (copied < 0 && errno == ENOSPC) {
            return false;
        }
        if (copied <= 0) {
            return copyByHand(pair, in, end - in);
        }
    }
    return true;
}

bool copyData(const Pair &pair, qint64 size)
{
    for (qint64 at = 0; at < size;) {
        const off_t data = ::lseek(pair.from.get(), at, SEEK_DATA);
        if (data < 0) {
            return errno == ENXIO; // nothing but a hole
        }
        const off_t hole = ::lseek(pair.from.get(), data, SEEK_HOLE);
        if (hole < 0 || !copyStretch(pair, data, hole - data)) {
            return false;
        }
        at = hole;
    }
    return true;
}

} // namespace

Outcome copySparsely(const QString &from, const QString &to)
{
    const auto pair = openPair(from, to, O_RDWR | O_CREAT | O_TRUNC);
    if (!pair) {
        return fail(pair.error());
    }
    if (::ioctl(pair->to.get(), FICLONE, pair->from.get()) == 0) {
        return {};
    }
    struct stat facts = {};
    if (::fstat(pair->from.get(), &facts) != 0 || ::ftruncate(pair->to.get(), facts.st_size) != 0 ||
        !copyData(*pair, facts.st_size)) {
        return fail(systemError(u"cannot copy %1 to %2"_s.arg(from, to), errno));
    }
    return {};
}

bool sharesBlocks(const QString &folder)
{
    const QString from = folder + u"/.shares-from"_s;
    const QString to = folder + u"/.shares-to"_s;
    bool isShared = false;
    if (auto file = openFile(from, O_RDWR | O_CREAT | O_TRUNC)) {
        const QByteArray content(imageBlock, 'x');
        const auto copy = openFile(to, O_RDWR | O_CREAT | O_TRUNC);
        isShared = copy && writeAt(file->get(), 0, content.constData(), content.size()) &&
                   ::ioctl(copy->get(), FICLONE, file->get()) == 0;
    }
    QFile::remove(from);
    QFile::remove(to);
    return isShared;
}

qint64 allocatedBytes(const QString &file)
{
    constexpr qint64 unit = 512; // stat(2)
    struct stat facts = {};
    return ::stat(QFile::encodeName(file).constData(), &facts) == 0 ? qint64{facts.st_blocks} * unit : 0;
}

Outcome copyExtents(const QString &from, const QString &to, const QList<Extent> &extents)
{
    const auto pair = openPair(from, to, O_RDWR);
    if (!pair) {
        return fail(pair.error());
    }
    for (const Extent &extent : extents) {
        if (!copyByHand(*pair, extent.start, extent.size)) {
            return fail(systemError(u"cannot copy a part of %1 to %2"_s.arg(from, to), errno));
        }
    }
    return {};
}

Result<QList<Extent>> differingBlocks(const QString &one, const QString &other, const QList<Extent> &within)
{
    const auto pair = openPair(one, other, O_RDONLY);
    if (!pair) {
        return fail(pair.error());
    }
    QByteArray left(pieceSize, Qt::Uninitialized);
    QByteArray right(pieceSize, Qt::Uninitialized);
    QList<Extent> differing;
    qint64 size = 0;
    for (const Extent &extent : within) {
        size = std::max(size, extent.start + extent.size);
        for (qint64 done = 0; done < extent.size;) {
            const qint64 start = extent.start + done;
            const qint64 length = std::min(pieceSize, extent.size - done);
            if (!readAt(pair->from.get(), start, left.data(), length) ||
                !readAt(pair->to.get(), start, right.data(), length)) {
                return fail(systemError(u"cannot compare %1 and %2"_s.arg(one, other), errno));
            }
            for (qint64 at = 0; at < length; at += imageBlock) {
                const qint64 block = std::min(imageBlock, length - at);
                if (std::memcmp(left.constData() + at, right.constData() + at, static_cast<size_t>(block)) != 0) {
                    differing += {start + at, block};
                }
            }
            done += length;
        }
    }
    return inWholeBlocks(differing, size);
}

Outcome syncFile(const QString &path)
{
    const auto file = openFile(path, O_RDWR);
    if (!file) {
        return fail(file.error());
    }
    return ::fsync(file->get()) == 0 ? Outcome() : fail(systemError(u"cannot write %1"_s.arg(path), errno));
}

} // namespace sgn::card
