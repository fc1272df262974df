// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/SealedConfig.h"

#include "config/ConfigSerial.h"
#include "config/DeviceConfig.h"
#include "crypto/DeviceSecret.h"

#include <QDateTime>
#include <QRandomGenerator>

namespace sgn::card {

namespace {

bool holds(const SealedConfig &present, EnvelopeVersion version, const QByteArray &json)
{
    if (present.file.isEmpty() || envelopeVersion(present.file) != version) {
        return false;
    }
    const auto plain = decryptEnvelope(present.file, SecureBytes(QByteArrayView(present.deviceKey)));
    return plain && areSameConfigs(QByteArray::fromRawData(plain->view().data(), plain->size()), json);
}

QByteArray newKey()
{
    QByteArray key(deviceSecretSize, '\0');
    for (char &byte : key) {
        byte = static_cast<char>(QRandomGenerator::system()->bounded(256));
    }
    return key;
}

} // namespace

Result<SealedConfig> sealConfig(const QByteArray &json, EnvelopeVersion version, const SealedConfig &present)
{
    if (const auto config = parseDeviceConfig(json); !config) {
        return fail(config.error());
    }
    SealedConfig sealed;
    if (version == EnvelopeVersion::V2) {
        sealed.deviceKey = present.deviceKey.size() == deviceSecretSize ? present.deviceKey : newKey();
    }
    if (holds({present.file, sealed.deviceKey}, version, json)) {
        sealed.file = present.file;
        return sealed;
    }
    auto file = version == EnvelopeVersion::V1 ? encryptV1(json)
                                               : encryptV2(withSerial(json, QDateTime::currentMSecsSinceEpoch()),
                                                           SecureBytes(QByteArrayView(sealed.deviceKey)));
    if (!file) {
        return fail(std::move(file).error());
    }
    sealed.file = *std::move(file);
    return sealed;
}

} // namespace sgn::card
