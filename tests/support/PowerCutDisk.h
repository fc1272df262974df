// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QString>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace sgn::test {

// A disk whose power can be cut: ext4 in a file behind a loop device, written back as late as it can be. What a program
// didn't sync is in the kernel's memory then and not in that file, so a copy of the file at some moment is the disk
// that a power cut would have left; mounting the copy replays the journal as the next boot does. `noauto_da_alloc`
// switches off the help that ext4 gives to programs which forget fsync before rename.
//
// What the card itself holds back (its own cache) isn't played: a sync counts as done.
class PowerCutDisk
{
public:
    // `folder` is for the images and the mount point. The calling program gets a mount namespace of its own, so that
    // nothing stays mounted however it ends.
    explicit PowerCutDisk(const QString &folder)
        : m_folder(folder)
    {
        if (::geteuid() != 0) {
            m_trouble = QStringLiteral("only root may mount");
        } else if (!QFile::exists(QStringLiteral("/dev/loop-control"))) {
            m_trouble = QStringLiteral("there are no loop devices");
        } else if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
            m_trouble = QStringLiteral("no mount namespace: ") + qt_error_string();
        } else if (QDir().mkpath(path()) && format()) {
            m_isReady = true;
        }
    }
    PowerCutDisk(const PowerCutDisk &) = delete;
    PowerCutDisk &operator=(const PowerCutDisk &) = delete;
    ~PowerCutDisk() { unmount(); }

    // Else trouble() states why.
    [[nodiscard]] bool isReady() const { return m_isReady; }
    [[nodiscard]] QString trouble() const { return m_trouble; }
    // Where it is mounted.
    [[nodiscard]] QString path() const { return m_folder + QStringLiteral("/disk"); }

    // What is on the disk now is what begin() starts from.
    [[nodiscard]] bool keepAsBeginning()
    {
        unmount();
        return copy(image(), beginning()) && mount();
    }
    [[nodiscard]] bool begin()
    {
        unmount();
        return copy(beginning(), image()) && mount();
    }
    // Whoever used the disk has been killed; the disk comes back as the next boot finds it.
    [[nodiscard]] bool cutPower()
    {
        const QString left = m_folder + QStringLiteral("/left.img");
        const bool copied = copy(image(), left);
        unmount();
        return copied && QFile::remove(image()) && QFile::rename(left, image()) && mount();
    }

private:
    [[nodiscard]] QString image() const { return m_folder + QStringLiteral("/disk.img"); }
    [[nodiscard]] QString beginning() const { return m_folder + QStringLiteral("/beginning.img"); }

    bool format()
    {
        QFile file(image());
        return file.open(QIODevice::WriteOnly) && file.resize(qint64{16} * 1024 * 1024) &&
               does({QStringLiteral("/sbin/mkfs.ext4"), QStringLiteral("-q"), QStringLiteral("-E"),
                     QStringLiteral("lazy_itable_init=0,nodiscard"), image()}) &&
               mount();
    }
    bool mount()
    {
        m_isMounted = does({QStringLiteral("mount"), QStringLiteral("-o"),
                            QStringLiteral("loop,commit=300,noauto_da_alloc"), image(), path()});
        return m_isMounted;
    }
    void unmount()
    {
        if (m_isMounted) {
            m_isMounted = !does({QStringLiteral("umount"), path()});
        }
    }
    bool copy(const QString &from, const QString &to)
    {
        return does({QStringLiteral("cp"), QStringLiteral("--sparse=always"), from, to});
    }
    bool does(const QStringList &command)
    {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(command.first(), command.sliced(1));
        if (!process.waitForFinished(30'000) || process.exitStatus() != QProcess::NormalExit ||
            process.exitCode() != 0) {
            m_trouble =
                QStringLiteral("%1: %2 %3")
                    .arg(command.first(), process.errorString(), QString::fromUtf8(process.readAll().simplified()));
            return false;
        }
        return true;
    }

    QString m_folder;
    QString m_trouble;
    bool m_isReady = false;
    bool m_isMounted = false;
};

} // namespace sgn::test
