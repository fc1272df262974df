// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/UsbSticks.h"

#include "watchdog/Logging.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <linux/netlink.h>
#include <QDir>
#include <QFileInfo>
#include <sys/socket.h>
#include <unistd.h>

namespace sgn::watchdog {

using namespace Qt::StringLiterals;

namespace {

constexpr unsigned kernelGroup = 1; // of what the kernel sends itself, not udev

bool isPartition(const QString &folder)
{
    return QFileInfo::exists(folder + u"/partition"_s);
}

bool hasPartitions(const QString &folder)
{
    const QStringList names = QDir(folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    return std::ranges::any_of(names, [&](const QString &name) { return isPartition(folder + u'/' + name); });
}

QString placeOf(const QString &name)
{
    return u"/dev/"_s + name;
}

} // namespace

QStringList usbVolumes(const QString &blockFolder)
{
    QStringList volumes;
    const QStringList names = QDir(blockFolder).entryList(QDir::AllEntries | QDir::NoDotAndDotDot, QDir::Name);
    for (const QString &name : names) {
        // "../../devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host0/target0:0:0/0:0:0:0/block/sda/sda1"
        const QString folder = QFileInfo(blockFolder + u'/' + name).canonicalFilePath();
        const bool isUsb = folder.contains(u"/usb"_s);
        if (isUsb && (isPartition(folder) || !hasPartitions(folder)) && volumes.size() < maxVolumes) {
            volumes += name;
        }
    }
    return volumes;
}

bool isBlockEvent(QByteArrayView message)
{
    return message.indexOf(QByteArrayView("\0SUBSYSTEM=block\0", 17)) > 0;
}

UsbSticks::UsbSticks(std::chrono::milliseconds settle, QString blockFolder)
    : m_blockFolder(std::move(blockFolder))
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(settle);
    connect(&m_settle, &QTimer::timeout, this, &UsbSticks::lookForNew);
}

QStringList UsbSticks::begin()
{
    if (::geteuid() != 0) {
        return {}; // only root may mount one
    }
    m_events = Descriptor(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = kernelGroup;
    if (!m_events.isValid() ||
        ::bind(m_events.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        qCWarning(lcWatchdog) << "USB sticks aren't noticed:" << std::strerror(errno);
        return {};
    }
    m_notifier = std::make_unique<QSocketNotifier>(m_events.get(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &UsbSticks::read);
    m_known = usbVolumes(m_blockFolder);
    QStringList places;
    for (const QString &name : std::as_const(m_known)) {
        places += placeOf(name);
    }
    return places;
}

// What is there is read from sysfs, so that a message is only a reason to look: it doesn't matter who sent it.
void UsbSticks::read()
{
    std::array<char, 8192> buffer{};
    bool isWorthALook = false;
    for (int i = 0; i < 64; ++i) {
        const ssize_t n = ::recv(m_events.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (n < 0 && errno == ENOBUFS) {
            isWorthALook = true; // some were lost
        } else if (n <= 0) {
            break;
        } else {
            isWorthALook = isWorthALook || isBlockEvent(QByteArrayView(buffer.data(), n));
        }
    }
    if (isWorthALook) {
        look();
    }
}

// At once what is gone, so that another stick at the same name counts as new.
void UsbSticks::look()
{
    const QStringList now = usbVolumes(m_blockFolder);
    const QStringList known = m_known;
    for (const QString &name : known) {
        if (!now.contains(name)) {
            m_known.removeOne(name);
            Q_EMIT removed(placeOf(name));
        }
    }
    m_settle.start();
}

void UsbSticks::lookForNew()
{
    const QStringList now = usbVolumes(m_blockFolder);
    for (const QString &name : now) {
        if (!m_known.contains(name)) {
            m_known += name;
            Q_EMIT arrived(placeOf(name));
        }
    }
}

} // namespace sgn::watchdog
