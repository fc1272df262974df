// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Comparison.h"
#include "provision/CardOptions.h"
#include "provision/Subcommand.h"

#include <cstdio>
#include <QFileInfo>

namespace sgn::provision {

using namespace Qt::StringLiterals;
using namespace card;

namespace {

// What a device needs to start and to log.
constexpr qint64 spare = 32 * 1024 * 1024;

Outcome checkSpace(Volume &volume, const QList<Difference> &differences)
{
    const auto available = volume.freeBytes();
    if (!available) {
        return fail(available.error());
    }
    qint64 needed = spare;
    for (const Difference &difference : differences) {
        const Wish &wish = difference.wish;
        needed += wish.source.isEmpty() ? wish.content.size() : QFileInfo(wish.source).size();
    }
    return needed <= *available
               ? Outcome()
               : fail(ErrorCode::NoSpace, u"the card has %1 MB free, and %2 MB are needed"_s.arg(*available / 1'000'000)
                                              .arg(needed / 1'000'000));
}

void print(const QList<Difference> &differences)
{
    for (const Difference &difference : differences) {
        std::printf("%-20s %s %s\n", qUtf8Printable(difference.step), difference.wish.path.constData(),
                    qUtf8Printable(difference.what));
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
    if (auto fits = checkSpace(**volume, *differences); !fits) {
        return fits;
    }
    QList<Wish> wishes;
    for (const Difference &difference : *differences) {
        wishes += difference.wish;
    }
    if (auto done = (*volume)->apply(wishes); !done) {
        return done;
    }
    std::printf("done\n");
    return {};
}

} // namespace

int runCard(const QStringList &arguments)
{
    CommandLine line(u"Prepares a card with Raspberry Pi OS for a device: every step of the guide that the options "
                     "name. It can be run again at any time and changes only what isn't there yet."_s,
                     u"sgn-provision card --image pi.img --config meter-1.json --cacert cacert.pem"_s);
    line.parser().addPositionalArgument(u"card"_s, u"This command."_s, u"card"_s);
    addCardOptions(line.parser());
    line.parser().addOption({u"dry-run"_s, u"Show what would change, and change nothing."_s});
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
