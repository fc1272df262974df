// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/Place.h"

#include "system/Privileges.h"
#include "system/UserAccount.h"

#include <unistd.h>

namespace sgn::technician {

using namespace Qt::StringLiterals;

namespace {

// Names of Linux have 32 bytes at most.
constexpr qsizetype maxName = 64;

} // namespace

Outcome enterPlace(const Place &place)
{
    const auto owner = system::ownerOfRoot(place.tree.root());
    if (!owner) {
        return fail(ErrorCode::NotFound,
                    owner.error().message + u"; name the device's folder: sgn-device COMMAND --folder DIR"_s);
    }
    if (::geteuid() != 0 && ::geteuid() != owner->user) {
        return fail(ErrorCode::Refused,
                    u"the device's folder %1 belongs to %2: run this program as that user, by sudo -u %2"_s.arg(
                        place.tree.root(), QString::fromLocal8Bit(owner->name)));
    }
    return system::becomeOwnerOf(place.tree.root());
}

QString nameOfUser()
{
    const QString name = qEnvironmentVariable("SUDO_USER");
    if (!name.isEmpty()) {
        return name.left(maxName);
    }
    const auto account = system::accountOf(::getuid());
    return account ? QString::fromLocal8Bit(account->name) : u"user number %1"_s.arg(::getuid());
}

} // namespace sgn::technician
