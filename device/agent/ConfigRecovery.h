// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/DeviceTree.h"
#include "config/DeviceConfig.h"

namespace sgn::agent {

// The configuration to start with, and what had to be done for it.
struct RecoveredConfig
{
    DeviceConfig config;
    QString remark; // a sentence for the log and the panel; empty: nothing
};

// At each start of the agent, before anything else reads the configuration: continues a config_update that a power cut
// or a restart interrupted (the file that its phase wants is put in place), and replaces a config_file.bin that is
// missing or damaged by the copy of the last one by which the device came online. What is replaced is quarantined.
// Errors: those of loadDeviceConfig(), when there is no copy that can be read either.
[[nodiscard]] Result<RecoveredConfig> recoverConfig(const DeviceTree &tree);

// Once the device is online: makes config_file.bin the copy, unless it is that already.
[[nodiscard]] Outcome keepGoodConfig(const DeviceTree &tree);

// Replaces config_file.bin durably; readable by its owner only, or with the mode it had.
[[nodiscard]] Outcome writeConfigFile(const DeviceTree &tree, const QByteArray &file);

} // namespace sgn::agent
