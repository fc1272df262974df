// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/DeviceTree.h"
#include "card/CardFacts.h"
#include "card/Volume.h"
#include "card/Wifi.h"

#include <optional>
#include <QDateTime>
#include <QList>
#include <QString>

namespace sgn::card {

// One step of provisioning (seed steps 02 to 13): what has to be on a card for it to be done. Steps are values: they
// are compared with a card (Comparison.h) to check it, to show what would change, and to change it.
struct Step
{
    QString name; // "02 password"
    QList<Wish> wishes;
};

// What an operator wants on a card; what isn't given stays as it is.
struct CardOrder
{
    enum class Init { Systemd, Cron };
    enum class PasswordHashing { OfTheCard, Md5 };

    std::optional<QByteArray> password; // of the first user
    PasswordHashing hashing = PasswordHashing::OfTheCard;
    QByteArray timeZone; // "Europe/Berlin"
    QByteArray hostName;
    QList<QByteArray> sshKeys; // lines of authorized_keys of the first user
    bool ssh = false;          // the server is to run
    QByteArray caCertificate;  // PEM
    // config_file.bin, encrypted, and device.key where it has a key of its own.
    QByteArray configFile;
    QByteArray deviceKey;
    QByteArray rootKeys;      // WatchDog.keys
    std::optional<Init> init; // what starts the watchdog at boot
    std::optional<Wifi> wifi;
    bool hardwareWatchdog = false; // is to be used
    QByteArrayList timeServers;
};

// What the steps have to know of files that they change in part.
struct PresentFiles
{
    QByteArray shadow;
    QByteArray hosts;
    QByteArray authorizedKeys;
    QByteArray rootsCrontab;
    QByteArray passwd = {};
    QByteArray wpaSupplicant = {}; // wpa_supplicant.conf
    QByteArray networkState = {};  // NetworkManager.state
    QByteArray cmdline = {};       // of the boot files
    QByteArray bootConfig = {};    // config.txt
    QByteArray networkConfig = {}; // network-config
    QByteArrayList radios = {};    // files in which rfkill's state of each Wi-Fi is kept, by their paths
};

// Where these are on a card.
struct PresentPaths
{
    QByteArray shadow;
    QByteArray hosts;
    QByteArray authorizedKeys;
    QByteArray rootsCrontab;
    QByteArray passwd;
    QByteArray wpaSupplicant;
    QByteArray networkState;
    QByteArray cmdline;
    QByteArray bootConfig;
    QByteArray networkConfig;
    QByteArray radios; // their folder

    explicit PresentPaths(const CardFacts &facts);
};

// Reads them; what isn't there is empty. Errors as Volume's.
[[nodiscard]] Result<PresentFiles> readPresentFiles(const CardFacts &facts, Volume &card);

// The device's folder below the home of its owner (seed step 06).
[[nodiscard]] DeviceTree treeOf(const CardUser &owner);

// The steps that the order has, in the seed's order. `today` is for shadow(5). BadRequest: something in the order that
// no card can have, such as an unknown form of a host name. Pure.
[[nodiscard]] Result<QList<Step>> stepsFor(const CardOrder &order, const CardFacts &facts, const PresentFiles &present,
                                           QDate today);

// BadRequest for what no machine can be called (RFC 1123 section 2.1).
[[nodiscard]] Outcome checkHostName(const QByteArray &name);

// hosts(5) with the line for this machine's own name; other lines stay.
[[nodiscard]] QByteArray withOwnName(const QByteArray &hosts, const QByteArray &name);

// crontab(5) without the lines that an earlier provisioning wrote, and without these; other lines stay.
[[nodiscard]] QByteArray withoutCronLines(const QByteArray &crontab, const QByteArray &lines);

// crontab(5) with these lines in place of those that an earlier provisioning wrote; other lines stay.
[[nodiscard]] QByteArray withCronLines(const QByteArray &crontab, const QByteArray &lines);

} // namespace sgn::card
