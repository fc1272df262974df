// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"

#include "base/Descriptor.h"
#include "base/SystemError.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
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
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return fail(file.exists() ? ErrorCode::Io : ErrorCode::NotFound,
                    u"cannot read %1: %2"_s.arg(path, file.errorString()));
    }
    // Reading one byte more than allowed also bounds files whose size() lies, such as those under /proc.
    QByteArray content = file.read(maxSize + 1);
    if (file.error() != QFileDevice::NoError) {
        return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(path, file.errorString()));
    }
    if (content.size() > maxSize) {
        return fail(ErrorCode::TooLarge, u"%1 is larger than %2 bytes"_s.arg(path).arg(maxSize));
    }
    return content;
}

Result<QJsonObject> readJsonFile(const QString &path, qint64 maxSize)
{
    auto content = readFile(path, maxSize);
    if (!content) {
        return fail(std::move(content).error());
    }
    QJsonParseError parseError;
    const QJsonDocument document = QJsonDocument::fromJson(*content, &parseError);
    if (!document.isObject()) {
        return fail(ErrorCode::BadFile, parseError.error == QJsonParseError::NoError
                                            ? u"%1 holds no JSON object"_s.arg(path)
                                            : u"%1 is not valid JSON at byte %2: %3"_s.arg(path)
                                                  .arg(parseError.offset)
                                                  .arg(parseError.errorString()));
    }
    return document.object();
}

} // namespace sgn
