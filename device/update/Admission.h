// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Command.h"
#include "protocol/Process.h"

#include <QList>

namespace sgn::update {

// What the device's owner demands of an update (config_file.bin).
struct Policy
{
    bool allowHttp = false;      // releases may come by plain http
    bool needsSignature = false; // there are release_keys
};

// What is installed, as far as it is known.
struct Installed
{
    QList<ProcessReport> processes; // empty when the watchdog couldn't be asked
    int agentVersion = 0;
};

enum class Admission { Install, AlreadyInstalled };

// Whether the update may be tried at all, by what the command says alone. BadRequest for an address that isn't https,
// NotSigned.
[[nodiscard]] Outcome checkPolicy(const UpdateCommand &command, const Policy &policy);

// Whether there is anything to do. Downgrade when any version is lower than what is installed; `force` installs in any
// case.
[[nodiscard]] Result<Admission> admit(const UpdateCommand &command, const Installed &installed);

} // namespace sgn::update
