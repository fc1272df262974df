// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/DeviceLogs.h"

#include "base/RegularFile.h"
#include "base/SystemError.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <QDir>
#include <QFileInfo>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::technician {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxRead = 1024 * 1024;
constexpr QLatin1StringView suffix(".log");

Result<QByteArray> readPart(const Descriptor &file, qint64 offset, qint64 size)
{
    QByteArray bytes(static_cast<qsizetype>(size), Qt::Uninitialized);
    const ssize_t count = ::pread(file.get(), bytes.data(), static_cast<std::size_t>(size), offset);
    if (count < 0) {
        return fail(systemError(u"cannot read the log"_s, errno));
    }
    bytes.truncate(count);
    return bytes;
}

// The end of a file, beginning with a whole line.
Result<QByteArray> readEnd(const QString &path)
{
    const auto file = openRegularFile(path, O_RDONLY);
    if (!file) {
        return fail(file.error());
    }
    struct stat info
    {
    };
    ::fstat(file->get(), &info);
    const qint64 start = std::max<qint64>(info.st_size - maxRead, 0);
    auto bytes = readPart(*file, start, std::min<qint64>(info.st_size, maxRead));
    if (bytes && start > 0) {
        bytes->remove(0, bytes->indexOf('\n') + 1);
    }
    return bytes;
}

// Each line ends with a line feed, but perhaps the last one.
QByteArray lastOf(const QByteArray &text, qsizetype count)
{
    qsizetype start = text.endsWith('\n') ? text.size() - 1 : text.size();
    for (; count > 0 && start > 0; --count) {
        start = text.lastIndexOf('\n', start - 1);
        if (start < 0) {
            return text;
        }
    }
    return count > 0 ? text : text.sliced(std::min(start + 1, text.size()));
}

qsizetype linesIn(const QByteArray &text)
{
    return text.count('\n') + (text.isEmpty() || text.endsWith('\n') ? 0 : 1);
}

} // namespace

QList<DeviceLog> deviceLogs(const DeviceTree &tree)
{
    QList<DeviceLog> logs;
    for (const QFileInfo &info : QDir(tree.logs()).entryInfoList({u'*' + suffix}, QDir::Files, QDir::Name)) {
        if (!info.isSymLink()) {
            logs += {info.fileName().chopped(suffix.size()), info.filePath(), info.size(), info.lastModified().toUTC()};
        }
    }
    return logs;
}

Result<DeviceLog> findLog(const DeviceTree &tree, const QString &name)
{
    const QList<DeviceLog> logs = deviceLogs(tree);
    // A process that bears the name of one of our own programs has its output elsewhere.
    for (const QString &wanted : {name, QFileInfo(tree.processOutput(name)).completeBaseName()}) {
        const auto found = std::ranges::find(logs, wanted, &DeviceLog::name);
        if (found != logs.end()) {
            return *found;
        }
    }
    QStringList names;
    for (const DeviceLog &log : logs) {
        names += log.name;
    }
    return fail(ErrorCode::NotFound, names.isEmpty()
                                         ? u"there are no logs in "_s + tree.logs()
                                         : u"there is no log \"%1\"; there are: %2"_s.arg(name, names.join(u", "_s)));
}

Result<QByteArray> lastLines(const DeviceLog &log, int count)
{
    const auto newest = readEnd(log.path);
    if (!newest) {
        return fail(newest.error());
    }
    const qsizetype missing = count - linesIn(*newest);
    if (missing <= 0) {
        return lastOf(*newest, count);
    }
    // Where there is none, the log is a short one.
    const auto older = readEnd(log.path + u".1"_s);
    return older ? lastOf(*older, missing) + *newest : *newest;
}

QByteArray harmless(const QByteArray &text)
{
    QString clean = QString::fromUtf8(text);
    for (QChar &c : clean) {
        const bool isAllowed = c == u'\n' || c == u'\t';
        if (!isAllowed && (c.category() == QChar::Other_Control || c.category() == QChar::Other_Format)) {
            c = u'?';
        }
    }
    return clean.toUtf8();
}

LogFollower::LogFollower(QString path)
    : m_path(std::move(path))
{
    struct stat info
    {
    };
    if (::stat(QFile::encodeName(m_path).constData(), &info) == 0) {
        m_inode = info.st_ino;
        m_offset = info.st_size;
    }
}

QByteArray LogFollower::read()
{
    const auto file = openRegularFile(m_path, O_RDONLY);
    struct stat info
    {
    };
    if (!file || ::fstat(file->get(), &info) != 0) {
        return {}; // between two files of a rotation
    }
    if (info.st_ino != m_inode || info.st_size < m_offset) {
        m_inode = info.st_ino;
        m_offset = 0;
    }
    const auto bytes = readPart(*file, m_offset, std::min<qint64>(info.st_size - m_offset, maxRead));
    m_offset += bytes ? bytes->size() : 0;
    return bytes.value_or(QByteArray());
}

} // namespace sgn::technician
