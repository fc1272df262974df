// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QString>
#include <QTemporaryDir>
#include <sys/mount.h>

namespace sgn::test {

// A file system of a few KiB, so that disks get full. Only root may mount one: without it isMounted() is false and a
// test calls QSKIP.
class SmallDisk
{
public:
    explicit SmallDisk(int kibibytes)
        : m_mounted(::mount("tmpfs", QFile::encodeName(m_folder.path()).constData(), "tmpfs", 0,
                            QByteArray("size=" + QByteArray::number(kibibytes) + 'k').constData()) == 0)
    {}
    SmallDisk(const SmallDisk &) = delete;
    SmallDisk &operator=(const SmallDisk &) = delete;
    ~SmallDisk()
    {
        if (m_mounted) {
            ::umount2(QFile::encodeName(m_folder.path()).constData(), MNT_DETACH);
        }
    }

    [[nodiscard]] bool isMounted() const { return m_mounted; }
    [[nodiscard]] QString path() const { return m_folder.path(); }

private:
    QTemporaryDir m_folder;
    bool m_mounted;
};

} // namespace sgn::test
