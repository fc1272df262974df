// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/DeviceConfig.h"
#include "crypto/ConfigEnvelope.h"
#include "fuzz/Fuzz.h"

using namespace sgn;
using namespace sgn::fuzz;

// config_file.bin, encrypted by another program, and the text in it. A changed byte of the second envelope is noticed.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray content = bytesOf(data, size);
    const SecureBytes secret(QByteArrayView(QByteArray(32, 'k')));
    if (const auto plain = decryptEnvelope(content, secret)) {
        (void)parseDeviceConfig(plain->view());
    }
    if (const auto config = parseDeviceConfig(content)) {
        require(!config->clientJid.isEmpty() && !config->panelJid.isEmpty() && !config->rpiUniqueId.isEmpty());
    }
    if (size > 0 && size < 4096) {
        auto file = encryptV2(content, secret);
        require(file.has_value());
        const auto opened = decryptEnvelope(*file, secret);
        require(opened && opened->view() == content);
        const auto at = static_cast<qsizetype>((data[0] * 257U + data[size - 1]) % static_cast<size_t>(file->size()));
        (*file)[at] = static_cast<char>((*file)[at] ^ (data[size / 2] | 1));
        require(!decryptEnvelope(*file, secret) || envelopeVersion(*file) == EnvelopeVersion::V1);
    }
    return 0;
}
