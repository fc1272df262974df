// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Step.h"

#include "base/DeviceTree.h"
#include "card/Packaging.h"
#include "card/PasswordHash.h"
#include "card/SystemSteps.h"
#include "card/TextBlock.h"
#include "card/WifiStep.h"

#include <algorithm>
#include <QRegularExpression>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxPresentFile = 4 * 1024 * 1024;
constexpr gid_t shadowGroup = 42; // Debian's fixed numbers (base-passwd)

auto badOrder(const QString &why)
{
    return fail(ErrorCode::BadRequest, why);
}

Wish rootsFile(const QByteArray &path, const QByteArray &content, mode_t mode = 0644, gid_t group = 0)
{
    return {.path = path, .content = content, .mode = mode, .gid = group};
}

Wish usersFile(const CardUser &user, const QByteArray &path, const QByteArray &content, mode_t mode)
{
    return {.path = path, .content = content, .mode = mode, .uid = user.uid, .gid = user.gid};
}

Wish usersFolder(const CardUser &user, const QByteArray &path, mode_t mode)
{
    return {.path = path, .type = Node::Type::Folder, .mode = mode, .uid = user.uid, .gid = user.gid};
}

Wish nothingAt(const QByteArray &path)
{
    return {.path = path, .type = Node::Type::None};
}

HashMethod methodFor(const CardOrder &order, const CardFacts &facts)
{
    if (order.hashing == CardOrder::PasswordHashing::Md5) {
        return HashMethod::Md5;
    }
    return facts.hasYescrypt() ? HashMethod::Yescrypt : HashMethod::Sha512;
}

// As shadow(5) counts; with 0, from a computer whose clock isn't set, the login would demand another password.
qint64 dayOf(QDate today)
{
    return std::max<qint64>(QDate(1970, 1, 1).daysTo(today), 1);
}

Result<Step> passwordStep(const CardOrder &order, const CardFacts &facts, const PresentFiles &present, QDate today)
{
    Step step{u"02 password"_s, {}};
    const PresentPaths paths(facts);
    QByteArray shadow = present.shadow;
    // The same password again would be another hash.
    if (!matchesPassword(*order.password, passwordHashIn(shadow, facts.user.name))) {
        const auto hash = hashPassword(*order.password, methodFor(order, facts));
        if (!hash) {
            return fail(hash.error());
        }
        auto changed = withPasswordHash(shadow, facts.user.name, *hash, dayOf(today));
        if (!changed) {
            return fail(std::move(changed).error());
        }
        shadow = *std::move(changed);
    }
    step.wishes += rootsFile(paths.shadow, shadow, 0640, shadowGroup);
    step.wishes += loginWishes(passwordHashIn(shadow, facts.user.name), facts, present);
    return step;
}

Result<Step> timeZoneStep(const CardOrder &order)
{
    static const QRegularExpression form(u"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}\\z"_s);
    if (!form.match(QString::fromUtf8(order.timeZone)).hasMatch()) {
        return badOrder(
            u"a time zone is named as Europe/Berlin is, not \"%1\""_s.arg(QString::fromUtf8(order.timeZone.left(64))));
    }
    return Step{u"03 time zone"_s,
                {{.path = "/etc/localtime",
                  .type = Node::Type::Symlink,
                  .content = "/usr/share/zoneinfo/" + order.timeZone,
                  .mode = 0777},
                 rootsFile("/etc/timezone", order.timeZone + '\n')}};
}

Result<Step> hostNameStep(const CardOrder &order, const PresentFiles &present)
{
    if (auto good = checkHostName(order.hostName); !good) {
        return fail(std::move(good).error());
    }
    return Step{u"host name"_s,
                {rootsFile("/etc/hostname", order.hostName + '\n'),
                 rootsFile("/etc/hosts", withOwnName(present.hosts, order.hostName))}};
}

Result<Step> sshStep(const CardOrder &order, const CardFacts &facts, const PresentFiles &present)
{
    Step step{u"ssh"_s, {}};
    if (order.ssh) {
        // Where sshswitch.service of Raspberry Pi OS would put it; the server itself is on every card.
        step.wishes += {.path = "/etc/systemd/system/multi-user.target.wants/ssh.service",
                        .type = Node::Type::Symlink,
                        .content = "/lib/systemd/system/ssh.service",
                        .mode = 0777};
    }
    if (order.sshKeys.isEmpty()) {
        return step;
    }
    static const QRegularExpression form(
        u"^(ssh|ecdsa|sk)-[A-Za-z0-9@.-]+ [A-Za-z0-9+/]+=*( [^\\x00-\\x1f\\x7f]*)?\\z"_s);
    QByteArray content = present.authorizedKeys;
    if (!content.isEmpty() && !content.endsWith('\n')) {
        content += '\n';
    }
    const QByteArrayList lines = content.split('\n');
    for (const QByteArray &key : order.sshKeys) {
        if (!form.match(QString::fromLatin1(key)).hasMatch()) { // fromUtf8() would drop a byte order mark
            return badOrder(
                u"this is no public key of ssh: %1; one begins with its kind, as in \"ssh-ed25519 AAAA...\""_s.arg(
                    QString::fromUtf8(key.left(64))));
        }
        content += lines.contains(key) ? QByteArray() : key + '\n';
    }
    step.wishes += usersFolder(facts.user, facts.user.home + "/.ssh", 0700);
    step.wishes += usersFile(facts.user, PresentPaths(facts).authorizedKeys, content, 0600);
    return step;
}

Step foldersStep(const CardFacts &facts)
{
    const DeviceTree tree = treeOf(facts.user);
    Step step{u"06 folders"_s, {}};
    for (const QString &folder : {tree.root(), tree.root() + u"/certs"_s, tree.root() + u"/cfg"_s, tree.wdog(),
                                  tree.downloads(), tree.smartMeter(), tree.data(), tree.jabberClient(), tree.logs()}) {
        step.wishes += usersFolder(facts.user, folder.toUtf8(), 0755);
    }
    return step;
}

Step configStep(const CardOrder &order, const CardFacts &facts)
{
    const DeviceTree tree = treeOf(facts.user);
    Step step{u"13 config_file.bin"_s, {}};
    if (!order.deviceKey.isEmpty()) {
        step.wishes += usersFile(facts.user, tree.deviceKey().toUtf8(), order.deviceKey, 0600);
    }
    step.wishes += usersFile(facts.user, tree.configFile().toUtf8(), order.configFile, 0600);
    return step;
}

Step rootKeysStep(const CardOrder &order)
{
    const QByteArray file = DeviceTree::rootKeys().toUtf8();
    return Step{u"11 root's keys"_s,
                {{.path = file.first(file.lastIndexOf('/')), .type = Node::Type::Folder, .mode = 0755},
                 rootsFile(file, order.rootKeys)}};
}

// What one way of starting leaves is removed by the other: two would start the watchdog twice.
Step startStep(CardOrder::Init init, const CardFacts &facts, const PresentFiles &present)
{
    const QByteArray unit = "/etc/systemd/system/sgn-watchdog.service"_ba;
    const QByteArray enabled = "/etc/systemd/system/multi-user.target.wants/sgn-watchdog.service"_ba;
    const QByteArray lines = cronLines(facts.user);
    const auto crontab = [&](const QByteArray &content) {
        return rootsFile(PresentPaths(facts).rootsCrontab, content, 0600, facts.crontabGroup);
    };
    Step step{u"12 start at boot"_s,
              {{.path = "/etc/sgn", .type = Node::Type::Folder, .mode = 0755},
               rootsFile("/etc/sgn/heartbeats.nft", heartbeatFilter(facts.user))}};
    if (init == CardOrder::Init::Systemd) {
        step.wishes += rootsFile(unit, serviceUnit(facts.user));
        step.wishes += {.path = enabled, .type = Node::Type::Symlink, .content = unit, .mode = 0777};
        if (const QByteArray others = withoutCronLines(present.rootsCrontab, lines); others != present.rootsCrontab) {
            step.wishes += others.isEmpty() ? nothingAt(PresentPaths(facts).rootsCrontab) : crontab(others);
        }
    } else {
        step.wishes += crontab(withCronLines(present.rootsCrontab, lines));
        step.wishes += nothingAt(enabled);
        step.wishes += nothingAt(unit);
    }
    return step;
}

} // namespace

DeviceTree treeOf(const CardUser &owner)
{
    return DeviceTree(QString::fromUtf8(owner.home) + u"/technospurs"_s);
}

PresentPaths::PresentPaths(const CardFacts &facts)
    : shadow("/etc/shadow")
    , hosts("/etc/hosts")
    , authorizedKeys(facts.user.home + "/.ssh/authorized_keys")
    , rootsCrontab("/var/spool/cron/crontabs/root")
    , passwd("/etc/passwd")
    , wpaSupplicant("/etc/wpa_supplicant/wpa_supplicant.conf")
    , networkState("/var/lib/NetworkManager/NetworkManager.state")
    , cmdline(facts.bootFolder + "/cmdline.txt")
    , bootConfig(facts.bootFolder + "/config.txt")
    , networkConfig(facts.bootFolder + "/network-config")
    , radios("/var/lib/systemd/rfkill")
{}

Result<PresentFiles> readPresentFiles(const CardFacts &facts, Volume &card)
{
    const PresentPaths paths(facts);
    const auto files =
        card.read({paths.shadow, paths.hosts, paths.authorizedKeys, paths.rootsCrontab, paths.passwd,
                   paths.wpaSupplicant, paths.networkState, paths.cmdline, paths.bootConfig, paths.networkConfig},
                  maxPresentFile);
    if (!files) {
        return fail(files.error());
    }
    const auto radios = card.list(paths.radios);
    if (!radios) {
        return fail(radios.error());
    }
    PresentFiles present{.shadow = files->value(paths.shadow),
                         .hosts = files->value(paths.hosts),
                         .authorizedKeys = files->value(paths.authorizedKeys),
                         .rootsCrontab = files->value(paths.rootsCrontab),
                         .passwd = files->value(paths.passwd),
                         .wpaSupplicant = files->value(paths.wpaSupplicant),
                         .networkState = files->value(paths.networkState),
                         .cmdline = files->value(paths.cmdline),
                         .bootConfig = files->value(paths.bootConfig),
                         .networkConfig = files->value(paths.networkConfig),
                         .radios = {}};
    for (const QByteArray &radio : *radios) {
        if (radio.endsWith(":wlan")) {
            present.radios += paths.radios + '/' + radio;
        }
    }
    return present;
}

Result<QList<Step>> stepsFor(const CardOrder &order, const CardFacts &facts, const PresentFiles &present, QDate today)
{
    QList<Step> steps;
    Outcome done;
    const auto add = [&](Result<Step> step) {
        if (step) {
            steps += *std::move(step);
        } else if (done) {
            done = fail(std::move(step).error());
        }
    };
    if (order.password) {
        add(passwordStep(order, facts, present, today));
    }
    if (!order.timeZone.isEmpty()) {
        add(timeZoneStep(order));
    }
    add(foldersStep(facts));
    if (!order.caCertificate.isEmpty()) {
        add(Step{u"07 certificate"_s,
                 {usersFile(facts.user, treeOf(facts.user).caCertificate().toUtf8(), order.caCertificate, 0644)}});
    }
    if (!order.rootKeys.isEmpty()) {
        add(rootKeysStep(order));
    }
    if (order.init) {
        add(startStep(*order.init, facts, present));
    }
    if (!order.configFile.isEmpty()) {
        add(configStep(order, facts));
    }
    if (!order.hostName.isEmpty()) {
        add(hostNameStep(order, present));
    }
    if (order.ssh || !order.sshKeys.isEmpty()) {
        add(sshStep(order, facts, present));
    }
    if (order.wifi) {
        add(wifiStep(*order.wifi, facts, present));
    }
    if (order.hardwareWatchdog) {
        add(hardwareWatchdogStep(facts, present));
    }
    if (!order.timeServers.isEmpty()) {
        add(timeServersStep(order.timeServers));
    }
    return done ? Result<QList<Step>>(steps) : fail(done.error());
}

Outcome checkHostName(const QByteArray &name)
{
    static const QRegularExpression form(u"^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\\z"_s);
    return form.match(QString::fromUtf8(name)).hasMatch()
               ? Outcome()
               : badOrder(
                     u"a host name has 1 to 63 letters, digits and hyphens, none of these at its ends; \"%1\" isn't "
                     "like that"_s.arg(QString::fromUtf8(name.left(64))));
}

QByteArray withOwnName(const QByteArray &hosts, const QByteArray &name)
{
    // Debian's own address for it (debian-reference, section 5.1.1).
    const QByteArray address = "127.0.1.1"_ba;
    const QByteArray line = address + "\t" + name;
    QByteArrayList lines = hosts.split('\n');
    const auto own = std::ranges::find_if(
        lines, [&address](const QByteArray &each) { return each.simplified().startsWith(address + ' '); });
    if (own != lines.end()) {
        *own = line;
        return lines.join('\n');
    }
    return hosts + (hosts.isEmpty() || hosts.endsWith('\n') ? "" : "\n") + line + '\n';
}

QByteArray withoutCronLines(const QByteArray &crontab, const QByteArray &lines)
{
    // Outside of the block: as the packaging's guide has them put there by hand.
    return withoutBlock(crontab, lines.split('\n'));
}

QByteArray withCronLines(const QByteArray &crontab, const QByteArray &lines)
{
    return withBlock(withoutCronLines(crontab, lines), lines);
}

} // namespace sgn::card
