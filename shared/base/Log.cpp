// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Log.h"

#include <cstdio>
#include <memory>
#include <QDateTime>
#include <QFile>
#include <QMutex>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxLogSize = 1024 * 1024;
constexpr int olderLogs = 3;

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

QString escaped(const QString &text)
{
    QString out;
    out.reserve(text.size());
    for (const QChar c : text) {
        if (c == u'\n') {
            out += "\\n"_L1;
        } else if (c.unicode() < 0x20 || c.unicode() == 0x7f) {
            out += u"\\x%1"_s.arg(c.unicode(), 2, 16, QChar(u'0'));
        } else {
            out += c;
        }
    }
    return out;
}

class LogSink
{
public:
    void open(const QString &path)
    {
        const QMutexLocker lock(&m_mutex);
        m_file.setFileName(path);
        if (!m_file.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered)) {
            std::fprintf(stderr, "cannot write the log file %s: %s\n", qPrintable(path),
                         qPrintable(m_file.errorString()));
        }
    }

    void write(const QByteArray &line)
    {
        const QMutexLocker lock(&m_mutex);
        std::fwrite(line.constData(), 1, static_cast<size_t>(line.size()), stderr);
        std::fflush(stderr);
        if (!m_file.isOpen()) {
            return;
        }
        if (m_file.size() + line.size() > maxLogSize) {
            rotate();
        }
        m_file.write(line);
    }

private:
    void rotate()
    {
        const QString path = m_file.fileName();
        m_file.close();
        for (int i = olderLogs; i >= 1; --i) {
            const QString older = path + u'.' + QString::number(i);
            QFile::remove(older);
            QFile::rename(i == 1 ? path : path + u'.' + QString::number(i - 1), older);
        }
        if (!m_file.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered)) {
            std::fprintf(stderr, "cannot write the log file %s\n", qPrintable(path));
        }
    }

    QMutex m_mutex;
    QFile m_file;
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
