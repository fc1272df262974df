// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/DeviceConfig.h"
#include "technician/CheckFacts.h"
#include "technician/Place.h"

namespace sgn::technician {

// Looks at this machine for `check`. Nothing is changed, and nothing here waits for a network.
[[nodiscard]] AccountFacts readAccountFacts(const DeviceTree &tree);
[[nodiscard]] DiskFacts readDiskFacts(const QString &folder);
// The seed's folders (step 06), certificate, configuration and key, the agent, and the programs in the watchdog's
// table.
[[nodiscard]] QList<FileFacts> readFileFacts(const DeviceTree &tree);
// `config`: where it could be read. The fields of the server stay empty.
[[nodiscard]] ClockFacts readClockFacts(const Result<DeviceConfig> &config, const DeviceTree &tree);

// One file as it is. `owner` is that of the device's folder.
[[nodiscard]] FileFacts readFileFact(const QString &path, FileFacts::Kind kind, bool isRequired, uid_t owner);

// Whether an interface other than loopback is up and has an address.
[[nodiscard]] bool hasNetwork();
// The addresses that resolv.conf(5) names.
[[nodiscard]] QStringList nameServersIn(const QByteArray &resolvConf);
[[nodiscard]] QStringList readNameServers();

} // namespace sgn::technician
