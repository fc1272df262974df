// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/DeviceConfig.h"

namespace sgn {

// The keys that root has put where the owner of the device's folder can change nothing: beside the watchdog's own
// release, by seed step (11) /home/root/WatchDog.keys. Readable by all; written by sgn-provision:
//   {"release_keys": [JSON Web Keys], "operator_keys": [JSON Web Keys]}
// config_file.bin can list keys as well, but its folder is the owner's.
struct RootKeys
{
    // Empty: what config_file.bin lists counts.
    QList<PublicKey> releaseKeys;
    QList<PublicKey> operatorKeys;

    static constexpr QLatin1StringView suffix{".keys"};
};

// BadFile with the path and the wrong field, or when neither list has a key: a file that binds nothing is a mistake.
// NotFound where root has no such file; Refused (a link or no file), TooLarge, Io.
[[nodiscard]] Result<RootKeys> loadRootKeys(const QString &path);

// Root's lists in place of those of the configuration, where root has any.
[[nodiscard]] DeviceConfig withRootKeys(DeviceConfig config, const RootKeys &keys);

// What loadRootKeys() reads.
[[nodiscard]] QByteArray encodeRootKeys(const RootKeys &keys);

} // namespace sgn
