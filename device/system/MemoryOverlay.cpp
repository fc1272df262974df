// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/MemoryOverlay.h"

#include "base/Descriptor.h"
#include "base/FileSystem.h"
#include "base/SystemError.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <QFile>
#include <QFileInfo>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::system {

using namespace Qt::StringLiterals;

namespace {

// Logs are bounded, and a download that doesn't fit fails as on a full card.
constexpr auto memoryOptions = "size=32m,mode=0755";

// A place to mount, for as long as it takes: the layers keep the memory, and it goes when they do.
class Memory
{
public:
    [[nodiscard]] Outcome mount()
    {
        if (::mkdtemp(m_path.data()) == nullptr) {
            return fail(systemError(u"no folder in /run"_s, errno));
        }
        m_made = true;
        if (::mount("tmpfs", m_path.constData(), "tmpfs", MS_NOSUID | MS_NODEV, memoryOptions) != 0) {
            return fail(systemError(u"no memory for the folders of a read-only card"_s, errno));
        }
        m_mounted = true;
        return {};
    }
    Memory() = default;
    Memory(const Memory &) = delete;
    Memory &operator=(const Memory &) = delete;
    ~Memory()
    {
        if (m_mounted) {
            ::umount2(m_path.constData(), MNT_DETACH);
        }
        if (m_made) {
            ::rmdir(m_path.constData());
        }
    }

    [[nodiscard]] QByteArray path(const QByteArray &below) const { return m_path + '/' + below; }

private:
    QByteArray m_path = "/run/sgn-memory.XXXXXX";
    bool m_made = false;
    bool m_mounted = false;
};

QByteArray pathOf(const Descriptor &folder)
{
    return "/proc/self/fd/" + QByteArray::number(folder.get());
}

// By the opened folder, so that no other program can put a link in its place meanwhile.
Outcome layOver(const Descriptor &folder, const QByteArray &name, const Memory &memory)
{
    struct stat below
    {
    };
    if (::fstat(folder.get(), &below) != 0) {
        return fail(systemError(QString::fromLatin1(name), errno));
    }
    const QByteArray upper = memory.path(name);
    const QByteArray work = memory.path(name + ".work");
    // What is seen of the folder itself is the upper one's.
    if (::mkdir(upper.constData(), 0700) != 0 || ::mkdir(work.constData(), 0700) != 0 ||
        ::chown(upper.constData(), below.st_uid, below.st_gid) != 0 ||
        ::chmod(upper.constData(), below.st_mode & 07777) != 0) {
        return fail(systemError(u"no folder in memory for "_s + QString::fromLatin1(name), errno));
    }
    const QByteArray at = pathOf(folder);
    const QByteArray layers = "lowerdir=" + at + ",upperdir=" + upper + ",workdir=" + work;
    if (::mount("overlay", at.constData(), "overlay", MS_NOSUID | MS_NODEV, layers.constData()) != 0) {
        return fail(systemError(u"no layer in memory above "_s + QString::fromLatin1(name), errno));
    }
    return {};
}

} // namespace

Cover coverFor(bool isRootReadOnly, bool isFolderReadOnly, uid_t folderOwner, uid_t owner)
{
    if (!isRootReadOnly || !isFolderReadOnly) {
        return Cover::NotNeeded;
    }
    return folderOwner == owner ? Cover::Layer : Cover::Refused;
}

Result<bool> makeWritable(const QString &root, const QStringList &folders, const UserAccount &owner)
{
    const bool isRootReadOnly = isReadOnlyFileSystem(root);
    if (!isRootReadOnly) {
        return false; // as nearly always: without a look at the folders
    }
    std::optional<Memory> memory;
    for (const QString &path : folders) {
        const Descriptor folder(
            ::open(QFile::encodeName(path).constData(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        struct stat info
        {
        };
        if (!folder.isValid() || ::fstat(folder.get(), &info) != 0) {
            return fail(systemError(u"cannot open "_s + path, errno));
        }
        const bool isReadOnly = isReadOnlyFileSystem(QFile::decodeName(pathOf(folder)));
        const Cover cover = coverFor(isRootReadOnly, isReadOnly, info.st_uid, owner.user);
        if (cover == Cover::NotNeeded) {
            continue;
        }
        if (cover == Cover::Refused) {
            return fail(ErrorCode::Refused, path + u" isn't the device's own folder"_s);
        }
        if (!memory) {
            memory.emplace();
            if (const auto mounted = memory->mount(); !mounted) {
                return fail(mounted.error());
            }
        }
        const QByteArray name = QFile::encodeName(QFileInfo(path).fileName());
        if (const auto covered = layOver(folder, name, *memory); !covered) {
            return fail(covered.error());
        }
    }
    return memory.has_value();
}

} // namespace sgn::system
