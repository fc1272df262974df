// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <optional>
#include <QByteArray>

namespace sgn::card {

// A network that a device is to join.
struct Wifi
{
    QByteArray ssid;                           // 1 to 32 bytes
    QByteArray country;                        // ISO 3166: "DE"; without it the radio stays off
    std::optional<QByteArray> passphrase = {}; // 8 to 63 characters, or a key of 64 hexadecimal digits; nullopt: open
    bool isHidden = false;

    friend bool operator==(const Wifi &, const Wifi &) = default;
};

// All functions here are pure.

// BadRequest: what no network can have (IEEE 802.11), with a sentence that names no secret.
[[nodiscard]] Outcome checkWifi(const Wifi &wifi);

// A connection of NetworkManager (nm-settings-keyfile(5)).
[[nodiscard]] QByteArray networkManagerConnection(const Wifi &wifi);

// network-config of cloud-init (netplan's version 2).
[[nodiscard]] QByteArray cloudNetworkConfig(const Wifi &wifi);

// Whether a network-config has nothing that counts, or was written by cloudNetworkConfig().
[[nodiscard]] bool mayReplaceNetworkConfig(const QByteArray &present);

// wpa_supplicant.conf(5) with this network in place of an earlier one of ours; other lines stay.
[[nodiscard]] QByteArray wpaSupplicantConf(const Wifi &wifi, const QByteArray &present);

// cmdline.txt of the boot files with the country that the radio works in; other words stay.
[[nodiscard]] QByteArray withCountry(const QByteArray &cmdline, const QByteArray &country);

// NetworkManager.state with the radio on; other lines stay.
[[nodiscard]] QByteArray withWirelessOn(const QByteArray &state);

} // namespace sgn::card
