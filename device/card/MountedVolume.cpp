// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/MountedVolume.h"

#include "base/SystemError.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <QFile>
#include <QRandomGenerator>
#include <QSet>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr mode_t permissionBits = 07777;

QString nameOf(const QByteArray &path)
{
    return QString::fromUtf8(path);
}

Node nodeOf(const struct stat &info)
{
    Node node;
    switch (info.st_mode & S_IFMT) {
    case S_IFREG:
        node.type = Node::Type::File;
        break;
    case S_IFDIR:
        node.type = Node::Type::Folder;
        break;
    case S_IFLNK:
        node.type = Node::Type::Symlink;
        break;
    default:
        node.type = Node::Type::Other;
    }
    node.mode = info.st_mode & permissionBits;
    node.uid = info.st_uid;
    node.gid = info.st_gid;
    node.size = node.type == Node::Type::File ? info.st_size : 0;
    return node;
}

QByteArray linkTarget(int link)
{
    std::array<char, 4096> target{};
    const ssize_t n = ::readlinkat(link, "", target.data(), target.size());
    return {target.data(), std::max<ssize_t>(n, 0)};
}

struct Closing
{
    void operator()(DIR *folder) const { ::closedir(folder); }
};

const QByteArray temporaryMark = ".sgn-"_ba;

// Beside the file that it becomes; never the name of anything else on a card.
QByteArray temporaryFor(const QByteArray &name)
{
    return '.' + name.left(200) + temporaryMark + QByteArray::number(QRandomGenerator::global()->generate64(), 36);
}

bool isTemporary(const QByteArray &name)
{
    const qsizetype mark = name.lastIndexOf(temporaryMark);
    return name.startsWith('.') && mark > 0 && name.size() > mark + temporaryMark.size() &&
           std::all_of(name.begin() + mark + temporaryMark.size(), name.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

Outcome writeAll(int to, const QByteArray &bytes)
{
    for (qsizetype done = 0; done < bytes.size();) {
        const ssize_t n = ::write(to, bytes.constData() + done, static_cast<size_t>(bytes.size() - done));
        if (n < 0) {
            return fail(systemError(u"cannot write"_s, errno));
        }
        done += n;
    }
    return {};
}

Outcome writeContent(int to, const Wish &wish)
{
    if (wish.source.isEmpty()) {
        return writeAll(to, wish.content);
    }
    QFile source(wish.source);
    if (!source.open(QIODevice::ReadOnly)) {
        return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(wish.source, source.errorString()));
    }
    constexpr qint64 piece = 1024 * 1024;
    while (!source.atEnd()) {
        const QByteArray bytes = source.read(piece);
        if (bytes.isEmpty()) {
            return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(wish.source, source.errorString()));
        }
        if (auto written = writeAll(to, bytes); !written) {
            return written;
        }
    }
    return {};
}

} // namespace

MountedVolume::MountedVolume(Descriptor root, Owners owners)
    : m_root(std::move(root))
    , m_owners(owners)
{}

Result<std::unique_ptr<MountedVolume>> MountedVolume::open(const QString &folder, Owners owners)
{
    Descriptor root(::open(QFile::encodeName(folder).constData(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root.isValid()) {
        return fail(systemError(u"cannot open %1"_s.arg(folder), errno));
    }
    return std::unique_ptr<MountedVolume>(new MountedVolume(std::move(root), owners));
}

Result<std::unique_ptr<MountedVolume>> MountedVolume::openBelow(const QByteArray &folder, Owners owners) const
{
    auto root = openInside(folder, O_PATH | O_DIRECTORY);
    return root ? Result<std::unique_ptr<MountedVolume>>(
                      std::unique_ptr<MountedVolume>(new MountedVolume(*std::move(root), owners)))
                : fail(std::move(root).error());
}

Result<Descriptor> MountedVolume::openInside(const QByteArray &path, int flags) const
{
    if (auto checked = checkCardPath(path); !checked) {
        return fail(std::move(checked).error());
    }
    open_how how{};
    how.flags = static_cast<quint64>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    const long opened = ::syscall(SYS_openat2, m_root.get(), path.constData(), &how, sizeof how);
    if (opened < 0) {
        // A file where a folder would have to be, or links in a circle: so there is nothing.
        const int error = errno == ENOTDIR || errno == ELOOP ? ENOENT : errno;
        return error == EACCES && ::geteuid() != 0
                   ? fail(ErrorCode::Refused, u"%1 may only be opened by root; use sudo"_s.arg(nameOf(path)))
                   : fail(systemError(nameOf(path), error));
    }
    return Descriptor(static_cast<int>(opened));
}

Result<QMap<QByteArray, Node>> MountedVolume::look(const QByteArrayList &paths)
{
    return lookBy(O_PATH | O_NOFOLLOW, paths);
}

Result<QMap<QByteArray, Node>> MountedVolume::lookThrough(const QByteArrayList &paths)
{
    return lookBy(O_PATH, paths);
}

Result<QMap<QByteArray, Node>> MountedVolume::lookBy(int flags, const QByteArrayList &paths) const
{
    QMap<QByteArray, Node> found;
    for (const QByteArray &path : paths) {
        const auto node = openInside(path, flags);
        if (!node && node.error().code == ErrorCode::NotFound) {
            continue;
        }
        struct stat info
        {
        };
        if (!node) {
            return fail(node.error());
        }
        if (::fstat(node->get(), &info) != 0) {
            return fail(systemError(nameOf(path), errno));
        }
        Node &what = found[path] = nodeOf(info);
        what.hasOwner = m_owners == Owners::Count;
        if (what.type == Node::Type::Symlink) {
            what.target = linkTarget(node->get());
        }
    }
    return found;
}

Result<QMap<QByteArray, QByteArray>> MountedVolume::read(const QByteArrayList &paths, qint64 maxSize)
{
    QMap<QByteArray, QByteArray> contents;
    for (const QByteArray &path : paths) {
        // A pipe must not block, and a device not be opened.
        const auto node = openInside(path, O_PATH);
        struct stat info
        {
        };
        if (!node || ::fstat(node->get(), &info) != 0 || !S_ISREG(info.st_mode)) {
            if (!node && node.error().code != ErrorCode::NotFound) {
                return fail(node.error());
            }
            continue;
        }
        if (info.st_size > maxSize) {
            return fail(ErrorCode::TooLarge, u"%1 has %2 bytes"_s.arg(nameOf(path)).arg(info.st_size));
        }
        Descriptor file(
            ::open(QByteArray("/proc/self/fd/" + QByteArray::number(node->get())).constData(), O_RDONLY | O_CLOEXEC));
        QFile reader;
        if (!file.isValid() && errno == EACCES) {
            return fail(ErrorCode::Refused, u"%1 may only be read by root; use sudo"_s.arg(nameOf(path)));
        }
        if (!file.isValid() || !reader.open(file.get(), QIODevice::ReadOnly)) {
            return fail(systemError(nameOf(path), errno));
        }
        contents.insert(path, reader.read(maxSize));
    }
    return contents;
}

Result<QByteArrayList> MountedVolume::list(const QByteArray &folder)
{
    auto opened = openInside(folder, O_RDONLY | O_DIRECTORY);
    if (!opened) {
        return opened.error().code == ErrorCode::NotFound ? Result<QByteArrayList>() : fail(opened.error());
    }
    const std::unique_ptr<DIR, Closing> entries(::fdopendir(opened->release()));
    QByteArrayList names;
    while (const dirent *const entry = entries ? ::readdir(entries.get()) : nullptr) {
        const QByteArray name(static_cast<const char *>(entry->d_name));
        if (name != "." && name != "..") {
            names += name;
        }
    }
    std::ranges::sort(names);
    return names;
}

Result<qint64> MountedVolume::freeBytes()
{
    struct statvfs info
    {
    };
    if (::fstatvfs(m_root.get(), &info) != 0) {
        return fail(systemError(u"/"_s, errno));
    }
    if ((info.f_flag & ST_RDONLY) != 0) {
        return fail(ErrorCode::Refused, u"the card is mounted read-only"_s);
    }
    return static_cast<qint64>(info.f_bavail) * static_cast<qint64>(info.f_frsize);
}

Result<MountedVolume::Place> MountedVolume::placeOf(const QByteArray &path) const
{
    const qsizetype slash = path.lastIndexOf('/');
    const QByteArray above = slash <= 0 ? QByteArray("/") : path.first(slash);
    auto folder = openInside(above, O_RDONLY | O_DIRECTORY);
    if (!folder) {
        return folder.error().code == ErrorCode::NotFound
                   ? fail(ErrorCode::NotFound,
                          u"%1 can't be put on the card, which has no folder %2"_s.arg(nameOf(path), nameOf(above)))
                   : fail(std::move(folder).error());
    }
    return Place{*std::move(folder), path.sliced(slash + 1)};
}

Outcome MountedVolume::checkLinks(const QList<Wish> &wishes) const
{
    for (const Wish &wish : wishes) {
        const auto link = wish.type == Node::Type::Folder ? lookBy(O_PATH | O_NOFOLLOW, {wish.path})
                                                          : Result<QMap<QByteArray, Node>>();
        const auto target = link && link->value(wish.path).type == Node::Type::Symlink
                                ? lookBy(O_PATH, {wish.path})
                                : Result<QMap<QByteArray, Node>>();
        if (!link || !target) {
            return fail(link ? target.error() : link.error());
        }
        const auto node = target->constFind(wish.path);
        if (node != target->cend() && m_owners == Owners::Count && node->uid != wish.uid) {
            return fail(foreignFolder(node->uid, wish.uid).withContext(nameOf(wish.path)));
        }
    }
    return {};
}

void MountedVolume::removeTemporaries(const QList<Wish> &wishes) const
{
    QSet<QByteArray> done;
    for (const Wish &wish : wishes) {
        const QByteArray above = wish.path.first(std::max<qsizetype>(wish.path.lastIndexOf('/'), 1));
        if (done.contains(above)) {
            continue;
        }
        done += above;
        auto folder = openInside(above, O_RDONLY | O_DIRECTORY);
        const int listed = folder ? ::dup(folder->get()) : -1;
        const std::unique_ptr<DIR, Closing> entries(listed < 0 ? nullptr : ::fdopendir(listed));
        while (const dirent *const entry = entries ? ::readdir(entries.get()) : nullptr) {
            if (isTemporary(static_cast<const char *>(entry->d_name))) {
                ::unlinkat(folder->get(), static_cast<const char *>(entry->d_name), 0);
            }
        }
    }
}

Outcome MountedVolume::apply(const QList<Wish> &wishes)
{
    for (const Wish &wish : wishes) {
        if (auto checked = checkWish(wish); !checked) {
            return checked;
        }
    }
    // Before anything is changed; links may still be exchanged meanwhile, so putFolder() looks again.
    if (auto checked = checkLinks(wishes); !checked) {
        return checked;
    }
    removeTemporaries(wishes);
    for (const Wish &wish : wishes) {
        if (auto done = put(wish); !done) {
            return done;
        }
    }
    // Folders' entries, too.
    if (const Descriptor root(::openat(m_root.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        !root.isValid() || ::syncfs(root.get()) != 0) {
        return fail(systemError(u"cannot write to the card"_s, errno));
    }
    return {};
}

Outcome MountedVolume::put(const Wish &wish) const
{
    const auto place = placeOf(wish.path);
    if (!place) {
        const bool isGone = wish.type == Node::Type::None && place.error().code == ErrorCode::NotFound;
        return isGone ? Outcome() : fail(place.error());
    }
    Outcome done;
    switch (wish.type) {
    case Node::Type::Folder:
        done = putFolder(*place, wish);
        break;
    case Node::Type::File:
        done = putFile(*place, wish);
        break;
    case Node::Type::Symlink:
        done = putLink(*place, wish);
        break;
    case Node::Type::None:
        done = remove(*place);
        break;
    case Node::Type::Other:
        done = fail(ErrorCode::BadRequest, u"only files, folders and links are put on a card"_s);
    }
    return done ? done : fail(done.error().withContext(nameOf(wish.path)));
}

Outcome MountedVolume::setOwner(int file, const Wish &wish) const
{
    if (m_owners == Owners::Ignored) {
        return {};
    }
    struct stat info
    {
    };
    if (::fstat(file, &info) != 0) {
        return fail(systemError(u"cannot be looked at"_s, errno));
    }
    if ((info.st_uid != wish.uid || info.st_gid != wish.gid) && ::fchown(file, wish.uid, wish.gid) != 0) {
        return errno == EPERM
                   ? fail(ErrorCode::Refused, u"only root can give it its owner; use sudo, or work on an image"_s)
                   : fail(systemError(u"cannot be given its owner"_s, errno));
    }
    // After the owner, whose change clears the set-user-ID bits.
    return ::fchmod(file, wish.mode) == 0 ? Outcome() : fail(systemError(u"cannot be given its mode"_s, errno));
}

Outcome MountedVolume::putFolder(const Place &place, const Wish &wish) const
{
    if (::mkdirat(place.folder.get(), place.name.constData(), 0700) != 0 && errno != EEXIST) {
        return fail(systemError(u"cannot be made"_s, errno));
    }
    // A link to a folder, such as a home on another partition, stays.
    const auto folder = openInside(wish.path, O_RDONLY | O_DIRECTORY);
    struct stat link = {};
    struct stat target = {};
    if (::fstatat(place.folder.get(), place.name.constData(), &link, AT_SYMLINK_NOFOLLOW) != 0 ||
        (folder && ::fstat(folder->get(), &target) != 0)) {
        return fail(systemError(u"cannot be looked at"_s, errno));
    }
    if (S_ISLNK(link.st_mode) && !folder && folder.error().code == ErrorCode::NotFound) {
        return fail(linkToNothing());
    }
    if (S_ISLNK(link.st_mode) && folder && m_owners == Owners::Count && target.st_uid != wish.uid) {
        return fail(foreignFolder(target.st_uid, wish.uid));
    }
    if (!folder && !S_ISLNK(link.st_mode) && !S_ISDIR(link.st_mode)) {
        return fail(ErrorCode::Refused, u"is no folder"_s);
    }
    return folder ? setOwner(folder->get(), wish) : fail(folder.error());
}

Outcome MountedVolume::putFile(const Place &place, const Wish &wish) const
{
    const QByteArray temporary = temporaryFor(place.name);
    const Descriptor file(::openat(place.folder.get(), temporary.constData(),
                                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.isValid()) {
        return fail(systemError(u"cannot be made"_s, errno));
    }
    Outcome done = writeContent(file.get(), wish);
    if (done) {
        done = setOwner(file.get(), wish);
    }
    if (done && ::fsync(file.get()) != 0) {
        done = fail(systemError(u"cannot write"_s, errno));
    }
    if (done &&
        ::renameat(place.folder.get(), temporary.constData(), place.folder.get(), place.name.constData()) != 0) {
        done = errno == EISDIR ? fail(ErrorCode::Refused, u"is a folder"_s)
                               : fail(systemError(u"cannot be replaced"_s, errno));
    }
    if (!done) {
        ::unlinkat(place.folder.get(), temporary.constData(), 0);
    }
    return done;
}

Outcome MountedVolume::remove(const Place &place)
{
    if (::unlinkat(place.folder.get(), place.name.constData(), 0) == 0 || errno == ENOENT) {
        return {};
    }
    return errno == EISDIR ? fail(ErrorCode::Refused, u"is a folder, which is never removed"_s)
                           : fail(systemError(u"cannot be removed"_s, errno));
}

Outcome MountedVolume::putLink(const Place &place, const Wish &wish) const
{
    const QByteArray temporary = temporaryFor(place.name);
    if (::symlinkat(wish.content.constData(), place.folder.get(), temporary.constData()) != 0) {
        return fail(systemError(u"cannot be made"_s, errno));
    }
    const bool isOwned = m_owners == Owners::Ignored || ::fchownat(place.folder.get(), temporary.constData(), wish.uid,
                                                                   wish.gid, AT_SYMLINK_NOFOLLOW) == 0;
    if (isOwned &&
        ::renameat(place.folder.get(), temporary.constData(), place.folder.get(), place.name.constData()) == 0) {
        return {};
    }
    const int error = errno;
    ::unlinkat(place.folder.get(), temporary.constData(), 0);
    return fail(systemError(u"cannot be put there"_s, error));
}

} // namespace sgn::card
