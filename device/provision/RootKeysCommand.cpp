// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"
#include "base/DeviceTree.h"
#include "config/RootKeys.h"
#include "provision/ProvisionCommands.h"
#include "provision/PublicKeyFiles.h"

namespace sgn::provision {

using namespace Qt::StringLiterals;

namespace {

Outcome write(const QStringList &release, const QStringList &operators, const QString &path)
{
    auto releaseKeys = readPublicKeys(release);
    auto operatorKeys = readPublicKeys(operators);
    if (!releaseKeys || !operatorKeys) {
        return fail(!releaseKeys ? releaseKeys.error() : operatorKeys.error());
    }
    // The agent reads it as the owner of the device's folder.
    return writeFileAtomically(path, encodeRootKeys({*std::move(releaseKeys), *std::move(operatorKeys)}), 0644);
}

} // namespace

int runRootKeys(const QStringList &arguments)
{
    CommandLine commandLine(
        u"Writes the keys that bind a device where only root can change them. The watchdog then installs no release of "
        "itself that none of the release keys signed, whatever the owner of the device's folder does."_s,
        u"sudo sgn-provision root-keys --release keys/release-….public.jwk --out "
        "/media/card/home/root/WatchDog.keys"_s);
    const QCommandLineParser &parser = commandLine.parser();
    commandLine.addPositionalArgument(u"root-keys"_s, u"This command."_s, u"root-keys"_s);
    commandLine.addOptions({
        {u"release"_s, u"A public key that signs releases; may be given several times."_s, u"FILE"_s},
        {u"operator"_s, u"A public key that signs commands; may be given several times."_s, u"FILE"_s},
        {u"out"_s, u"The file: beside the folder of the watchdog's release, with its name and \".keys\"."_s, u"FILE"_s,
         DeviceTree::rootKeys()},
    });
    commandLine.process(arguments);
    (void)operands(commandLine, {});
    const QStringList release = parser.values(u"release"_s);
    const QStringList operators = parser.values(u"operator"_s);
    if (release.isEmpty() && operators.isEmpty()) {
        CommandLine::usageError(u"--release or --operator is missing"_s);
    }
    if (release.isEmpty()) {
        complain(
            u"warning: without --release the keys for releases are those of config_file.bin, which the owner of the "
            "device's folder can change; where it has none, releases stay unsigned"_s);
    }
    if (const auto written = write(release, operators, parser.value(u"out"_s)); !written) {
        complain(written.error().message);
        return ExitFailed;
    }
    return ExitDone;
}

} // namespace sgn::provision
