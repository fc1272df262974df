// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/ConfigEnvelope.h"

#include <QString>
#include <QStringList>

namespace sgn::provision {

// What `sgn-provision encrypt` does to files, seed step (13).
struct EncryptRequest
{
    QString input;
    QString output;
    EnvelopeVersion version = EnvelopeVersion::V2;
    QString keyFile; // V2 only; made when it doesn't exist
};

enum class KeyFileState { NotUsed, Existed, Made };

struct Encrypted
{
    KeyFileState key = KeyFileState::NotUsed;
    QStringList remarks; // see DeviceConfig
};

// Checks that the input is a complete config, then writes the output (mode 0600, whole or not at all). As root, output
// and key file get the owner of the folder they are in, so that the agent can read what root provisions. Errors: as
// loadDeviceConfig() names them, for the input too; nothing is written then.
[[nodiscard]] Result<Encrypted> encryptConfigFile(const EncryptRequest &request);

enum class Secrets { Hide, Show };

struct DecryptedConfig
{
    SecureBytes text; // JSON; as it was encrypted, or indented with its secrets replaced
    QString problem;  // why a device would refuse it, or empty
};

// Opens a file of either version; `keyFile` is only read for V2. BadFile also when no JSON object comes out.
[[nodiscard]] Result<DecryptedConfig> decryptConfigFile(const QString &input, const QString &keyFile, Secrets secrets);

// cfg/device.key beside cfg/config_file.bin.
[[nodiscard]] QString defaultKeyFile(const QString &configFile);

} // namespace sgn::provision
