// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/XmppPanelLink.h"
#include "base/JsonText.h"
#include "base/Printable.h"
#include "system/UserAccount.h"
#include "technician/DeviceCommands.h"
#include "technician/Findings.h"
#include "technician/LocalFacts.h"
#include "technician/ServerCheck.h"

#include <QCoreApplication>

namespace sgn::technician {

using namespace Qt::StringLiterals;

namespace {

// The server's part is left out where the configuration can't be read.
QList<CheckFinding> judge(const Place &place, const Result<DeviceConfig> &config,
                          const std::optional<ServerFacts> &server)
{
    const auto owner = system::ownerOfRoot(place.tree.root());
    QList<CheckFinding> findings{accountFinding(config, readAccountFacts(place.tree)),
                                 diskFinding(readDiskFacts(place.tree.root()))};
    findings += permissionFindings(readFileFacts(place.tree), owner ? QString::fromLocal8Bit(owner->name) : QString());
    ClockFacts clock = readClockFacts(config, place.tree);
    if (server) {
        clock.serverTime = server->login ? server->login->serverTime : std::nullopt;
        clock.isTooEarlyForCertificate = server->trust && server->trust->fault == xmpp::CertificateFault::NotYetValid;
    }
    findings += clockFinding(clock);
    if (server) {
        return findings + serverFindings(*server);
    }
    for (const QString &subject : {u"DNS"_s, u"TCP"_s, u"TLS"_s, u"login"_s}) {
        findings += CheckFinding{
            subject, Verdict::Skipped, u"not tried: the configuration, which names the server, can't be read"_s, {}};
    }
    return findings;
}

void show(const QList<CheckFinding> &findings, bool asJson)
{
    if (asJson) {
        print(printableJson(toJsonText(findingsJson(findings))) + '\n');
    } else {
        print(findingLines(findings, Screen::ofStdout()));
    }
}

ServerFacts checkServer(const DeviceConfig &config, const DeviceTree &tree, std::chrono::seconds limit)
{
    const SystemClock clock;
    ServerCheck check(agent::accountOf(config, tree.caCertificate()), limit, clock);
    ServerFacts facts;
    QObject::connect(&check, &ServerCheck::finished, &check, [&facts](const ServerFacts &found) {
        facts = found;
        QCoreApplication::quit();
    });
    check.start();
    QCoreApplication::exec();
    return facts;
}

} // namespace

int runCheck(const QStringList &arguments)
{
    CommandLine line(
        u"Finds out why a device doesn't work: its account, disk, permissions and clock, and step by step the "
        "way to its server, with a login of its own that disturbs no agent. Each is \"ok\", or what is wrong "
        "with the cure. Exits with 1 when anything is wrong."_s,
        u"sgn-device check"_s);
    line.addPositionalArgument(u"check"_s, u"This command."_s, u"check"_s);
    addPlaceOptions(line);
    line.addOptions({
        {u"json"_s, u"One JSON object instead of lines."_s},
        {u"limit"_s, u"Seconds for each step on the way to the server."_s, u"S"_s, u"20"_s},
    });
    line.process(arguments);
    (void)operands(line, 0);
    const Place place = placeOf(line);
    const std::chrono::seconds limit(line.number(u"limit"_s, 1, 300));
    if (const auto entered = enterPlace(place); !entered) {
        return failed(entered.error());
    }
    const auto config = loadDeviceConfig(place.tree);
    const auto server = config ? std::optional(checkServer(*config, place.tree, limit)) : std::nullopt;
    const QList<CheckFinding> findings = judge(place, config, server);
    show(findings, line.parser().isSet(u"json"_s));
    return areAllWell(findings) ? ExitDone : ExitFailed;
}

} // namespace sgn::technician
