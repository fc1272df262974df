// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/ControlGroups.h"

#include "base/Descriptor.h"
#include "system/ProcessHandle.h"
#include "system/ProcFs.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <QCryptographicHash>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace sgn::system {

namespace {

bool isDelegated(const QByteArray &folder)
{
    for (const auto *const attribute : {"trusted.delegate", "user.delegate"}) {
        std::array<char, 8> value{};
        if (::getxattr(folder.constData(), attribute, value.data(), value.size()) == 1 && value[0] == '1') {
            return true;
        }
    }
    return false;
}

// The groups are ours and not the device's owner's, with whose rights we work on files otherwise.
class OwnFileUser
{
public:
    OwnFileUser()
        : m_before(::setfsuid(::geteuid()))
    {}
    ~OwnFileUser() { ::setfsuid(static_cast<uid_t>(m_before)); }
    OwnFileUser(const OwnFileUser &) = delete;
    OwnFileUser &operator=(const OwnFileUser &) = delete;

private:
    int m_before;
};

bool writeTo(const QByteArray &file, const char *text)
{
    const Descriptor descriptor(::open(file.constData(), O_WRONLY | O_CLOEXEC));
    return descriptor.isValid() && ::write(descriptor.get(), text, 1) == 1;
}

} // namespace

ControlGroups::ControlGroups(const QByteArray &folder)
    : m_folder(folder)
{}

ControlGroups ControlGroups::find()
{
    const QByteArray folder = controlGroupOf(::getpid());
    return ControlGroups(!folder.isEmpty() && isDelegated(folder) ? folder : QByteArray());
}

QByteArray ControlGroups::groupFor(const QString &name) const
{
    if (m_folder.isEmpty()) {
        return {};
    }
    const OwnFileUser user;
    const QByteArray folder = m_folder + '/' + controlGroupName(name);
    return ::mkdir(folder.constData(), 0755) == 0 || errno == EEXIST ? folder : QByteArray();
}

QByteArray controlGroupMountIn(const QByteArray &mounts)
{
    for (const QByteArray &line : mounts.split('\n')) {
        const QByteArrayList fields = line.split(' ');
        if (fields.size() > 2 && fields[2] == "cgroup2") {
            return fields[1];
        }
    }
    return {};
}

QByteArray controlGroupPathIn(const QByteArray &cgroups)
{
    // "0::/system.slice/sgn-watchdog.service"
    for (const QByteArray &line : cgroups.split('\n')) {
        if (line.startsWith("0::/")) {
            return line.sliced(3);
        }
    }
    return {};
}

QByteArray controlGroupName(const QString &process)
{
    // The name itself could lead out of our folder, or be too long.
    return "process-" + QCryptographicHash::hash(process.toUtf8(), QCryptographicHash::Sha1).toHex();
}

QByteArray controlGroupOf(pid_t pid)
{
    const QByteArray mount = controlGroupMountIn(readProcFile("/proc/self/mounts"));
    const QByteArray path = controlGroupPathIn(readProcFile("/proc/" + QByteArray::number(pid) + "/cgroup"));
    return mount.isEmpty() || path.isEmpty() ? QByteArray() : mount + path;
}

void killControlGroup(const QByteArray &folder)
{
    if (folder.isEmpty()) {
        return;
    }
    const OwnFileUser user;
    if (writeTo(folder + "/cgroup.kill", "1")) { // Linux 5.14
        return;
    }
    // Again until nothing new shows up, because a process may fork while we look.
    constexpr int rounds = 5;
    for (int round = 0; round < rounds; ++round) {
        const QByteArrayList pids = readProcFile(folder + "/cgroup.procs").split('\n');
        for (const QByteArray &pid : pids) {
            const auto handle = ProcessHandle::open(pid.toInt(), ProcessHandle::Kind::Other);
            if (handle && controlGroupOf(handle->pid()) == folder && handle->exists()) {
                handle->signal(SIGKILL);
            }
        }
        if (pids.size() <= 1) {
            break;
        }
    }
}

void removeControlGroup(const QByteArray &folder)
{
    if (!folder.isEmpty()) {
        const OwnFileUser user;
        ::rmdir(folder.constData()); // refused while anything is in it; then it is used again
    }
}

} // namespace sgn::system
