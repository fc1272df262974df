// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/LogFiles.h"

#include <algorithm>
#include <QDir>
#include <QDirIterator>
#include <QFile>

namespace sgn::core {

using records::FactCode;

namespace {

constexpr int maxFiles = 10'000;

// Characters that would reorder or hide what is around them are as good as control characters.
bool isTrick(QChar c)
{
    const char16_t u = c.unicode();
    return (u >= 0x202a && u <= 0x202e) || (u >= 0x2066 && u <= 0x2069);
}

QString madeVisible(QString text)
{
    for (QChar &c : text) {
        const char16_t u = c.unicode();
        if (u < 0x20 && u != u'\n' && u != u'\t') {
            c = QChar(static_cast<char16_t>(0x2400 + u));
        } else if (u == 0x7f) {
            c = QChar(u'\u2421');
        } else if ((u >= 0x80 && u < 0xa0) || isTrick(c)) {
            c = QChar::ReplacementCharacter;
        }
    }
    return text;
}

} // namespace

QList<LogFile> logFilesBelow(const QString &folder)
{
    QList<LogFile> files;
    if (folder.isEmpty()) {
        return files;
    }
    const QDir root(folder);
    QDirIterator entries(folder, QDir::Files | QDir::NoSymLinks | QDir::Hidden, QDirIterator::Subdirectories);
    while (entries.hasNext() && files.size() < maxFiles) {
        entries.next();
        const QFileInfo info = entries.fileInfo();
        files += LogFile{root.relativeFilePath(info.filePath()), info.absoluteFilePath(), info.size()};
    }
    std::ranges::sort(files, {}, &LogFile::name);
    return files;
}

records::Expected<QString> readLogText(const QString &path, qint64 maxSize)
{
    QFile file(path);
    if (!file.exists()) {
        return fail(ErrorCode::NotFound, FactCode::FileMissing, {path});
    }
    if (!file.open(QIODevice::ReadOnly)) {
        return fail(ErrorCode::Io, FactCode::FileUnread, {path}, file.errorString());
    }
    const bool isCut = file.size() > maxSize;
    if (isCut && !file.seek(file.size() - maxSize)) {
        return fail(ErrorCode::Io, FactCode::FileUnread, {path}, file.errorString());
    }
    QByteArray bytes = file.read(maxSize);
    if (isCut) {
        bytes = bytes.mid(bytes.indexOf('\n') + 1);
    }
    bytes.replace("\r\n", "\n");
    return madeVisible(QString::fromUtf8(bytes));
}

} // namespace sgn::core
