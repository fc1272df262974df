// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Printable.h"
#include "card/Comparison.h"
#include "provision/CardOptions.h"
#include "provision/ProvisionCommands.h"

#include <cstdio>
#include <QFile>

namespace sgn::provision {

using namespace Qt::StringLiterals;
using namespace card;

namespace {

void print(const QList<Difference> &differences)
{
    for (const Difference &difference : differences) {
        std::printf("%-20s %s %s\n", qUtf8Printable(difference.step), difference.wish.path.constData(),
                    qUtf8Printable(printable(difference.what)));
    }
}

void warnOfReaders(const CardArguments &arguments)
{
    const CardOrder &order = arguments.order;
    const bool hasSecrets =
        order.password || !arguments.files.config.isEmpty() || (order.wifi && order.wifi->passphrase);
    const auto others = QFileDevice::ReadGroup | QFileDevice::ReadOther;
    if (hasSecrets && !arguments.image.isEmpty() && (QFile::permissions(arguments.image) & others) != 0) {
        complain(u"warning: other users can read %1, which now has secrets: chmod 600 %1"_s.arg(arguments.image));
    }
}

Outcome provision(const CardArguments &arguments, bool isDryRun)
{
    const auto volume = openCard(arguments, isDryRun ? Access::Read : Access::Change);
    if (!volume) {
        return fail(volume.error());
    }
    Provisioning provisioning(arguments.order, arguments.files, **volume);
    const auto steps = provisioning.steps();
    if (!steps) {
        return fail(steps.error());
    }
    const auto differences = compare(*steps, **volume);
    if (!differences) {
        return fail(differences.error());
    }
    print(*differences);
    if (isDryRun || differences->isEmpty()) {
        std::printf("%s\n", differences->isEmpty() ? "nothing to change" : "nothing was changed (--dry-run)");
        return {};
    }
    auto done = carryOut(*differences, **volume);
    if (done) {
        done = verify(*steps, **volume);
    }
    if (!done) {
        return done;
    }
    std::printf("done\n");
    warnOfReaders(arguments);
    return {};
}

} // namespace

int runCard(const QStringList &arguments)
{
    CommandLine line(u"Prepares a card with Raspberry Pi OS for a device: every step of the guide that the options "
                     "name. It can be run again at any time and changes only what isn't there yet."_s,
                     u"sgn-provision card --image pi.img --config meter-1.json --cacert cacert.pem"_s);
    line.addPositionalArgument(u"card"_s, u"This command."_s, u"card"_s);
    addCardOptions(line);
    line.addOption({u"dry-run"_s, u"Show what would change, and change nothing."_s});
    line.process(arguments);
    (void)operands(line, {});
    const auto given = readCardArguments(line.parser());
    const Outcome done = given ? provision(*given, line.parser().isSet(u"dry-run"_s)) : Outcome(fail(given.error()));
    if (!done) {
        complain(done.error().message);
        return ExitFailed;
    }
    return ExitDone;
}

} // namespace sgn::provision
