// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/CardFacts.h"

#include <algorithm>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxFile = 1024 * 1024;
constexpr uid_t firstUser = 1000;
constexpr int oldestRelease = 10;

const QByteArray osReleasePath = "/etc/os-release"_ba;
const QByteArray passwdPath = "/etc/passwd"_ba;
const QByteArray groupPath = "/etc/group"_ba;
// In two pieces: lintian takes the whole for a use of the database of the machine that this runs on.
const QByteArray dpkgFolder = "/var/lib"_ba + "/dpkg"_ba;
const QByteArray architecturePath = dpkgFolder + "/arch"_ba;
const QByteArray hostNamePath = "/etc/hostname"_ba;
const QByteArray zonePath = "/etc/localtime"_ba;
const QByteArray pythonPath = "/usr/bin/python3"_ba;
const QByteArray issuePath = "/etc/rpi-issue"_ba;
const QByteArray cloudInstancePath = "/var/lib/cloud/instance"_ba;
// userconf-pi's
const QByteArray wizardPath = "/etc/systemd/system/multi-user.target.wants/userconfig.service"_ba;
const QByteArray zoneFolder = "/usr/share/zoneinfo/"_ba;

auto refuse(const QString &why)
{
    return fail(ErrorCode::Refused, u"this is no card with Raspberry Pi OS: "_s + why);
}

// They go into units, crontabs and the rules of a packet filter.
bool isPlainName(const QByteArray &name)
{
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               QByteArrayView("/._-").contains(c);
    });
}

NetworkBy networkOf(const QMap<QByteArray, Node> &nodes)
{
    if (nodes.contains("/usr/bin/cloud-init")) {
        return NetworkBy::CloudInit;
    }
    return nodes.contains("/usr/sbin/NetworkManager") ? NetworkBy::NetworkManager : NetworkBy::WpaSupplicant;
}

} // namespace

QByteArray osReleaseField(const QByteArray &osRelease, const QByteArray &name)
{
    for (const QByteArray &line : osRelease.split('\n')) {
        if (!line.startsWith(name + '=')) {
            continue;
        }
        QByteArray value = line.sliced(name.size() + 1).trimmed();
        if (value.size() >= 2 && (value.startsWith('"') || value.startsWith('\'')) && value.back() == value.front()) {
            value = value.sliced(1, value.size() - 2);
        }
        return value;
    }
    return {};
}

std::optional<CardUser> userIn(const QByteArray &passwd, uid_t uid)
{
    for (const QByteArray &line : passwd.split('\n')) {
        const QByteArrayList fields = line.split(':');
        bool isNumber = false;
        if (fields.size() != 7 || fields[2].toUInt(&isNumber) != uid || !isNumber) {
            continue;
        }
        const uint gid = fields[3].toUInt(&isNumber);
        if (isNumber && !fields[0].isEmpty() && checkPutPath(fields[5])) {
            return CardUser{fields[0], uid, gid, fields[5], fields[6]};
        }
    }
    return std::nullopt;
}

std::optional<gid_t> groupIn(const QByteArray &group, const QByteArray &name)
{
    for (const QByteArray &line : group.split('\n')) {
        const QByteArrayList fields = line.split(':');
        bool isNumber = false;
        if (fields.size() == 4 && fields[0] == name) {
            const uint number = fields[2].toUInt(&isNumber);
            return isNumber ? std::optional(number) : std::nullopt;
        }
    }
    return std::nullopt;
}

Result<QByteArray> bootFolderOf(Volume &root)
{
    const QByteArray newer = "/boot/firmware"; // since Bookworm
    const auto nodes = root.look({newer});
    return nodes ? Result<QByteArray>(nodes->contains(newer) ? newer : QByteArray("/boot")) : fail(nodes.error());
}

namespace {

Result<CardUser> firstUserIn(const QByteArray &passwd)
{
    const auto user = userIn(passwd, firstUser);
    if (!user) {
        return refuse(u"it has no user number %1 yet; boot it once, or take an image with a user"_s.arg(firstUser));
    }
    if (!isPlainName(user->name) || !isPlainName(user->home)) {
        return refuse(
            u"its first user \"%1\" or that one's home \"%2\" has a character that units and crontabs can't have"_s.arg(
                QString::fromUtf8(user->name.left(64)), QString::fromUtf8(user->home.left(64))));
    }
    return *user;
}

} // namespace

Result<CardFacts> readCardFacts(Volume &root)
{
    const auto nodes = root.look({zonePath, pythonPath, issuePath, "/usr/bin/cloud-init", "/usr/sbin/NetworkManager",
                                  "/bin", dpkgFolder, cloudInstancePath, wizardPath});
    if (!nodes) {
        return fail(nodes.error());
    }
    const auto files = root.read({osReleasePath, passwdPath, groupPath, architecturePath, hostNamePath}, maxFile);
    if (!files) {
        return fail(files.error());
    }
    const QByteArray osRelease = files->value(osReleasePath);
    const QByteArray system = osReleaseField(osRelease, "ID");
    if (osRelease.isEmpty() || !nodes->contains("/bin") || !nodes->contains(dpkgFolder)) {
        return refuse(
            u"there is no Debian system on it. --root takes the folder where its second partition (rootfs) is "
            "mounted, not the one with the boot files"_s);
    }
    if (system != "raspbian" && !(system == "debian" && nodes->contains(issuePath))) {
        return refuse(
            u"the system on it is %1"_s.arg(QString::fromUtf8(osReleaseField(osRelease, "PRETTY_NAME").left(100))));
    }
    CardFacts facts;
    facts.release = osReleaseField(osRelease, "VERSION_ID").toInt();
    facts.codename = QString::fromUtf8(osReleaseField(osRelease, "VERSION_CODENAME"));
    if (facts.release == 0) {
        return refuse(u"/etc/os-release has no number of a release (VERSION_ID)"_s);
    }
    if (facts.release < oldestRelease) {
        return refuse(u"its release %1 is older than Buster"_s.arg(facts.release));
    }
    // The first line is the system's own; others are foreign architectures, without which there may be no such file.
    const QByteArray architecture = files->value(architecturePath).split('\n').constFirst().trimmed();
    facts.architecture = architecture.isEmpty() ? u"armhf"_s : QString::fromLatin1(architecture);
    auto user = firstUserIn(files->value(passwdPath));
    if (!user) {
        return fail(std::move(user).error());
    }
    facts.user = *user;
    facts.crontabGroup = groupIn(files->value(groupPath), "crontab").value_or(0);
    facts.hostName = files->value(hostNamePath).trimmed();
    if (const QByteArray zone = nodes->value(zonePath).target; zone.startsWith(zoneFolder)) {
        facts.timeZone = zone.sliced(zoneFolder.size());
    }
    if (const QByteArray target = nodes->value(pythonPath).target; target.startsWith("python3.")) {
        facts.python = target.sliced(QByteArray("python").size());
    }
    facts.network = networkOf(*nodes);
    facts.hasBooted = nodes->contains(cloudInstancePath);
    facts.hasFirstBootWizard = nodes->contains(wizardPath);
    const auto folder = bootFolderOf(root);
    if (!folder) {
        return fail(folder.error());
    }
    facts.bootFolder = *folder;
    const auto bootFiles = root.look({*folder + "/cmdline.txt", *folder + "/config.txt"});
    if (!bootFiles) {
        return fail(bootFiles.error());
    }
    facts.hasBootFiles = !bootFiles->isEmpty();
    return facts;
}

} // namespace sgn::card
