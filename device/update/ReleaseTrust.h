// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/PublicKey.h"
#include "release/ReleaseManifest.h"
#include "update/Task.h"

#include <optional>
#include <QDateTime>
#include <QList>

namespace sgn::update {

// What the device's configuration requires of an update (config_file.bin).
struct Policy
{
    bool allowHttp = false;       // releases may come by plain http
    QList<PublicKey> releaseKeys; // not empty: only what one of them has signed is installed
    bool hasOperatorKeys = false; // every order has been signed by an operator
    bool mustBeSigned = false;    // also where there are no release keys, as for what a stick has brought
};

enum class Downgrade { Refused, Allowed };

// A task as it may be carried out.
struct TrustedRelease
{
    Task task; // with the hash and size that were signed
    // By path in the zip; empty: nothing more than the zip's own hash is known.
    QMap<QString, ReleaseFile> files;
    Downgrade downgrade = Downgrade::Refused;
    std::optional<QDateTime> created = {}; // as it was signed
};

// Whether the release may be tried at all, by the command alone: its address, its signed manifest, and that both are
// about the same release. `force`, or a rollback, may install an older release only if the device takes any release,
// the command is an operator's, or the release's own signature allows it (RAUC, TUF). BadRequest for an address that
// isn't https, NotSigned, BadSignature, HashMismatch.
[[nodiscard]] Result<TrustedRelease> trustRelease(const Task &task, const Policy &policy);

} // namespace sgn::update
