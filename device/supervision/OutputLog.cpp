// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/OutputLog.h"

#include "base/SystemError.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <QFile>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::supervision {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxLines = 20;
constexpr qsizetype maxLineLength = 400;
constexpr qint64 tailSize = 16 * 1024;

qint64 sizeOf(const Descriptor &file)
{
    struct stat info
    {
    };
    return ::fstat(file.get(), &info) == 0 ? info.st_size : 0;
}

QByteArray readFrom(const Descriptor &file, qint64 offset, qint64 size)
{
    QByteArray content(static_cast<qsizetype>(size), Qt::Uninitialized);
    const ssize_t n = ::pread(file.get(), content.data(), static_cast<size_t>(size), offset);
    content.truncate(std::max<ssize_t>(n, 0));
    return content;
}

QString printable(const QByteArray &line)
{
    QString text = QString::fromUtf8(line.left(4 * maxLineLength)).left(maxLineLength);
    text.removeIf([](QChar c) { return (c.unicode() < 0x20 && c != u'\t') || c.unicode() == 0x7f; });
    return text;
}

} // namespace

OutputLog::OutputLog(const QString &path, qint64 limit)
    : m_path(path)
    , m_limit(limit)
{}

Result<Descriptor> OutputLog::openChecked(int flags) const
{
    // Non-blocking, so that a pipe with that name can't stop us.
    Descriptor file(::open(QFile::encodeName(m_path).constData(), flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0644));
    struct stat info
    {
    };
    if (!file.isValid() || ::fstat(file.get(), &info) != 0) {
        return fail(systemError(u"cannot open the output file "_s + m_path, errno));
    }
    if (!S_ISREG(info.st_mode) || info.st_nlink != 1) {
        return fail(ErrorCode::Refused, u"the output file %1 is not a plain file of its own"_s.arg(m_path));
    }
    return file;
}

Result<Descriptor> OutputLog::openForRun()
{
    trim();
    auto file = openChecked(O_WRONLY | O_APPEND | O_CREAT);
    if (file) {
        m_runStart = sizeOf(*file);
    }
    return file;
}

bool OutputLog::trim()
{
    const auto file = openChecked(O_RDWR);
    if (!file) {
        return false;
    }
    const qint64 size = sizeOf(*file);
    if (size <= m_limit) {
        return false;
    }
    // Half goes at a time, in whole blocks, so that this is rare. 64 KiB is a multiple of every block size in use.
    constexpr qint64 block = 64 * 1024;
    const qint64 cut = (size - m_limit / 2) / block * block;
    if (cut > 0 && ::fallocate(file->get(), FALLOC_FL_COLLAPSE_RANGE, 0, cut) == 0) {
        m_runStart = std::max<qint64>(0, m_runStart - cut);
        return true;
    }
    // A file system without that: keep the end by hand. A line written between the two calls is lost.
    const QByteArray end = readFrom(*file, size - m_limit / 2, m_limit / 2);
    if (::ftruncate(file->get(), 0) == 0) {
        [[maybe_unused]] const ssize_t written =
            ::pwrite(file->get(), end.constData(), static_cast<size_t>(end.size()), 0);
    }
    m_runStart = std::max<qint64>(0, m_runStart - (size - end.size()));
    return true;
}

QStringList OutputLog::lastLines() const
{
    const auto file = openChecked(O_RDONLY);
    if (!file) {
        return {};
    }
    const qint64 size = sizeOf(*file);
    const qint64 runStart = std::min(m_runStart, size);
    const qint64 from = std::max(runStart, size - tailSize);
    QByteArray tail = readFrom(*file, from, size - from);
    if (tail.endsWith('\n')) {
        tail.chop(1);
    }
    if (tail.isEmpty()) {
        return {};
    }
    QByteArrayList lines = tail.split('\n');
    if (from > runStart && lines.size() > 1) {
        lines.removeFirst(); // only its end
    }
    QStringList texts;
    for (const QByteArray &line : lines.mid(std::max<qsizetype>(0, lines.size() - maxLines))) {
        texts += printable(line);
    }
    return texts;
}

} // namespace sgn::supervision
