// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/UserAccount.h"

#include "base/SystemError.h"
#include "system/OwnFolders.h"

#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <QFile>
#include <QFileInfo>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::system {

using namespace Qt::StringLiterals;

Result<UserAccount> accountOf(uid_t user)
{
    // One thread, so the static buffer of getpwuid is ours.
    const passwd *const entry = ::getpwuid(user);
    if (entry == nullptr) {
        return fail(ErrorCode::NotFound, u"user number %1 has no account on this machine"_s.arg(user));
    }
    UserAccount account{user, entry->pw_gid, {}, QByteArray(entry->pw_name), QByteArray(entry->pw_dir)};
    int count = 32;
    account.groups.resize(static_cast<size_t>(count));
    if (::getgrouplist(account.name.constData(), account.group, account.groups.data(), &count) < 0) {
        account.groups.resize(static_cast<size_t>(count));
        if (::getgrouplist(account.name.constData(), account.group, account.groups.data(), &count) < 0) {
            return fail(ErrorCode::Internal, u"cannot read the groups of user number %1"_s.arg(user));
        }
    }
    account.groups.resize(static_cast<size_t>(count));
    return account;
}

bool hasOtherMembers(gid_t group, uid_t user)
{
    const auto isOther = [user](const passwd *account) {
        return account != nullptr && account->pw_uid != 0 && account->pw_uid != user;
    };
    // Those that are listed in the group, and those whose own group it is.
    const ::group *const entry = ::getgrgid(group);
    for (char **name = entry != nullptr ? entry->gr_mem : nullptr; name != nullptr && *name != nullptr; ++name) {
        if (isOther(::getpwnam(*name))) {
            return true;
        }
    }
    bool found = false;
    ::setpwent();
    for (const passwd *account = ::getpwent(); account != nullptr && !found; account = ::getpwent()) {
        found = account->pw_gid == group && isOther(account);
    }
    ::endpwent();
    return found;
}

Result<FolderOwner> ownerOfFolder(const QString &root)
{
    struct stat info
    {
    };
    if (::stat(QFile::encodeName(root).constData(), &info) != 0) {
        return fail(systemError(u"cannot use the root folder "_s + root, errno));
    }
    if (!S_ISDIR(info.st_mode)) {
        return fail(ErrorCode::Refused, u"the root folder %1 is not a folder"_s.arg(root));
    }
    if (info.st_uid == 0 && ::geteuid() == 0) {
        if (const auto checked = checkFoldersAreOurs(QFileInfo(root).absoluteFilePath()); !checked) {
            return fail(
                checked.error().withContext(u"the root folder %1 is root's, but not chosen by root"_s.arg(root)));
        }
    }
    return FolderOwner{info.st_uid, info.st_gid};
}

Result<UserAccount> ownerOfRoot(const QString &root)
{
    const auto owner = ownerOfFolder(root);
    return owner ? accountOf(owner->user) : fail(owner.error());
}

void FileRights::take(const UserAccount &account)
{
    ::setgroups(account.groups.size(), account.groups.data());
    ::setfsgid(account.group);
    ::setfsuid(account.user);
}

void FileRights::giveBack()
{
    ::setfsuid(0);
    ::setfsgid(0);
    ::setgroups(0, nullptr);
}

FileRights::FileRights(const UserAccount &account)
    : m_active(::geteuid() == 0 && account.user != 0)
{
    if (m_active) {
        take(account);
    }
}

FileRights::~FileRights()
{
    if (m_active) {
        giveBack();
    }
}

OwnRights::OwnRights(const UserAccount &account)
    : m_account(account)
    // Not within another such scope; a request for an impossible user returns the present one.
    , m_active(::geteuid() == 0 && ::setfsuid(static_cast<uid_t>(-1)) != 0)
{
    if (m_active) {
        FileRights::giveBack();
    }
}

OwnRights::~OwnRights()
{
    if (m_active) {
        FileRights::take(m_account);
    }
}

} // namespace sgn::system
