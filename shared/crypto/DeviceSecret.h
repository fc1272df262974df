// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/SecureBytes.h"

#include <QString>

namespace sgn {

// The secret of one device from which the key of its config_file.bin is derived: 32 random bytes in a file of its own,
// by default <root>/cfg/device.key, readable by root and the agent's user only.
inline constexpr qsizetype deviceSecretSize = 32;

// NotFound when there is no such file; Refused when others than owner and group may read or write it; BadFile when it
// isn't 32 bytes; Io.
[[nodiscard]] Result<SecureBytes> loadDeviceSecret(const QString &path);

// Makes a new secret and its file (mode 0600, synced). Refused when the file exists already: a secret is never
// overwritten, because every config file made with it would be lost. Errors: Io, NoSpace.
[[nodiscard]] Result<SecureBytes> createDeviceSecret(const QString &path);

} // namespace sgn
