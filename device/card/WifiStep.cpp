// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/WifiStep.h"

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

Wish rootsFile(const QByteArray &path, const QByteArray &content, mode_t mode)
{
    return {.path = path, .content = content, .mode = mode};
}

Wish connection(const Wifi &wifi)
{
    // Others may not read the passphrase; NetworkManager ignores files that they may.
    return rootsFile("/etc/NetworkManager/system-connections/sgn-wifi.nmconnection", networkManagerConnection(wifi),
                     0600);
}

} // namespace

Result<Step> wifiStep(const Wifi &wifi, const CardFacts &facts, const PresentFiles &present)
{
    if (auto checked = checkWifi(wifi); !checked) {
        return fail(std::move(checked).error());
    }
    Step step{u"Wi-Fi"_s, {}};
    const PresentPaths paths(facts);
    switch (facts.network) {
    case NetworkBy::WpaSupplicant:
        step.wishes += rootsFile(paths.wpaSupplicant, wpaSupplicantConf(wifi, present.wpaSupplicant), 0600);
        break;
    case NetworkBy::NetworkManager:
        step.wishes += connection(wifi);
        break;
    case NetworkBy::CloudInit:
        if (!mayReplaceNetworkConfig(present.networkConfig)) {
            return fail(ErrorCode::Refused,
                        u"%1 has a configuration of its own; add the network there, or remove it"_s.arg(
                            QString::fromUtf8(paths.networkConfig)));
        }
        // It is read at the first boot alone.
        if (facts.hasBooted && cloudNetworkConfig(wifi) != present.networkConfig) {
            step.wishes += connection(wifi);
        }
        step.wishes += rootsFile(paths.networkConfig, cloudNetworkConfig(wifi), 0644);
    }
    // The radio is off until a country is set, by rfkill and by NetworkManager.
    if (facts.hasBootFiles && facts.network != NetworkBy::WpaSupplicant) {
        // Its first line is all that counts. With the country alone in it, the kernel would find no root.
        if (present.cmdline.split('\n').constFirst().trimmed().isEmpty()) {
            return fail(ErrorCode::Refused,
                        u"%1 is missing or begins with an empty line, so that the card doesn't boot: restore it from "
                        "the image that the card was made of"_s.arg(QString::fromUtf8(paths.cmdline)));
        }
        step.wishes += rootsFile(paths.cmdline, withCountry(present.cmdline, wifi.country), 0755);
    }
    for (const QByteArray &radio : present.radios) {
        step.wishes += rootsFile(radio, "0\n", 0644);
    }
    if (const QByteArray on = withWirelessOn(present.networkState); !present.networkState.isEmpty()) {
        step.wishes += rootsFile(paths.networkState, on, 0644);
    }
    return step;
}

} // namespace sgn::card
