// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "watchdog/StickSource.h"

#include <chrono>
#include <QTimer>

namespace sgn::watchdog {

// Sticks that another program mounts, each in a folder of its own below one folder, as /media: those with a folder
// "sgn". Looks from time to time, because a mount reports itself to no file watcher.
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
