// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Log.h"

#include "base/Descriptor.h"
#include "base/RegularFile.h"
#include "base/StateFile.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <QDateTime>
#include <QFile>
#include <QMutex>
#include <unistd.h>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxLogSize = 1024 * 1024;
constexpr int olderLogs = 3;
constexpr qsizetype maxTextLength = 16 * 1024;

QLatin1StringView levelName(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return "debug"_L1;
    case QtInfoMsg:
        return "info"_L1;
    case QtWarningMsg:
        return "warning"_L1;
    case QtCriticalMsg:
        return "error"_L1;
    case QtFatalMsg:
        return "fatal"_L1;
    }
    return "info"_L1;
}

// Characters that could make one event look like several, move a terminal's cursor or turn the order of what follows.
bool isUnsafe(QChar c)
{
    switch (c.category()) {
    case QChar::Other_Control:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    default:
        return (c >= QChar(0x202a) && c <= QChar(0x202e)) || (c >= QChar(0x2066) && c <= QChar(0x2069));
    }
}

QString escaped(const QString &text)
{
    QString out;
    out.reserve(text.size());
    for (const QChar c : QStringView(text).first(std::min(text.size(), maxTextLength))) {
        if (c == u'\n') {
            out += "\\n"_L1;
        } else if (isUnsafe(c)) {
            out += u"\\x%1"_s.arg(int{c.unicode()}, 2, 16, QChar(u'0'));
        } else {
            out += c;
        }
    }
    return text.size() > maxTextLength ? out + u" …"_s : out;
}

// Writes by system calls only: Qt's own file classes may warn, and a warning comes back here while the lock is held.
class LogSink
{
public:
    void open(const QString &path)
    {
        const QMutexLocker lock(&m_mutex);
        m_path = QFile::encodeName(path);
        if (const auto opened = reopen(); !opened) {
            std::fprintf(stderr, "cannot write the log file: %s\n", qUtf8Printable(opened.error().message));
        }
    }

    void write(const QByteArray &line)
    {
        const QMutexLocker lock(&m_mutex);
        std::fwrite(line.constData(), 1, static_cast<size_t>(line.size()), stderr);
        std::fflush(stderr);
        if (m_path.isEmpty()) {
            return;
        }
        if (m_file.isValid() && m_size + line.size() > maxLogSize) {
            rotate();
        }
        // A file that couldn't be opened is tried again: the folder may have come, the disk may have space.
        if (!m_file.isValid() && !reopen()) {
            return;
        }
        // A full disk costs the line and nothing else.
        const ssize_t n = ::write(m_file.get(), line.constData(), static_cast<size_t>(line.size()));
        m_size += std::max<ssize_t>(n, 0);
    }

private:
    Outcome reopen()
    {
        const QString path = QFile::decodeName(m_path);
        auto file = openRegularFile(path, O_WRONLY | O_CREAT | O_APPEND);
        if (!file && file.error().code == ErrorCode::Refused && quarantine(path)) {
            file = openRegularFile(path, O_WRONLY | O_CREAT | O_APPEND);
        }
        if (!file) {
            m_file = Descriptor();
            m_size = 0;
            return fail(std::move(file).error());
        }
        m_file = *std::move(file);
        m_size = ::lseek(m_file.get(), 0, SEEK_END);
        return {};
    }

    void rotate()
    {
        const auto older = [this](int i) {
            return i == 0 ? m_path : m_path + '.' + QByteArray::number(i);
        };
        for (int i = olderLogs; i >= 1; --i) {
            ::rename(older(i - 1).constData(), older(i).constData());
        }
        (void)reopen();
        // A folder has the older one's name: then the newest lines matter more than the oldest.
        if (m_file.isValid() && m_size > maxLogSize / 2 && ::ftruncate(m_file.get(), 0) == 0) {
            m_size = 0;
        }
    }

    QMutex m_mutex;
    QByteArray m_path;
    Descriptor m_file;
    qint64 m_size = 0;
};

// Qt's message handler is a bare function pointer, so its state has to be reachable without an argument. It is never
// destroyed: messages may still come while the program's other objects go.
LogSink &sink()
{
    static LogSink *const instance = new LogSink;
    return *instance;
}

void handleMessage(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    const QString line = QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs) + u' ' + levelName(type) + u' ' +
                         QLatin1StringView(context.category != nullptr ? context.category : "default") + ": "_L1 +
                         escaped(text) + u'\n';
    sink().write(line.toUtf8());
}

} // namespace

void installLog(const QString &file)
{
    if (!file.isEmpty()) {
        sink().open(file);
    }
    qInstallMessageHandler(handleMessage);
}

} // namespace sgn
