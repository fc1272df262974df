// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Printable.h"
#include "technician/DeviceCommands.h"
#include "technician/Restart.h"
#include "technician/Screen.h"

#include <cstdio>

namespace sgn::technician {

using namespace Qt::StringLiterals;

int runRestart(const QStringList &arguments)
{
    CommandLine line(
        u"Has the watchdog restart a process, all of them without a NAME, or the agent, and waits until it "
        "runs."_s,
        u"sgn-device restart ocr"_s);
    line.addPositionalArgument(u"restart"_s, u"This command."_s, u"restart"_s);
    line.addPositionalArgument(u"name"_s, u"A process of \"sgn-device status\", or \"agent\"."_s, u"[NAME]"_s);
    addPlaceOptions(line);
    line.addOption({u"wait"_s, u"Seconds to wait for each process to run."_s, u"S"_s, u"60"_s});
    line.process(arguments);
    const QStringList names = operands(line, 1);
    const Place place = placeOf(line);
    const std::chrono::seconds limit(line.number(u"wait"_s, 1, 3600));
    Outcome done = enterPlace(place);
    if (done) {
        done = restart(place, names.value(0), limit, [](const QString &sentence) {
            print({printable(sentence)});
            std::fflush(stdout);
        });
    }
    if (!done) {
        return failed(done.error());
    }
    return ExitDone;
}

} // namespace sgn::technician
