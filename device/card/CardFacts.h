// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Volume.h"

#include <optional>
#include <QString>

namespace sgn::card {

// The first user of a card, who owns the device's folder: "pi" on old cards.
struct CardUser
{
    QByteArray name;
    uid_t uid = 0;
    gid_t gid = 0;
    QByteArray home; // a path on the card
    QByteArray shell;

    friend bool operator==(const CardUser &, const CardUser &) = default;
};

// Who brings up the network at boot, and so reads what is configured of it.
enum class NetworkBy { WpaSupplicant, NetworkManager, CloudInit };

// What kind of system is on a card, as far as the steps of provisioning depend on it.
struct CardFacts
{
    int release = 0;      // of Debian: 10 is Buster
    QString codename;     // "bookworm"
    QString architecture; // of its packages: "armhf", "arm64"
    QByteArray python;    // "3.11"; empty: none
    CardUser user;
    QByteArray hostName;
    QByteArray timeZone;    // "Europe/Berlin"; empty: unknown
    gid_t crontabGroup = 0; // that owns users' crontabs
    NetworkBy network = NetworkBy::WpaSupplicant;
    QByteArray bootFolder;  // where the boot files are at runtime: "/boot" or "/boot/firmware"
    bool hasBooted = false; // cloud-init has run on it
    // Its first boot will ask for a user at the screen, unless the boot files name one.
    bool hasFirstBootWizard = false;
    bool hasBootFiles = false; // they are there: their partition is in the image, or mounted

    // Whether its crypt(3) knows yescrypt ("$y$").
    [[nodiscard]] bool hasYescrypt() const { return release >= 11; }
};

// Looks at a card's root. Refused, with a sentence for the operator, when it isn't a root of Raspberry Pi OS.
[[nodiscard]] Result<CardFacts> readCardFacts(Volume &root);

// Where the boot files of a card with this root are at runtime.
[[nodiscard]] Result<QByteArray> bootFolderOf(Volume &root);

// "NAME=value" of os-release(5), without quotes; empty where there is none.
[[nodiscard]] QByteArray osReleaseField(const QByteArray &osRelease, const QByteArray &name);

// The user of that number in passwd(5); nullopt: none, or the line is damaged.
[[nodiscard]] std::optional<CardUser> userIn(const QByteArray &passwd, uid_t uid);

// The number of a group in group(5); nullopt: none.
[[nodiscard]] std::optional<gid_t> groupIn(const QByteArray &group, const QByteArray &name);

} // namespace sgn::card
