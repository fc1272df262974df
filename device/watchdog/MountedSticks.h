// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "watchdog/StickSource.h"

#include <chrono>
#include <QByteArrayList>
#include <QTimer>

namespace sgn::watchdog {

// The names of the folders directly in `folder`, an absolute path without links, on which something is mounted, by the
// content of /proc/self/mountinfo. Pure.
[[nodiscard]] QByteArrayList mountedIn(const QByteArray &folder, const QByteArray &mountInfo);

// Sticks that another program mounts, each in a folder of its own below one folder, as /media: whatever is mounted
// there, and other folders that have a folder "sgn". Looks from time to time, because a mount reports itself to no file
// watcher. What is mounted is read by no call of this process: it may be a stick that doesn't reply.
class MountedSticks final : public StickSource
{
    Q_OBJECT

public:
    MountedSticks(QString folder, std::chrono::milliseconds interval);

    [[nodiscard]] QStringList begin() override;

    static constexpr qsizetype maxSticks = 16;

private:
    [[nodiscard]] QStringList present() const;
    void look();

    QString m_folder;
    QTimer m_timer;
    QStringList m_known;
};

} // namespace sgn::watchdog
