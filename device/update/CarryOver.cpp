// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/CarryOver.h"

#include "base/Descriptor.h"
#include "base/SystemError.h"
#include "update/Logging.h"
#include "update/OwnFiles.h"
#include "update/ReleaseModules.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <QFile>
#include <sys/sendfile.h>
#include <unistd.h>
#include <utility>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr mode_t permissions = 07777;

bool isCache(const QByteArray &path)
{
    constexpr QByteArrayView cache = "__pycache__";
    const QByteArrayView name = QByteArrayView(path).chopped(path.endsWith('/') ? 1 : 0);
    return name == cache || (name.endsWith(cache) && name.chopped(cache.size()).endsWith('/'));
}

// "dlms" of "bin/dlms.py".
QString stemOf(const QByteArray &path)
{
    return QString::fromUtf8(path.sliced(path.lastIndexOf('/') + 1)).section(u'.', 0, 0);
}

// A card that fails or is full, unlike a file that can't be carried over.
bool isOfTheDisk(int error)
{
    return error == ENOSPC || error == EDQUOT || error == EIO || error == EROFS || error == ENOMEM;
}

bool exists(const QByteArray &path)
{
    struct stat info
    {
    };
    return ::lstat(path.constData(), &info) == 0;
}

Outcome syncFileSystemOf(const QString &path)
{
    const Descriptor folder(::open(QFile::encodeName(path).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folder.isValid() && ::syncfs(folder.get()) == 0 ? Outcome()
                                                           : fail(systemError(u"cannot sync "_s + path, errno));
}

class Carrier
{
public:
    Carrier(const QString &from, const QString &to)
        : m_from(QFile::encodeName(from) + '/')
        , m_to(QFile::encodeName(to) + '/')
    {}

    [[nodiscard]] const CarriedOver &done() const { return m_done; }
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }
    [[nodiscard]] const OwnFiles &carried() const { return m_carried; }

    void folder(const QByteArray &path)
    {
        m_carried += path;
        if (const int error = ensureFolder(path); error != 0) {
            judge(path, error);
        }
    }

    void file(const QByteArray &path)
    {
        m_carried += path;
        int error = ensureParents(path);
        if (error == 0) {
            error = link(path);
        }
        if (error == EPERM || error == EACCES || error == EMLINK) {
            error = move(path);
        }
        if (error == EPERM || error == EACCES || error == EMLINK) {
            error = copy(path);
        }
        if (error != 0) {
            judge(path, error);
        }
    }

    // Once everything is in its place.
    void setModes()
    {
        for (auto it = m_modes.crbegin(); it != m_modes.crend(); ++it) {
            ::chmod(it->first.constData(), it->second);
        }
    }

    void leave(const QByteArray &path, const QString &why)
    {
        m_done.left += u"%1 (%2)"_s.arg(QString::fromLocal8Bit(path), why);
    }

    // The inode's number shows whether both releases have it already.
    int link(const QByteArray &path)
    {
        struct stat here
        {
        };
        struct stat there
        {
        };
        if (::lstat((m_to + path).constData(), &there) != 0) {
            if (errno != ENOENT) {
                return errno;
            }
        } else {
            if (::lstat((m_from + path).constData(), &here) != 0) {
                return errno;
            }
            if (here.st_ino == there.st_ino && here.st_dev == there.st_dev) {
                return 0;
            }
            if (::unlink((m_to + path).constData()) != 0) {
                return errno == EISDIR || errno == EPERM ? ENOTDIR : errno;
            }
        }
        return ::linkat(AT_FDCWD, (m_from + path).constData(), AT_FDCWD, (m_to + path).constData(), 0) == 0 ? 0 : errno;
    }

    int move(const QByteArray &path)
    {
        return ::renameat2(AT_FDCWD, (m_from + path).constData(), AT_FDCWD, (m_to + path).constData(),
                           RENAME_NOREPLACE) == 0
                   ? 0
                   : errno;
    }

    int ensureParents(const QByteArray &path)
    {
        for (qsizetype slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            if (const int error = ensureFolder(path.first(slash + 1)); error != 0) {
                return error;
            }
        }
        return 0;
    }

private:
    // As it is at the other place. `path` ends with '/'.
    int ensureFolder(const QByteArray &path)
    {
        const QByteArray there = m_to + path.chopped(1);
        struct stat info
        {
        };
        if (::lstat(there.constData(), &info) == 0) {
            return S_ISDIR(info.st_mode) ? 0 : ENOTDIR;
        }
        if (errno != ENOENT || ::lstat((m_from + path).constData(), &info) != 0 ||
            ::mkdir(there.constData(), S_IRWXU) != 0) {
            return errno;
        }
        // Root keeps the owner; anyone else has only folders of their own to make.
        if (::geteuid() == 0 && ::lchown(there.constData(), info.st_uid, info.st_gid) != 0) {
            return errno;
        }
        // One that takes no writes has to take what belongs into it first.
        m_modes += {there, info.st_mode & permissions};
        return ::chmod(there.constData(), (info.st_mode & permissions) | S_IRWXU) == 0 ? 0 : errno;
    }

    // What may be neither linked nor moved, such as a file of root's in a folder of root's.
    int copy(const QByteArray &path)
    {
        const Descriptor from(::open((m_from + path).constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
        struct stat info
        {
        };
        if (!from.isValid() || ::fstat(from.get(), &info) != 0) {
            return errno;
        }
        if (!S_ISREG(info.st_mode)) {
            return EPERM;
        }
        const Descriptor to(::open((m_to + path).constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                                   info.st_mode & permissions));
        if (!to.isValid()) {
            return errno;
        }
        constexpr size_t piece = 1024 * 1024;
        ssize_t n = 0;
        do {
            n = ::sendfile(to.get(), from.get(), nullptr, piece);
        } while (n > 0);
        const int error = n < 0 ? errno : 0;
        if (error != 0) {
            ::unlink((m_to + path).constData());
        }
        return error;
    }

    void judge(const QByteArray &path, int error)
    {
        m_carried -= path;
        if (error == ENOTDIR) {
            leave(path, u"the release has something else there"_s);
        } else if (isOfTheDisk(error)) {
            m_error = systemError(u"cannot carry over "_s + QString::fromLocal8Bit(m_from + path), error);
        } else {
            leave(path, QString::fromLocal8Bit(::strerror(error)));
        }
    }

    QByteArray m_from;
    QByteArray m_to;
    CarriedOver m_done;
    OwnFiles m_carried;
    QList<std::pair<QByteArray, mode_t>> m_modes; // of folders, by their whole paths
    std::optional<Error> m_error;
};

// Which files belong to the two releases, also where one has no list.
struct Owners
{
    std::optional<OwnFiles> from;
    std::optional<OwnFiles> to;
    QStringList dropped;

    [[nodiscard]] bool isMeters(const QByteArray &path, const struct stat &info) const
    {
        if ((from && from->contains(path)) || to->contains(path)) {
            return false;
        }
        const bool isProgram = S_ISREG(info.st_mode) && (info.st_mode & S_IXUSR) != 0;
        return from || !isProgram || !dropped.contains(stemOf(path));
    }
};

// Without a list a release has what is in its folder, but not what is the meter's in the other.
Result<OwnFiles> ownFilesOf(const ReleasePaths &paths, const QString &to, const QString &from,
                            const std::optional<OwnFiles> &ofFrom)
{
    if (auto listed = readOwnFiles(paths, to); !listed || *listed) {
        return listed ? Result<OwnFiles>(**std::move(listed)) : fail(listed.error());
    }
    auto own = everythingIn(to);
    const auto other = ofFrom ? everythingIn(from) : Result<OwnFiles>(OwnFiles());
    if (own && other) {
        *own -= *other - ofFrom.value_or(OwnFiles());
        if (auto noted = noteOwnFiles(paths, to, *own); !noted) {
            return fail(std::move(noted).error());
        }
    }
    return own;
}

// Which file of the release at `to` could no longer be imported beside `path`.
std::optional<QByteArray> hiddenBy(const ReleaseModules &modules, const QByteArray &from, const QByteArray &path,
                                   const struct stat &info)
{
    if (!S_ISLNK(info.st_mode)) {
        return modules.hiddenBy(path);
    }
    // One to a package is a package, whatever it leads to otherwise.
    const bool isPackage = exists(from + path + "/__init__.py") || exists(from + path + "/__init__.pyc");
    return modules.hiddenBy(isPackage ? path + "/__init__.py" : path);
}

Outcome carryAll(const Owners &owners, const QString &from, Carrier &carrier)
{
    const ReleaseModules modules(*owners.to);
    const QByteArray folder = QFile::encodeName(from) + '/';
    struct stat top
    {
    };
    (void)::lstat(QFile::encodeName(from).constData(), &top);
    return walk(
        from,
        [&](const QByteArray &path, const struct stat &info) {
            if (carrier.error() || isCache(path)) {
                return false;
            }
            if (!owners.isMeters(path, info)) {
                // Both have one: the meter's own is kept with the release that it was made beside.
                if (owners.from && !owners.from->contains(path) && !S_ISDIR(info.st_mode)) {
                    carrier.leave(path, u"the release has one of that name"_s);
                }
                return true;
            }
            if (const auto hidden = hiddenBy(modules, folder, path, info)) {
                carrier.leave(path, u"it would hide the release's %1"_s.arg(QString::fromLocal8Bit(*hidden)));
            } else if (S_ISDIR(info.st_mode) && info.st_dev != top.st_dev) {
                carrier.leave(path, u"another file system is mounted there"_s);
            } else if (S_ISDIR(info.st_mode)) {
                carrier.folder(path);
            } else {
                carrier.file(path);
            }
            return true;
        },
        [&carrier](const QByteArray &path) { carrier.leave(path, u"it can't be read"_s); });
}

// Moves back what had to be moved, for an exchange that never happened.
Outcome carryBack(const ReleasePaths &paths, const QString &from, const QString &to)
{
    const auto own = readOwnFiles(paths, from);
    if (!own || !*own) {
        return own ? Outcome() : fail(own.error());
    }
    Carrier carrier(from, to);
    const QByteArray there = QFile::encodeName(to) + '/';
    return walk(from, [&](const QByteArray &path, const struct stat &info) {
        if (!S_ISDIR(info.st_mode) && !(*own)->contains(path) && !exists(there + path)) {
            (void)carrier.move(path);
        }
        return true;
    });
}

} // namespace

Result<CarriedOver> carryOver(const ReleasePaths &paths, const QString &from, const QString &to,
                              const QStringList &dropped)
{
    auto listed = readOwnFiles(paths, from);
    if (!listed) {
        return fail(std::move(listed).error());
    }
    Owners owners{*std::move(listed), {}, dropped};
    auto own = ownFilesOf(paths, to, from, owners.from);
    if (!own) {
        return fail(std::move(own).error());
    }
    owners.to = *std::move(own);
    Carrier carrier(from, to);
    const Outcome walked = carryAll(owners, from, carrier);
    carrier.setModes();
    if (!walked) {
        return fail(walked.error());
    }
    if (carrier.error()) {
        return fail(*carrier.error());
    }
    if (!owners.from) {
        const auto all = everythingIn(from);
        const auto noted = all ? noteOwnFiles(paths, from, *all - carrier.carried()) : fail(all.error());
        if (!noted) {
            return fail(noted.error());
        }
    }
    if (auto synced = carrier.carried().isEmpty() ? Outcome() : syncFileSystemOf(to); !synced) {
        return fail(std::move(synced).error());
    }
    return carrier.done();
}

namespace {

Outcome carryForRestore(const ReleasePaths &paths, quint64 stagedId)
{
    const auto isIn = system::isAt(paths.installed(), stagedId);
    const auto isStaged = system::isAt(paths.staged(), stagedId);
    if (!isIn || !isStaged) {
        return fail(isIn ? isStaged.error() : isIn.error());
    }
    if (*isStaged) {
        return carryBack(paths, paths.staged(), paths.installed());
    }
    // Without a list (of an agent that kept none) the failed release's files would be taken for the meter's.
    const auto listed = readOwnFiles(paths, paths.installed());
    if (!listed) {
        return fail(listed.error());
    }
    if (!*isIn || !*listed) {
        return {};
    }
    const auto carried = carryOver(paths, paths.installed(), paths.staged());
    if (!carried) {
        return fail(carried.error());
    }
    for (const QString &left : carried->left) {
        qCWarning(lcUpdate) << "not carried over to the release that returns:" << left;
    }
    return {};
}

} // namespace

Outcome forgetCarried(const ReleasePaths &paths)
{
    const auto kept = readOwnFiles(paths, paths.previous());
    const auto installed = readOwnFiles(paths, paths.installed());
    if (!kept || !installed || !*kept || !*installed) {
        return {}; // the next update tidies up
    }
    const QByteArray from = QFile::encodeName(paths.previous()) + '/';
    const QByteArray there = QFile::encodeName(paths.installed()) + '/';
    return walk(paths.previous(), [&](const QByteArray &path, const struct stat &info) {
        const bool isMeters = !(*kept)->contains(path) && !(*installed)->contains(path);
        if (isMeters && !S_ISDIR(info.st_mode) && exists(there + path)) {
            ::unlink((from + path).constData());
        }
        return !isCache(path);
    });
}

Result<CarriedOver> exchangeReleases(const ReleasePaths &paths, quint64 stagedId, const QStringList &dropped)
{
    CarriedOver carried;
    const auto isStaged = system::isAt(paths.staged(), stagedId);
    if (!isStaged) {
        return fail(isStaged.error());
    }
    if (*isStaged) {
        auto done = carryOver(paths, paths.installed(), paths.staged(), dropped);
        if (!done) {
            return fail(std::move(done).error());
        }
        carried = *std::move(done);
    }
    if (auto exchanged = system::exchangeIn(paths.installed(), paths.staged(), stagedId); !exchanged) {
        return fail(std::move(exchanged).error());
    }
    return carried;
}

Result<system::RollBack> restoreRelease(const ReleasePaths &paths, quint64 stagedId, Carrying carrying)
{
    const Outcome carried = carryForRestore(paths, stagedId);
    if (!carried && carrying == Carrying::Required) {
        return fail(carried.error());
    }
    if (!carried) {
        qCWarning(lcUpdate) << "what the meter has made since stays with the failed release:" << carried.error();
    }
    return system::rollBackExchange(paths.installed(), paths.staged(), stagedId);
}

} // namespace sgn::update
