// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/ReleaseFolder.h"

#include "base/SystemError.h"
#include "crypto/Sha256.h"

#include <cerrno>
#include <filesystem>
#include <QFile>
#include <sys/stat.h>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

namespace fs = std::filesystem;

constexpr mode_t permissions = 07777;

tl::unexpected<Error> differs(const QString &path, const QString &how)
{
    return fail(ErrorCode::HashMismatch, u"'%1' %2"_s.arg(path, how));
}

bool hasMode(const struct stat &info, ReleaseFile::Kind kind)
{
    switch (kind) {
    case ReleaseFile::Kind::Plain:
        return S_ISREG(info.st_mode) && (info.st_mode & permissions) == 0644;
    case ReleaseFile::Kind::Program:
        return S_ISREG(info.st_mode) && (info.st_mode & permissions) == 0755;
    case ReleaseFile::Kind::Symlink:
        return S_ISLNK(info.st_mode);
    }
    return false;
}

Outcome checkFile(const fs::path &place, const QString &path, const struct stat &info, const ReleaseFile &wanted,
                  const std::stop_token &stop)
{
    if (!hasMode(info, wanted.kind)) {
        return differs(path, u"is not of the mode that was signed"_s);
    }
    if (info.st_size != wanted.size) {
        return differs(path, u"has %1 bytes instead of %2"_s.arg(info.st_size).arg(wanted.size));
    }
    Result<QByteArray> hash;
    if (wanted.kind == ReleaseFile::Kind::Symlink) {
        std::error_code error;
        hash = Sha256::hash(QByteArray::fromStdString(fs::read_symlink(place, error).native()));
    } else {
        hash = sha256OfFile(QFile::decodeName(place.c_str()), stop);
    }
    if (!hash) {
        return fail(std::move(hash).error());
    }
    return *hash == wanted.sha256 ? Outcome() : differs(path, u"is not the one that was signed"_s);
}

} // namespace

Outcome checkReleaseFile(const QString &place, const QString &path, const ReleaseFile &wanted,
                         const std::stop_token &stop)
{
    const fs::path file(QFile::encodeName(place).toStdString());
    struct stat info
    {
    };
    if (::lstat(file.c_str(), &info) != 0) {
        return fail(systemError(u"cannot look at "_s + place, errno));
    }
    return checkFile(file, path, info, wanted, stop);
}

Outcome checkReleaseFolder(const QString &folder, const QMap<QString, ReleaseFile> &files, const std::stop_token &stop)
{
    const fs::path root(QFile::encodeName(folder).toStdString());
    std::error_code error;
    // Doesn't go through symlinks.
    fs::recursive_directory_iterator it(root, error);
    QMap<QString, ReleaseFile> missing = files;
    for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
        struct stat info
        {
        };
        if (::lstat(it->path().c_str(), &info) != 0) {
            return fail(systemError(u"cannot look at "_s + QFile::decodeName(it->path().c_str()), errno));
        }
        if (S_ISDIR(info.st_mode)) {
            continue;
        }
        const QString path = QString::fromStdString(it->path().lexically_relative(root).native());
        const auto wanted = missing.constFind(path);
        if (wanted == missing.constEnd()) {
            return differs(path, u"is not part of the signed release"_s);
        }
        if (auto checked = checkFile(it->path(), path, info, *wanted, stop); !checked) {
            return checked;
        }
        missing.remove(path);
    }
    if (error) {
        return fail(systemError(u"cannot look through "_s + folder, error.value()));
    }
    return missing.isEmpty() ? Outcome() : differs(missing.firstKey(), u"is missing"_s);
}

} // namespace sgn
