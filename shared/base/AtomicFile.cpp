// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"

#include "base/Descriptor.h"
#include "base/JsonText.h"
#include "base/RegularFile.h"
#include "base/SystemError.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

bool writeAll(int fd, const QByteArray &content)
{
    qsizetype done = 0;
    while (done < content.size()) {
        const ssize_t n = ::write(fd, content.constData() + done, static_cast<size_t>(content.size() - done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        done += n;
    }
    return true;
}

constexpr int readAttempts = 3;

// Reads one byte more than allowed, which also bounds files whose size lies, such as those under /proc.
Result<QByteArray> readUpTo(const Descriptor &file, const QString &path, qint64 maxSize)
{
    constexpr qsizetype block = 64 * 1024;
    QByteArray content;
    while (content.size() <= maxSize) {
        const qsizetype done = content.size();
        content.resize(done + static_cast<qsizetype>(std::min<qint64>(block, maxSize + 1 - done)));
        ssize_t n = -1;
        do {
            n = ::read(file.get(), content.data() + done, static_cast<size_t>(content.size() - done));
        } while (n < 0 && errno == EINTR);
        if (n < 0) {
            return fail(systemError(u"cannot read "_s + path, errno));
        }
        content.resize(done + n);
        if (n == 0) {
            return content;
        }
    }
    return fail(ErrorCode::TooLarge, u"%1 is larger than %2 bytes"_s.arg(path).arg(maxSize));
}

// Opens the file anew for each attempt.
template <typename Open>
Result<QByteArray> readOpened(const QString &path, qint64 maxSize, Open open)
{
    Result<QByteArray> content = fail(ErrorCode::Io, QString());
    for (int attempt = 0; attempt < readAttempts && !content && content.error().code == ErrorCode::Io; ++attempt) {
        const Result<Descriptor> file = open();
        content = file ? readUpTo(*file, path, maxSize) : fail(file.error());
    }
    return content;
}

} // namespace

Outcome syncFolder(const QString &path)
{
    const Descriptor folder(::open(QFile::encodeName(path).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.isValid() || ::fsync(folder.get()) != 0) {
        return fail(systemError(u"cannot sync folder "_s + path, errno));
    }
    return {};
}

Outcome writeFileAtomically(const QString &path, const QByteArray &content, unsigned mode)
{
    QByteArray temporary = QFile::encodeName(path) + ".XXXXXX";
    Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file.isValid()) {
        return fail(systemError(u"cannot write "_s + path, errno));
    }
    // fchmod before the first byte, so that a secret is never readable by others, not even for a moment.
    const bool written = ::fchmod(file.get(), static_cast<mode_t>(mode)) == 0 && writeAll(file.get(), content) &&
                         ::fsync(file.get()) == 0 && file.close() &&
                         ::rename(temporary.constData(), QFile::encodeName(path).constData()) == 0;
    if (!written) {
        const int error = errno;
        ::unlink(temporary.constData());
        return fail(systemError(u"cannot write "_s + path, error));
    }
    return syncFolder(QFileInfo(path).absolutePath());
}

void removeTemporaries(const QString &path)
{
    const QFileInfo file(path);
    const QDir folder = file.dir();
    // As mkostemp() names them.
    for (const QString &name : folder.entryList({file.fileName() + ".??????"_L1}, QDir::Files | QDir::Hidden)) {
        QFile::remove(folder.filePath(name));
    }
}

Outcome removeFileDurably(const QString &path)
{
    if (::unlink(QFile::encodeName(path).constData()) != 0) {
        if (errno == ENOENT) {
            return {};
        }
        return fail(systemError(u"cannot remove "_s + path, errno));
    }
    return syncFolder(QFileInfo(path).absolutePath());
}

Result<QByteArray> readFile(const QString &path, qint64 maxSize)
{
    return readOpened(path, maxSize, [&path]() -> Result<Descriptor> {
        Descriptor file(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC));
        const int error = errno == ENOTDIR ? ENOENT : errno; // a file is where its folder would be
        return file.isValid() ? Result<Descriptor>(std::move(file))
                              : fail(systemError(u"cannot read "_s + path, error));
    });
}

Result<QByteArray> readRegularFile(const QString &path, qint64 maxSize)
{
    return readOpened(path, maxSize, [&path] { return openRegularFile(path, O_RDONLY); });
}

Result<QJsonObject> readJsonFile(const QString &path, qint64 maxSize)
{
    const auto content = readFile(path, maxSize);
    return content ? parseJsonFile(*content, path) : fail(content.error());
}

} // namespace sgn
