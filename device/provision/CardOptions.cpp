// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/CardOptions.h"

#include "base/AtomicFile.h"
#include "config/RootKeys.h"
#include "crypto/CaBundle.h"
#include "provision/PlainText.h"
#include "provision/Secrets.h"

#include <QFileInfo>

namespace sgn::provision {

using namespace Qt::StringLiterals;
using namespace card;

namespace {

constexpr qint64 maxFile = 4 * 1024 * 1024;

// It would lie on every card, where all can read it.
Result<QByteArray> readAuthority(const QString &path)
{
    auto pem = path.isEmpty() ? Result<QByteArray>() : readFile(path, maxFile);
    if (!pem || path.isEmpty()) {
        return pem;
    }
    const auto good = checkCaBundle(*pem, QDateTime::currentDateTimeUtc());
    return good ? pem : fail(good.error().withContext(path));
}

Result<QByteArray> readRootKeys(const QString &path)
{
    if (path.isEmpty()) {
        return QByteArray();
    }
    const auto keys = loadRootKeys(QFileInfo(path).canonicalFilePath());
    return keys || !QFileInfo::exists(path) ? readFile(path, maxFile) : fail(keys.error());
}

Result<QByteArrayList> readSshKeys(const QString &path)
{
    const auto bytes = readFile(path, maxFile);
    const auto text = bytes ? plainText(*bytes) : fail(bytes.error());
    if (!text) {
        return fail(bytes ? text.error().withContext(path) : bytes.error());
    }
    QByteArrayList keys;
    for (const QByteArray &line : text->split('\n')) {
        if (const QByteArray key = line.trimmed(); !key.isEmpty() && !key.startsWith('#')) {
            keys += key;
        }
    }
    return keys.isEmpty() ? fail(ErrorCode::BadFile, u"%1 has no key in it"_s.arg(path)) : Result<QByteArrayList>(keys);
}

Result<CardOrder> readOrder(const QCommandLineParser &parser)
{
    CardOrder order;
    auto secrets = readSecrets(parser);
    if (!secrets) {
        return fail(std::move(secrets).error());
    }
    order.password = secrets->password;
    if (parser.isSet(u"md5-crypt"_s)) {
        order.hashing = CardOrder::PasswordHashing::Md5;
    }
    if (parser.isSet(u"wifi-ssid"_s)) {
        order.wifi = Wifi{.ssid = parser.value(u"wifi-ssid"_s).toUtf8(),
                          .country = parser.value(u"wifi-country"_s).toUtf8(),
                          .passphrase = secrets->wifiPassphrase,
                          .isHidden = parser.isSet(u"wifi-hidden"_s)};
    }
    order.hardwareWatchdog = parser.isSet(u"hardware-watchdog"_s);
    for (const QString &server : parser.values(u"ntp"_s)) {
        order.timeServers += server.toUtf8();
    }
    order.timeZone = parser.value(u"timezone"_s).toUtf8();
    order.ssh = parser.isSet(u"ssh"_s);
    if (parser.isSet(u"init"_s) || parser.isSet(u"watchdog"_s)) {
        order.init = parser.value(u"init"_s) == u"cron"_s ? CardOrder::Init::Cron : CardOrder::Init::Systemd;
    }
    const auto authority = readAuthority(parser.value(u"cacert"_s));
    const auto keys = readRootKeys(parser.value(u"root-keys"_s));
    for (const auto &file : {authority, keys}) {
        if (!file) {
            return fail(file.error());
        }
    }
    order.caCertificate = *authority;
    order.rootKeys = *keys;
    for (const QString &path : parser.values(u"ssh-key"_s)) {
        const auto lines = readSshKeys(path);
        if (!lines) {
            return fail(lines.error());
        }
        order.sshKeys += *lines;
    }
    return order;
}

} // namespace

void addCardOptions(CommandLine &line)
{
    line.addOptions({
        {u"root"_s, u"The folder where the card's root file system is mounted (as root, with sudo)."_s, u"DIR"_s},
        {u"image"_s, u"An image of Raspberry Pi OS instead, unpacked; needs no root."_s, u"FILE"_s},
        {u"boot"_s, u"With --root: the folder where the boot partition is mounted, if that isn't below the root."_s,
         u"DIR"_s},
        {u"config"_s, u"The device's configuration as JSON; it is encrypted on the card."_s, u"FILE"_s},
        {u"v1"_s, u"Encrypt it in the older format."_s},
        {u"hostname"_s, u"The device's name in the network."_s, u"NAME"_s},
    });
    addOrderOptions(line);
}

void addOrderOptions(CommandLine &line)
{
    line.addOptions({
        {u"password-stdin"_s, u"Read the first user's new password from stdin: its first line."_s},
        {u"password-file"_s, u"The first user's new password, the one line of a file."_s, u"FILE"_s},
        {u"md5-crypt"_s, u"Hash it as 'openssl passwd -1' does, for systems that know nothing better."_s},
        {u"timezone"_s, u"The time zone."_s, u"AREA/CITY"_s},
        {u"wifi-ssid"_s, u"The name of the Wi-Fi network to join."_s, u"NAME"_s},
        {u"wifi-country"_s, u"The country that the device is in, such as DE: without it the radio stays off."_s,
         u"CC"_s},
        {u"wifi-passphrase-stdin"_s,
         u"Read the network's passphrase, or its key of 64 hexadecimal digits, from stdin: the next line."_s},
        {u"wifi-passphrase-file"_s, u"The same, the one line of a file."_s, u"FILE"_s},
        {u"wifi-open"_s, u"The network has no passphrase."_s},
        {u"wifi-hidden"_s, u"The network doesn't announce its name."_s},
        {u"ntp"_s, u"A server of the time, instead of the system's own; may be repeated."_s, u"HOST"_s},
        {u"hardware-watchdog"_s, u"Reset the machine when it hangs for 15 s."_s},
        {u"ssh"_s, u"Start the ssh server at boot."_s},
        {u"ssh-key"_s, u"A file of public keys that may log in as the first user; may be repeated."_s, u"FILE"_s},
        {u"cacert"_s, u"The certification authority of the server."_s, u"FILE"_s},
        {u"root-keys"_s, u"Keys of 'sgn-provision root-keys' that bind the watchdog."_s, u"FILE"_s},
        {u"smart-meter"_s, u"The meter's release."_s, u"ZIP"_s},
        {u"agent"_s, u"The agent's release (JabberClient)."_s, u"ZIP"_s},
        {u"watchdog"_s, u"The watchdog's release (WatchDog)."_s, u"ZIP"_s},
        {u"libraries"_s, u"A folder of libraries for /usr/local/lib."_s, u"DIR"_s},
        {u"python-packages"_s,
         u"Packages for the card's own Python: a wheel, a folder of wheels, or one of unpacked packages; may be "
         "repeated."_s,
         u"DIR|WHEEL"_s},
    });
    line.addOption(
        {u"init"_s,
         u"What starts the watchdog at boot: systemd or cron. With --watchdog: systemd, if nothing else is named."_s,
         u"NAME"_s, u"systemd"_s},
        {u"systemd"_s, u"cron"_s});
}

Result<CommonOrder> readOrderOptions(const QCommandLineParser &parser)
{
    checkSecretOptions(parser);
    if (const QString init = parser.value(u"init"_s); init != u"systemd"_s && init != u"cron"_s) {
        CommandLine::usageError(u"--init takes systemd or cron, not '%1'"_s.arg(init));
    }
    auto order = readOrder(parser);
    if (!order) {
        return fail(std::move(order).error());
    }
    return CommonOrder{.order = *std::move(order),
                       .files = {.config = {},
                                 .smartMeter = parser.value(u"smart-meter"_s),
                                 .agent = parser.value(u"agent"_s),
                                 .watchdog = parser.value(u"watchdog"_s),
                                 .libraries = parser.value(u"libraries"_s),
                                 .pythonPackages = parser.values(u"python-packages"_s)}};
}

Result<CardArguments> readCardArguments(const QCommandLineParser &parser)
{
    if (parser.isSet(u"root"_s) == parser.isSet(u"image"_s)) {
        CommandLine::usageError(u"either --root or --image names the card"_s);
    }
    if (parser.isSet(u"boot"_s) && !parser.isSet(u"root"_s)) {
        CommandLine::usageError(u"--boot goes with --root; an image has its boot files in it"_s);
    }
    auto common = readOrderOptions(parser);
    if (!common) {
        return fail(std::move(common).error());
    }
    common->order.hostName = parser.value(u"hostname"_s).toUtf8();
    common->files.config = parser.value(u"config"_s);
    common->files.version = parser.isSet(u"v1"_s) ? EnvelopeVersion::V1 : EnvelopeVersion::V2;
    return CardArguments{.root = parser.value(u"root"_s),
                         .image = parser.value(u"image"_s),
                         .boot = parser.value(u"boot"_s),
                         .order = std::move(common->order),
                         .files = std::move(common->files)};
}

Result<std::unique_ptr<Volume>> openCard(const CardArguments &arguments, Access access)
{
    return arguments.image.isEmpty() ? openMountedCard(arguments.root, arguments.boot, access)
                                     : openCardImage(arguments.image, access);
}

} // namespace sgn::provision
