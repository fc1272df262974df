// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/ConfigEnvelope.h"

#include <QByteArray>

namespace sgn::card {

// config_file.bin, and device.key where it is needed to open it.
struct SealedConfig
{
    QByteArray file;
    QByteArray deviceKey;

    friend bool operator==(const SealedConfig &, const SealedConfig &) = default;
};

// A configuration as a card is to have it. What is on the card already stays if it opens and holds the same text;
// otherwise it is sealed anew, under the card's own key where it has one. BadFile with the first field that is wrong.
[[nodiscard]] Result<SealedConfig> sealConfig(const QByteArray &json, EnvelopeVersion version,
                                              const SealedConfig &present);

} // namespace sgn::card
