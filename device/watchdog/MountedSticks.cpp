// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/MountedSticks.h"

#include <QDirIterator>
#include <QFileInfo>

namespace sgn::watchdog {

using namespace Qt::StringLiterals;

namespace {

// Other folders than those of sticks are there as well, but not without number.
constexpr int maxEntries = 256;

} // namespace

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
    QStringList all;
    QDirIterator entries(m_folder, QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks);
    for (int i = 0; i < maxEntries && all.size() < maxSticks && entries.hasNext(); ++i) {
        const QString stick = entries.next();
        if (QFileInfo(stick + u"/sgn"_s).isDir()) {
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
