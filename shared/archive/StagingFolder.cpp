// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/StagingFolder.h"

#include "base/SystemError.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <QFile>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr mode_t folderMode = 0755;
constexpr mode_t fileMode = 0644;
constexpr mode_t programMode = 0755;

tl::unexpected<Error> cannotWrite(const QString &path, int error)
{
    // What is in the way was put there by the same zip.
    if (error == EEXIST || error == ENOTDIR || error == EISDIR || error == ELOOP || error == ENAMETOOLONG) {
        return fail(ErrorCode::BadArchive, u"the zip's '%1' is in conflict with another entry"_s.arg(path));
    }
    return fail(systemError(u"cannot unpack '%1'"_s.arg(path), error));
}

Descriptor openFolder(int parent, const QByteArray &name)
{
    return Descriptor(::openat(parent, name.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

// Independent of the umask.
Result<Descriptor> makeFolder(int parent, const QByteArray &name, const QString &path)
{
    if (::mkdirat(parent, name.constData(), folderMode) != 0 && errno != EEXIST) {
        return cannotWrite(path, errno);
    }
    Descriptor folder = openFolder(parent, name);
    if (!folder.isValid() || ::fchmod(folder.get(), folderMode) != 0) {
        return cannotWrite(path, errno);
    }
    return folder;
}

QByteArray lastPart(const QString &path)
{
    return path.section(u'/', -1).toUtf8();
}

} // namespace

bool isProgramHead(QByteArrayView head)
{
    return head.startsWith("#!") || head.startsWith(QByteArrayView("\x7f"
                                                                   "ELF",
                                                                   4));
}

Result<StagingFolder> StagingFolder::create(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    if (::mkdir(name.constData(), folderMode) != 0) {
        return fail(systemError(u"cannot make the folder "_s + path, errno));
    }
    StagingFolder folder(path, openFolder(AT_FDCWD, name));
    if (!folder.m_root.isValid() || ::fchmod(folder.m_root.get(), folderMode) != 0) {
        return fail(systemError(u"cannot open the folder "_s + path, errno));
    }
    return folder;
}

Result<StagingFolder> StagingFolder::continued(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    if (::mkdir(name.constData(), folderMode) != 0 && errno != EEXIST) {
        return fail(systemError(u"cannot make the folder "_s + path, errno));
    }
    StagingFolder folder(path, openFolder(AT_FDCWD, name));
    folder.m_keep = true;
    if (!folder.m_root.isValid() || ::fchmod(folder.m_root.get(), folderMode) != 0) {
        return fail(systemError(u"cannot open the folder "_s + path, errno));
    }
    return folder;
}

StagingFolder::StagingFolder(const QString &path, Descriptor root)
    : m_path(path)
    , m_root(std::move(root))
{}

StagingFolder::StagingFolder(StagingFolder &&other) noexcept
    : m_path(std::move(other.m_path))
    , m_root(std::move(other.m_root))
    , m_parentPath(std::move(other.m_parentPath))
    , m_parent(std::move(other.m_parent))
    , m_filePath(std::move(other.m_filePath))
    , m_file(std::move(other.m_file))
    , m_head(std::move(other.m_head))
    , m_keep(std::exchange(other.m_keep, true))
{}

StagingFolder::~StagingFolder()
{
    if (!m_keep) {
        // Doesn't follow symlinks.
        std::error_code ignored;
        std::filesystem::remove_all(QFile::encodeName(m_path).toStdString(), ignored);
    }
}

Result<qint64> StagingFolder::freeSpace() const
{
    struct statvfs info
    {
    };
    if (::fstatvfs(m_root.get(), &info) != 0) {
        return fail(systemError(u"cannot ask for the free space of "_s + m_path, errno));
    }
    return static_cast<qint64>(info.f_bavail) * static_cast<qint64>(info.f_frsize);
}

Result<int> StagingFolder::openParent(const QString &path)
{
    // zipPath() has refused these; here nothing must depend on that.
    const QStringList parts = path.split(u'/');
    if (std::ranges::any_of(parts,
                            [](const QString &part) { return part.isEmpty() || part == "."_L1 || part == ".."_L1; })) {
        return fail(ErrorCode::BadArchive, u"the zip's '%1' is not a plain path"_s.arg(path));
    }
    const QString parent = path.contains(u'/') ? path.section(u'/', 0, -2) : QString();
    if (parent.isEmpty()) {
        return m_root.get();
    }
    if (m_parent.isValid() && m_parentPath == parent) {
        return m_parent.get();
    }
    Descriptor folder;
    int current = m_root.get();
    for (const QString &part : parent.split(u'/')) {
        Descriptor next = openFolder(current, part.toUtf8());
        if (!next.isValid()) {
            if (errno != ENOENT) {
                return cannotWrite(path, errno);
            }
            auto made = makeFolder(current, part.toUtf8(), path);
            if (!made) {
                return fail(std::move(made).error());
            }
            next = *std::move(made);
        }
        folder = std::move(next);
        current = folder.get();
    }
    m_parent = std::move(folder);
    m_parentPath = parent;
    return m_parent.get();
}

Outcome StagingFolder::addFolder(const QString &path)
{
    const auto parent = openParent(path);
    if (!parent) {
        return fail(parent.error());
    }
    auto made = makeFolder(*parent, lastPart(path), path);
    return made ? Outcome() : fail(std::move(made).error());
}

Outcome StagingFolder::addSymlink(const QString &path, const QString &target)
{
    const auto parent = openParent(path);
    if (!parent) {
        return fail(parent.error());
    }
    if (::symlinkat(target.toUtf8().constData(), *parent, lastPart(path).constData()) != 0) {
        return cannotWrite(path, errno);
    }
    return {};
}

Outcome StagingFolder::beginFile(const QString &path)
{
    const auto parent = openParent(path);
    if (!parent) {
        return fail(parent.error());
    }
    m_filePath = path;
    m_head.clear();
    m_file = Descriptor(::openat(*parent, lastPart(path).constData(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    return m_file.isValid() ? Outcome() : cannotWrite(path, errno);
}

Outcome StagingFolder::write(QByteArrayView bytes)
{
    if (m_head.size() < programHeadSize) {
        m_head.append(bytes.first(std::min(programHeadSize - m_head.size(), bytes.size())));
    }
    while (!bytes.isEmpty()) {
        const ssize_t n = ::write(m_file.get(), bytes.data(), static_cast<size_t>(bytes.size()));
        if (n < 0 && errno != EINTR) {
            return cannotWrite(m_filePath, errno);
        }
        bytes = bytes.sliced(std::max<qsizetype>(n, 0));
    }
    return {};
}

Outcome StagingFolder::endFile()
{
    if (::fchmod(m_file.get(), isProgramHead(m_head) ? programMode : fileMode) != 0) {
        return cannotWrite(m_filePath, errno);
    }
    // Only starts the writing, so that the disk is busy while the next file is unpacked; commit() waits for it.
    ::sync_file_range(m_file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    return m_file.close() ? Outcome() : cannotWrite(m_filePath, errno);
}

Outcome StagingFolder::commit()
{
    // One syncfs instead of an fsync for every file and folder: the journal of the file system is written once and not
    // thousands of times, and the entry for this folder in its parent, on the same file system, is part of it.
    if (::syncfs(m_root.get()) != 0) {
        return fail(systemError(u"cannot sync "_s + m_path, errno));
    }
    m_keep = true;
    return {};
}

} // namespace sgn
