// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/VersionFile.h"

#include "base/AtomicFile.h"

#include <QFileInfo>

namespace sgn {

using namespace Qt::StringLiterals;

Result<int> parseVersionFile(const QByteArray &content)
{
    bool ok = false;
    // toInt() would stop at a zero byte and accept what is before it.
    const bool mayBeNumber = content.size() <= maxVersionFileSize && !content.contains('\0');
    const int version = mayBeNumber ? content.trimmed().toInt(&ok) : 0;
    if (!ok || version < 0) {
        return fail(ErrorCode::BadFile, u"holds no version number"_s);
    }
    return version;
}

Result<int> readVersionFile(const QString &path)
{
    // A pipe would block the reader for as long as its owner likes.
    const QFileInfo file(path);
    if (file.exists() && !file.isFile()) {
        return fail(ErrorCode::BadFile, path + u" is no file"_s);
    }
    const auto content = readFile(path, maxVersionFileSize);
    if (!content) {
        return fail(content.error().code == ErrorCode::NotFound ? ErrorCode::NotFound : ErrorCode::BadFile,
                    content.error().message);
    }
    auto version = parseVersionFile(*content);
    if (!version) {
        return fail(ErrorCode::BadFile, path + u' ' + version.error().message);
    }
    return version;
}

Result<int> readReleaseVersion(const QString &folder)
{
    return readVersionFile(folder + u'/' + versionFileName);
}

} // namespace sgn
