// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QString>
#include <sys/mount.h>

namespace sgn::test {

// A folder whose card takes no more writes, as the kernel does it after errors; only files that are open already still
// do. Only root may do that: without it isWorn() is false and a test calls QSKIP.
class ReadOnlyCard
{
public:
    explicit ReadOnlyCard(const QString &folder)
        : m_folder(QFile::encodeName(folder))
        // A second view of the folder above the first: that one has writers and can't be made read-only.
        , m_mounted(::mount(m_folder.constData(), m_folder.constData(), nullptr, MS_BIND, nullptr) == 0)
        , m_worn(m_mounted &&
                 ::mount(nullptr, m_folder.constData(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) == 0)
    {}
    ReadOnlyCard(const ReadOnlyCard &) = delete;
    ReadOnlyCard &operator=(const ReadOnlyCard &) = delete;
    ~ReadOnlyCard()
    {
        // With everything that was mounted in it meanwhile.
        if (m_mounted) {
            ::umount2(m_folder.constData(), MNT_DETACH);
        }
    }

    [[nodiscard]] bool isWorn() const { return m_worn; }

private:
    QByteArray m_folder;
    bool m_mounted;
    bool m_worn;
};

} // namespace sgn::test
