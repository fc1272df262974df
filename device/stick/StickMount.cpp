// SPDX-License-Identifier: GPL-3.0-or-later
#include "stick/StickMount.h"

#include "base/Descriptor.h"
#include "base/SystemError.h"
#include "system/OwnFolders.h"

#include <cerrno>
#include <fcntl.h>
#include <QFile>
#include <QFileInfo>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace sgn::stick {

using namespace Qt::StringLiterals;

namespace {

constexpr auto mountPoint = "/run/sgn-stick";

bool hasAt(QByteArrayView head, qsizetype offset, QByteArrayView text)
{
    return head.size() >= offset + text.size() && head.sliced(offset, text.size()) == text;
}

// Once in a process: a second one would only hide the first.
Outcome leaveSharedMounts()
{
    static bool isDone = false;
    if (isDone) {
        return {};
    }
    // As a slave: what others unmount, such as a stick mounted elsewhere, isn't held by us.
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
        return fail(systemError(u"no mount namespace for the stick"_s, errno));
    }
    isDone = true;
    return {};
}

Outcome makeMountPoint()
{
    if (::mkdir(mountPoint, 0700) != 0 && errno != EEXIST) {
        return fail(systemError(u"cannot make the folder "_s + QLatin1StringView(mountPoint), errno));
    }
    struct stat info
    {
    };
    if (::lstat(mountPoint, &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != 0) {
        return fail(ErrorCode::Refused, QLatin1StringView(mountPoint) + u" is no folder of root's"_s);
    }
    return {};
}

Result<QByteArray> readHead(const QByteArray &device)
{
    const Descriptor volume(::open(device.constData(), O_RDONLY | O_CLOEXEC));
    QByteArray head(maxVolumeHead, '\0');
    const ssize_t n = volume.isValid() ? ::read(volume.get(), head.data(), static_cast<std::size_t>(head.size())) : -1;
    if (n < 0) {
        return fail(systemError(u"cannot read "_s + QFile::decodeName(device), errno));
    }
    return head.first(n);
}

// What the reader of the file system needs so that it neither lets other users read nor changes anything by itself.
// What an error on it leads to is always among them: an ext's own superblock can have it that the machine stops
// ("panic").
QByteArray optionsFor(const QByteArray &fileSystem, StickMount::Mode mode)
{
    if (fileSystem == "ext4") {
        return mode == StickMount::Mode::ReadOnly ? "errors=remount-ro,noload" : "errors=remount-ro";
    }
    return "uid=0,gid=0,umask=077,errors=remount-ro";
}

Outcome mountVolume(const QByteArray &device, const QByteArray &fileSystem, StickMount::Mode mode)
{
    constexpr unsigned long always = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME;
    const unsigned long readOnly = mode == StickMount::Mode::ReadOnly ? MS_RDONLY : 0;
    const QByteArray options = optionsFor(fileSystem, mode);
    if (::mount(device.constData(), mountPoint, fileSystem.constData(), always | readOnly, options.constData()) == 0) {
        return {};
    }
    // Mounted elsewhere already, where another program decides whether it may be written.
    if (errno == EBUSY && ::mount(device.constData(), mountPoint, fileSystem.constData(),
                                  always | (readOnly ^ MS_RDONLY), options.constData()) == 0) {
        return {};
    }
    // EACCES, EROFS: a stick with a switch that forbids writing.
    return fail(systemError(u"cannot mount the stick (%1)"_s.arg(QLatin1StringView(fileSystem)), errno));
}

} // namespace

QByteArray fileSystemOf(QByteArrayView head)
{
    constexpr qsizetype extMagic = 1024 + 56;
    if (hasAt(head, 3, "EXFAT   ")) {
        return "exfat";
    }
    const bool isBootSector = hasAt(head, 510, QByteArrayView("\x55\xAA", 2));
    if (isBootSector && (hasAt(head, 82, "FAT32   ") || hasAt(head, 54, "FAT16   ") || hasAt(head, 54, "FAT12   "))) {
        return "vfat";
    }
    return hasAt(head, extMagic, QByteArrayView("\x53\xEF", 2)) ? "ext4" : QByteArray();
}

Result<StickMount> StickMount::mount(const QString &place, Mode mode)
{
    const QByteArray name = QFile::encodeName(place);
    struct stat info
    {
    };
    if (::lstat(name.constData(), &info) != 0) {
        return fail(systemError(u"the stick "_s + place, errno));
    }
    if (S_ISDIR(info.st_mode)) {
        if (auto checked = system::checkFoldersAreOurs(QFileInfo(place).absolutePath()); !checked) {
            return fail(checked.error().withContext(u"no stick is served below a folder of others"_s));
        }
        return StickMount(place, false);
    }
    if (!S_ISBLK(info.st_mode)) {
        return fail(ErrorCode::Refused, place + u" is neither a block device nor a folder"_s);
    }
    const auto head = readHead(name);
    if (!head) {
        return fail(head.error());
    }
    const QByteArray fileSystem = fileSystemOf(*head);
    if (fileSystem.isEmpty()) {
        return fail(ErrorCode::NotFound, place + u" has no FAT, exFAT or ext file system"_s);
    }
    // One after the other: without a namespace of our own nothing is mounted.
    Outcome done = leaveSharedMounts();
    if (done) {
        done = makeMountPoint();
    }
    if (done) {
        done = mountVolume(name, fileSystem, mode);
    }
    if (!done) {
        return fail(std::move(done).error());
    }
    return StickMount(QLatin1StringView(mountPoint), true);
}

StickMount::StickMount(StickMount &&other) noexcept
    : m_path(std::move(other.m_path))
    , m_isOurs(std::exchange(other.m_isOurs, false))
{}

StickMount::~StickMount()
{
    if (m_isOurs) {
        if (::umount2(mountPoint, UMOUNT_NOFOLLOW) != 0) {
            ::umount2(mountPoint, MNT_DETACH | UMOUNT_NOFOLLOW);
        }
    }
}

} // namespace sgn::stick
