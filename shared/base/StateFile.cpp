// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/StateFile.h"

#include "base/JsonText.h"
#include "base/SystemError.h"

#include <cerrno>
#include <cstdio>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr int maxKept = 99;

enum class Place { Free, Replaceable, Taken };

Place placeAt(const QString &path)
{
    struct stat info
    {
    };
    if (::lstat(QFile::encodeName(path).constData(), &info) != 0) {
        return Place::Free;
    }
    return S_ISREG(info.st_mode) || S_ISLNK(info.st_mode) ? Place::Replaceable : Place::Taken;
}

// Empty when every name is taken.
QString nameFor(const QString &path, EarlierDamage earlier)
{
    const QString first = path + u".damaged"_s;
    const Place wanted = earlier == EarlierDamage::Replace ? Place::Replaceable : Place::Free;
    QString name = first;
    for (int i = 2; placeAt(name) != Place::Free && placeAt(name) != wanted; ++i) {
        if (i > maxKept) {
            return {};
        }
        name = u"%1-%2"_s.arg(first).arg(i);
    }
    return name;
}

} // namespace

Result<QString> quarantine(const QString &path, EarlierDamage earlier)
{
    const QString target = nameFor(path, earlier);
    if (target.isEmpty()) {
        return fail(ErrorCode::Refused, u"cannot quarantine %1: %1.damaged is taken"_s.arg(path));
    }
    if (std::rename(QFile::encodeName(path).constData(), QFile::encodeName(target).constData()) != 0) {
        return fail(systemError(u"cannot quarantine "_s + path, errno));
    }
    if (const auto synced = syncFolder(QFileInfo(path).absolutePath()); !synced) {
        return fail(synced.error());
    }
    return target;
}

Error quarantineDamaged(const QString &path, const Error &damage)
{
    const auto target = quarantine(path);
    const QString where = target ? u"quarantined as "_s + *target : target.error().message;
    return {damage.code, u"%1 (%2)"_s.arg(damage.message, where)};
}

Result<QJsonObject> readStateObject(const QString &path, qint64 maxSize)
{
    const auto content = readRegularFile(path, maxSize);
    if (!content) {
        return content.error().code == ErrorCode::Refused ? fail(ErrorCode::BadFile, content.error().message)
                                                          : fail(content.error());
    }
    return parseJsonFile(*content, path);
}

Outcome writeStateFile(const QString &path, const QByteArray &content, unsigned mode)
{
    const Outcome written = writeFileAtomically(path, content, mode);
    // A file, a link and a pipe are replaced; a folder is not.
    if (written || placeAt(path) != Place::Taken || !quarantine(path)) {
        return written;
    }
    return writeFileAtomically(path, content, mode);
}

} // namespace sgn
