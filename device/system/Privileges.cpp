// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/Privileges.h"

#include "base/SystemError.h"

#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <QFile>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::system {

using namespace Qt::StringLiterals;

namespace {

bool takeGroups(uid_t owner, gid_t folderGroup)
{
    if (const passwd *const account = ::getpwuid(owner)) {
        return ::initgroups(account->pw_name, account->pw_gid) == 0 && ::setgid(account->pw_gid) == 0;
    }
    // An owner without a name, as on a card from another machine.
    return ::setgroups(1, &folderGroup) == 0 && ::setgid(folderGroup) == 0;
}

} // namespace

Outcome becomeOwnerOf(const QString &root)
{
    struct stat folder
    {
    };
    if (::stat(QFile::encodeName(root).constData(), &folder) != 0) {
        return fail(systemError(u"cannot find the root folder "_s + root, errno));
    }
    if (::geteuid() != 0 || folder.st_uid == 0) {
        return {};
    }
    if (!takeGroups(folder.st_uid, folder.st_gid) || ::setuid(folder.st_uid) != 0 || ::setuid(0) == 0) {
        return fail(ErrorCode::Refused, u"cannot switch to the owner of "_s + root);
    }
    return {};
}

} // namespace sgn::system
