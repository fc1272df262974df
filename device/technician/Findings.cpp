// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/Findings.h"

#include "base/EnumNames.h"
#include "base/Printable.h"

#include <algorithm>
#include <QJsonArray>

namespace sgn::technician {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// Room for logs, journals and a release beside the installed one.
constexpr qint64 leastFree = 50'000'000;
constexpr qint64 leastFiles = 500;
constexpr qint64 megabyte = 1'000'000;
// What SCRAM, certificates and `not_after` bear.
constexpr auto clockTolerance = 120s;
constexpr int column = 13;

constexpr auto verdictNames = enumNames<Verdict>({
    {Verdict::Ok, "ok"_L1},
    {Verdict::Wrong, "wrong"_L1},
    {Verdict::Skipped, "skipped"_L1},
});

CheckFinding ok(const QString &subject, const QString &what)
{
    return {subject, Verdict::Ok, what, {}};
}

CheckFinding wrong(const QString &subject, const QString &what, const QString &cure)
{
    return {subject, Verdict::Wrong, what, cure};
}

CheckFinding skipped(const QString &subject, const QString &why)
{
    return {subject, Verdict::Skipped, u"not tried: "_s + why, {}};
}

// "3 years", "5 days", "12 min", "130 s".
QString spanText(std::chrono::seconds span)
{
    constexpr auto year = 365 * 24h;
    const auto text = [](auto count, const QString &unit) {
        return u"%1 %2%3"_s.arg(count).arg(unit, count == 1 ? QString() : u"s"_s);
    };
    if (span >= year) {
        return text(span / year, u"year"_s);
    }
    if (span >= 48h) {
        return text(span / 24h, u"day"_s);
    }
    if (span >= 2h) {
        return text(span / 1h, u"hour"_s);
    }
    return span >= 300s ? u"%1 min"_s.arg(span / 1min) : u"%1 s"_s.arg(span.count());
}

QString utc(const QDateTime &time)
{
    return time.toUTC().toString(u"yyyy-MM-dd HH:mm:ss"_s) + u" UTC"_s;
}

QString configCure(const AccountFacts &facts)
{
    if (facts.hasGoodCopy) {
        return u"run: sgn-device restart agent; at its start the agent restores the last one by which it was online"_s;
    }
    return u"at the desk, run: sgn-provision encrypt device.json config_file.bin; copy it to %1, and the device.key "
           "that it makes to %2"_s.arg(facts.configFile, facts.keyFile);
}

QString clockCure(const QDateTime &rightTime)
{
    const QString by =
        u"connect the network, by which systemd-timesyncd sets it (timedatectl shows that), or set it: "_s;
    return rightTime.isValid() ? by + u"sudo date -s \"%1\""_s.arg(utc(rightTime))
                               : by + u"sudo date -s \"YYYY-MM-DD hh:mm:ss\""_s;
}

CheckFinding missingFinding(const FileFacts &file, const QString &owner)
{
    const QString subject = u"permissions"_s;
    if (!file.problem.isEmpty()) {
        return wrong(subject, file.problem, u"look at the folders above it: sudo namei -l %1"_s.arg(file.path));
    }
    const QString cure = file.kind == FileFacts::Kind::Folder
                             ? u"sudo install -d -o %1 -m 755 %2"_s.arg(owner, file.path)
                             : u"copy it from the desk or from another card"_s;
    return wrong(subject, file.path + u" is missing"_s, cure);
}

CheckFinding fileFinding(const FileFacts &file, const QString &owner)
{
    using Kind = FileFacts::Kind;
    const QString subject = u"permissions"_s;
    if (!file.exists) {
        return missingFinding(file, owner);
    }
    // Its mode and owner are no matter then.
    if (file.isOtherKind) {
        return wrong(subject, file.problem, u"remove what is there: sudo mv %1 %1.old"_s.arg(file.path));
    }
    const bool mayBeRoots = file.kind == Kind::Program || file.kind == Kind::Data;
    if (!file.isOwners && !(mayBeRoots && file.isRoots)) {
        return wrong(subject, u"%1 belongs to %2, not to %3"_s.arg(file.path, file.owner, owner),
                     u"sudo chown %1: %2"_s.arg(owner, file.path));
    }
    const auto mode = [&file, &subject](const QString &what, const QString &change) {
        return wrong(subject, u"%1 %2 (mode %3)"_s.arg(file.path, what).arg(file.mode & 07777U, 4, 8, QChar(u'0')),
                     u"sudo chmod %1 %2"_s.arg(change, file.path));
    };
    if (file.kind == Kind::Secret && (file.mode & 077U) != 0) {
        return mode(u"can be read or changed by other users"_s, u"600"_s);
    }
    // A sticky folder such as /tmp may be written by all.
    if (file.kind != Kind::Data && (file.mode & 022U) != 0 && (file.mode & 01000U) == 0) {
        return mode(u"can be changed by other users"_s, u"go-w"_s);
    }
    const mode_t running = file.isOwners ? 0100 : 0001;
    if (file.kind == Kind::Program && (file.mode & running) == 0) {
        return mode(u"can't be started"_s, u"a+x"_s);
    }
    if (file.kind == Kind::Folder && (file.mode & 0700U) != 0700U) {
        return mode(u"can't be used by its owner"_s, u"u+rwx"_s);
    }
    const mode_t reading = file.isOwners ? 0400 : 0004;
    if ((file.mode & reading) == 0) {
        return mode(u"can't be read by %1"_s.arg(owner), file.isOwners ? u"u+r"_s : u"a+r"_s);
    }
    if (!file.problem.isEmpty()) {
        return wrong(subject, file.problem,
                     file.kind == Kind::Program
                         ? u"install its release anew from the panel, or look at: sudo namei -l %1"_s.arg(file.path)
                         : u"remove what is there: sudo mv %1 %1.old"_s.arg(file.path));
    }
    return ok(subject, file.path);
}

CheckFinding nameFinding(const ServerFacts &server)
{
    const QString subject = u"DNS"_s;
    const NameFacts &name = server.name;
    if (name.isAddress) {
        return ok(subject, u"%1 is an address, nothing to look up"_s.arg(name.name));
    }
    if (!name.addresses.isEmpty()) {
        const QString records = name.records > 0 ? u", %1 SRV records"_s.arg(name.records) : QString();
        return ok(subject, u"%1 is %2%3"_s.arg(name.name, QString::fromLatin1(name.addresses.first()), records));
    }
    const QString what = u"the name %1 can't be found"_s.arg(name.name);
    if (!name.hasNetwork) {
        return wrong(subject, what + u": this device has no address in any network"_s,
                     u"plug in the network cable or the modem, or set up the Wi-Fi: sudo nmtui (before Bookworm: "
                     "sudo raspi-config); ip address shows what there is"_s);
    }
    if (name.nameServers.isEmpty()) {
        return wrong(subject, what + u": this device knows no name server"_s,
                     u"/etc/resolv.conf has no line \"nameserver\": the router gives none by DHCP, or the network "
                     "configuration lacks one; set it by sudo nmtui"_s);
    }
    return wrong(
        subject, what,
        u"try: getent hosts %1; if nothing else is found either (getent hosts debian.org), the name server %2 doesn't "
        "answer: check the router; otherwise the name in the configuration (host, client_jid) is wrong"_s.arg(
            name.name, name.nameServers.join(u", "_s)));
}

CheckFinding reachFinding(const ServerFacts &server)
{
    const QString subject = u"TCP"_s;
    if (!server.reach) {
        return skipped(subject, u"the server's address isn't known"_s);
    }
    const ReachFacts &reach = *server.reach;
    if (!reach.failure && reach.endpoint) {
        const QString by = server.proxy.isEmpty() ? QString() : u" through the proxy "_s + server.proxy;
        return ok(subject, u"%1, port %2, answers%3"_s.arg(reach.endpoint->host).arg(reach.endpoint->port).arg(by));
    }
    const QString what = reach.failure ? reach.failure->message : u"the server can't be reached"_s;
    if (!server.proxy.isEmpty()) {
        return wrong(subject, what,
                     u"check that the proxy %1 runs and connects to that server and port; its address is http_proxy in "
                     "the configuration"_s.arg(server.proxy));
    }
    if (!server.name.hasNetwork) {
        return wrong(subject, what + u"; this device has no address in any network"_s,
                     u"plug in the network cable or the modem; ip address shows what there is"_s);
    }
    return wrong(
        subject, what,
        reach.failure && reach.failure->code == ErrorCode::Timeout
            ? u"a firewall or router on the way drops it, or the server is off: have that port opened, and try "
              "from another network"_s
            : u"check that the server runs, and that host and port in the configuration are right; a firewall "
              "may refuse the port"_s);
}

QString trustCure(const TrustFacts &trust, const ServerFacts &server)
{
    using xmpp::CertificateFault;
    const ErrorCode code = trust.failure->code;
    if (code == ErrorCode::NotFound || code == ErrorCode::BadFile) {
        return u"copy the certificate of the server's certification authority (PEM) to %1"_s.arg(server.caFile);
    }
    switch (trust.fault.value_or(CertificateFault::Other)) {
    case CertificateFault::UnknownAuthority:
        return u"%1 holds another authority than the one that signed the server's certificate: copy the right one "
               u"there; "
               "or something on the way (a proxy that opens TLS) answers in the server's place"_s.arg(server.caFile);
    case CertificateFault::OtherHost:
        return u"the server's certificate has to name %1, the part of client_jid behind the @: have it issued for that "
               "name, or correct client_jid or host in the configuration"_s.arg(server.domain);
    case CertificateFault::Expired:
        return u"if date shows the right day: have the certificate renewed at the server, or copy the authority's new "
               u"one "
               "to %1. Otherwise set the clock: sudo date -s \"YYYY-MM-DD hh:mm:ss\""_s.arg(server.caFile);
    case CertificateFault::NotYetValid:
        return u"set the clock, as described there"_s;
    case CertificateFault::Other:
        break;
    }
    return code == ErrorCode::Network || code == ErrorCode::Timeout
               ? u"the port answers, but not by TLS: is it the XMPP server's port for TLS (5223, or 5222 with start_tls)?"_s
               : u"ask the server's administrator: openssl s_client -connect HOST:PORT shows what it sends"_s;
}

CheckFinding trustFinding(const ServerFacts &server)
{
    const QString subject = u"TLS"_s;
    if (!server.trust) {
        return skipped(subject, u"the server isn't reached"_s);
    }
    if (!server.trust->failure) {
        return ok(subject, u"the certificate is %1's, by an authority in %2"_s.arg(server.domain, server.caFile));
    }
    return wrong(subject, server.trust->failure->message, trustCure(*server.trust, server));
}

CheckFinding loginFinding(const ServerFacts &server)
{
    const QString subject = u"login"_s;
    if (!server.login) {
        return skipped(subject, u"there is no TLS with the server"_s);
    }
    if (!server.login->failure) {
        return ok(subject, server.account);
    }
    const Error &failure = *server.login->failure;
    if (failure.code == ErrorCode::Authentication) {
        return wrong(
            subject, failure.message,
            u"have the account %1 made on the server, or its password set, as in this device's config_file.bin; or "
            "send the device a configuration with the right password (sgnctl config, or a new config_file.bin in "
            "cfg)"_s.arg(server.account));
    }
    return wrong(subject, failure.message,
                 u"the server ends the login by itself: its administrator finds the reason in its log (%1)"_s.arg(
                     server.account));
}

} // namespace

CheckFinding accountFinding(const Result<DeviceConfig> &config, const AccountFacts &facts)
{
    const QString subject = u"account"_s;
    if (config) {
        return ok(subject, u"%1, panel %2"_s.arg(config->clientJid, config->panelJid));
    }
    if (!facts.oddFiles.isEmpty()) {
        const QString &odd = facts.oddFiles.first();
        return wrong(subject, config.error().message, u"sudo mv %1 %1.old; then "_s.arg(odd) + configCure(facts));
    }
    if (config.error().code == ErrorCode::Refused) {
        return wrong(subject, config.error().message, u"sudo chmod 600 %1"_s.arg(facts.keyFile));
    }
    return wrong(subject, config.error().message, configCure(facts));
}

CheckFinding diskFinding(const DiskFacts &disk)
{
    const QString subject = u"disk"_s;
    if (disk.problem) {
        return wrong(subject, *disk.problem, u"name the device's folder by --folder"_s);
    }
    if (disk.isReadOnly) {
        return wrong(subject, u"the card takes no writes"_s,
                     u"restart the device once: sudo reboot. If it stays so, the card is worn (dmesg shows errors of "
                     "mmcblk0): replace it, sgn-provision card prepares a new one"_s);
    }
    const QString room = u"%1 of %2 MB free"_s.arg(disk.freeBytes / megabyte).arg(disk.totalBytes / megabyte);
    if (disk.freeBytes < leastFree) {
        return wrong(subject, room,
                     u"find what fills it: sudo du -xh / | sort -h | tail -20; often helps: sudo journalctl "
                     "--vacuum-size=20M and sudo apt clean"_s);
    }
    if (disk.totalFiles > 0 && disk.freeFiles < leastFiles) {
        return wrong(subject, u"%1, but room for %2 more files only"_s.arg(room).arg(disk.freeFiles),
                     u"find the folder with the many small files: sudo du --inodes -x / | sort -n | tail -20"_s);
    }
    return ok(subject, room);
}

QList<CheckFinding> permissionFindings(const QList<FileFacts> &files, const QString &owner)
{
    QList<CheckFinding> findings;
    for (const FileFacts &file : files) {
        if (!file.exists && !file.isRequired && file.problem.isEmpty()) {
            continue;
        }
        if (CheckFinding finding = fileFinding(file, owner); finding.verdict != Verdict::Ok) {
            findings += finding;
        }
    }
    return findings.isEmpty() ? QList{ok(u"permissions"_s, u"%1 files and folders"_s.arg(files.size()))} : findings;
}

CheckFinding clockFinding(const ClockFacts &clock)
{
    const QString subject = u"clock"_s;
    if (clock.serverTime) {
        const auto off = std::chrono::abs(std::chrono::round<std::chrono::seconds>(*clock.serverTime));
        if (off <= clockTolerance) {
            return ok(subject, u"%1, %2 s off the server's"_s.arg(utc(clock.now)).arg(off.count()));
        }
        const QString side = clock.serverTime->count() > 0 ? u"behind"_s : u"ahead of"_s;
        return wrong(subject, u"it is %1 %2 the server's: %3"_s.arg(spanText(off), side, utc(clock.now)),
                     clockCure(clock.now.addMSecs(clock.serverTime->count())));
    }
    if (clock.notBefore && clock.now < *clock.notBefore) {
        const std::chrono::seconds behind(clock.now.secsTo(*clock.notBefore));
        return wrong(subject,
                     u"it is at least %1 behind: it shows %2, and %3 on %4"_s.arg(
                         spanText(behind), utc(clock.now), clock.notBeforeBy, utc(*clock.notBefore)),
                     clockCure({}));
    }
    if (clock.isTooEarlyForCertificate) {
        return wrong(subject,
                     u"it shows %1, and by that the server's certificate isn't valid yet"_s.arg(utc(clock.now)),
                     clockCure({}));
    }
    return ok(subject, u"%1, %2; the server's time isn't known"_s.arg(
                           utc(clock.now), clock.isSynchronised ? u"set by a time service"_s
                                                                : u"which no time service has set since the start"_s));
}

QList<CheckFinding> serverFindings(const ServerFacts &server)
{
    return {nameFinding(server), reachFinding(server), trustFinding(server), loginFinding(server)};
}

bool areAllWell(const QList<CheckFinding> &findings)
{
    return std::ranges::all_of(findings, [](const CheckFinding &finding) { return finding.verdict == Verdict::Ok; });
}

QStringList findingLines(const QList<CheckFinding> &findings, const Screen &screen)
{
    QStringList lines;
    for (const CheckFinding &finding : findings) {
        const QString what = printable(finding.what);
        switch (finding.verdict) {
        case Verdict::Ok:
            lines += screen.entry(finding.subject, column, u"ok: "_s + what, Tone::Good);
            break;
        case Verdict::Skipped:
            lines += screen.entry(finding.subject, column, what, Tone::Quiet);
            break;
        case Verdict::Wrong:
            lines += screen.entry(finding.subject, column, u"WRONG: "_s + what, Tone::Bad);
            lines += screen.entry({}, column, u"cure: "_s + printable(finding.cure));
        }
    }
    return lines;
}

QJsonObject findingsJson(const QList<CheckFinding> &findings)
{
    QJsonArray array;
    for (const CheckFinding &finding : findings) {
        QJsonObject object{{"subject"_L1, finding.subject},
                           {"verdict"_L1, verdictNames.nameOf(finding.verdict)},
                           {"what"_L1, finding.what}};
        if (!finding.cure.isEmpty()) {
            object.insert("cure"_L1, finding.cure);
        }
        array += object;
    }
    return {{"ok"_L1, areAllWell(findings)}, {"findings"_L1, array}};
}

} // namespace sgn::technician
