// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/Privileges.h"

#include "system/UserAccount.h"

#include <grp.h>
#include <pwd.h>
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
    const auto owner = ownerOfFolder(root);
    if (!owner) {
        return fail(owner.error());
    }
    if (::geteuid() != 0 || owner->user == 0) {
        return {};
    }
    if (!takeGroups(owner->user, owner->group) || ::setuid(owner->user) != 0 || ::setuid(0) == 0) {
        return fail(ErrorCode::Refused, u"cannot switch to the owner of "_s + root);
    }
    return {};
}

} // namespace sgn::system
