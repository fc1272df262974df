// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QString>
#include <sys/types.h>
#include <vector>

namespace sgn::system {

// A user of this machine, as a program needs to know it to run as that user.
struct UserAccount
{
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups; // all of them
    QByteArray name;
    QByteArray home;
};

// Looks the user up in the machine's accounts. NotFound when it has none.
[[nodiscard]] Result<UserAccount> accountOf(uid_t user);

// Whether a group has members other than root and the user.
[[nodiscard]] bool hasOtherMembers(gid_t group, uid_t user);

// A folder's owner, as numbers.
struct FolderOwner
{
    uid_t user = 0;
    gid_t group = 0;
};

// The owner of the device's root folder. With the owner's rights everything below it is done (FileRights), so no other
// user may choose which folder it is: to a process of root, one of root's is Refused unless checkFoldersAreOurs()
// (OwnFolders.h) succeeds for it. Refused as well for another thing than a folder; NotFound, Io.
[[nodiscard]] Result<FolderOwner> ownerOfFolder(const QString &root);

// The same with the owner's account; NotFound also where there is none.
[[nodiscard]] Result<UserAccount> ownerOfRoot(const QString &root);

// Makes root do all its work on files with the rights of `account` (setfsuid(2)), so that a link that the owner of the
// device's folder has planted leads us nowhere where the owner couldn't go. Signals and starting programs as others are
// still root's. Undone when the scope ends; does nothing when we aren't root.
class FileRights
{
public:
    explicit FileRights(const UserAccount &account);
    ~FileRights();
    FileRights(const FileRights &) = delete;
    FileRights &operator=(const FileRights &) = delete;

private:
    friend class OwnRights;
    static void take(const UserAccount &account);
    static void giveBack();

    bool m_active = false;
};

// Within the scope of a FileRights(`account`): our own rights again, for our own folders. Such a folder must be one
// that no other user can change.
class OwnRights
{
public:
    explicit OwnRights(const UserAccount &account);
    ~OwnRights();
    OwnRights(const OwnRights &) = delete;
    OwnRights &operator=(const OwnRights &) = delete;

private:
    const UserAccount &m_account;
    bool m_active = false;
};

} // namespace sgn::system
