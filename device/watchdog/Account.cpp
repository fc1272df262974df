// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/Account.h"

#include <grp.h>
#include <pwd.h>
#include <sys/fsuid.h>
#include <unistd.h>

namespace sgn::watchdog {

using namespace Qt::StringLiterals;

Result<Account> accountOf(uid_t user)
{
    // One thread, so the static buffer of getpwuid is ours.
    const passwd *const entry = ::getpwuid(user);
    if (entry == nullptr) {
        return fail(ErrorCode::NotFound, u"user number %1 has no account on this machine"_s.arg(user));
    }
    Account account{user, entry->pw_gid, {}, QByteArray(entry->pw_name), QByteArray(entry->pw_dir)};
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

FileRights::FileRights(const Account &account)
    : m_active(::geteuid() == 0 && account.user != 0)
{
    if (m_active) {
        ::setgroups(account.groups.size(), account.groups.data());
        ::setfsgid(account.group);
        ::setfsuid(account.user);
    }
}

FileRights::~FileRights()
{
    if (m_active) {
        ::setfsuid(0);
        ::setfsgid(0);
        ::setgroups(0, nullptr);
    }
}

} // namespace sgn::watchdog
