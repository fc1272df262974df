// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/MountedSticks.h"

#include "system/ProcFs.h"

#include <QDirIterator>
#include <QFile>
#include <QFileInfo>

namespace sgn::watchdog {

using namespace Qt::StringLiterals;

namespace {

// Other folders than those of sticks are there as well, but not without number.
constexpr int maxEntries = 256;

// Space, tab, line feed and backslash are written as "\040" and so on (proc(5)).
QByteArray unescaped(const QByteArray &path)
{
    QByteArray out;
    for (qsizetype i = 0; i < path.size(); ++i) {
        bool isCode = false;
        const int code = path.at(i) == '\\' ? path.mid(i + 1, 3).toInt(&isCode, 8) : 0;
        out += isCode ? static_cast<char>(code) : path.at(i);
        i += isCode ? 3 : 0;
    }
    return out;
}

} // namespace

QByteArrayList mountedIn(const QByteArray &folder, const QByteArray &mountInfo)
{
    const QByteArray start = folder.endsWith('/') ? folder : folder + '/';
    QByteArrayList names;
    for (const QByteArray &line : mountInfo.split('\n')) {
        // "36 35 8:1 / /media/usb0 rw,relatime shared:1 - vfat /dev/sda1 rw"
        const QByteArray place = unescaped(line.split(' ').value(4));
        const QByteArray name = place.startsWith(start) ? place.sliced(start.size()) : QByteArray();
        if (!name.isEmpty() && !name.contains('/') && !names.contains(name)) {
            names += name;
        }
    }
    return names;
}

MountedSticks::MountedSticks(QString folder, std::chrono::milliseconds interval)
    : m_folder(std::move(folder))
{
    m_timer.setInterval(interval);
    connect(&m_timer, &QTimer::timeout, this, &MountedSticks::look);
}

QStringList MountedSticks::begin()
{
    m_known = present();
    m_timer.start();
    return m_known;
}

QStringList MountedSticks::present() const
{
    const QByteArray folder = QFile::encodeName(QFileInfo(m_folder).canonicalFilePath());
    const QByteArrayList mounted = mountedIn(folder, system::readProcFile("/proc/self/mountinfo"));
    QStringList all;
    QDirIterator entries(m_folder, QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks);
    for (int i = 0; i < maxEntries && all.size() < maxSticks && entries.hasNext(); ++i) {
        const QString stick = entries.next();
        if (mounted.contains(QFile::encodeName(entries.fileName())) || QFileInfo(stick + u"/sgn"_s).isDir()) {
            all += stick;
        }
    }
    return all;
}

void MountedSticks::look()
{
    const QStringList now = present();
    const QStringList before = std::exchange(m_known, now);
    for (const QString &stick : before) {
        if (!now.contains(stick)) {
            Q_EMIT removed(stick);
        }
    }
    for (const QString &stick : now) {
        if (!before.contains(stick)) {
            Q_EMIT arrived(stick);
        }
    }
}

} // namespace sgn::watchdog
