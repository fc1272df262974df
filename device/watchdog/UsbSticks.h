// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "watchdog/StickSource.h"

#include <chrono>
#include <memory>
#include <QByteArrayView>
#include <QSocketNotifier>
#include <QTimer>

namespace sgn::watchdog {

// The volumes of the machine's USB disks as sysfs has them below `blockFolder` (/sys/class/block): partitions, and
// disks without a partition; their names, such as "sda1". At most maxVolumes.
[[nodiscard]] QStringList usbVolumes(const QString &blockFolder);
inline constexpr qsizetype maxVolumes = 16;

// Whether a message of the kernel (uevent, "add@/devices/...\0ACTION=add\0SUBSYSTEM=block\0...") is about a block
// device.
[[nodiscard]] bool isBlockEvent(QByteArrayView message);

// The USB sticks that the kernel reports (NETLINK_KOBJECT_UEVENT), as /dev/sda1.
class UsbSticks final : public StickSource
{
    Q_OBJECT

public:
    // `settle`: how long a new disk gets until its partitions are read.
    explicit UsbSticks(std::chrono::milliseconds settle, QString blockFolder = QStringLiteral("/sys/class/block"));

    [[nodiscard]] QStringList begin() override;

private:
    void read();
    void look();
    void lookForNew();

    QString m_blockFolder;
    Descriptor m_events;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QTimer m_settle;
    QStringList m_known;
};

} // namespace sgn::watchdog
