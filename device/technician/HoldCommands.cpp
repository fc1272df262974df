// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Printable.h"
#include "technician/DeviceCommands.h"
#include "technician/HoldFile.h"
#include "technician/Screen.h"
#include "technician/StatusReader.h"
#include "technician/StatusText.h"

namespace sgn::technician {

using namespace Qt::StringLiterals;

namespace {

// Whether the update is past the point where a hold has it wait.
bool isExchanging(const std::optional<UpdateStatus> &update)
{
    return update && (update->state == update::State::Swapping || update->state == update::State::Confirming ||
                      update->state == update::State::RollingBack);
}

} // namespace

int runHold(const QStringList &arguments)
{
    CommandLine line(
        u"Keeps the device as it is while people work on it: an update downloads and waits, and nothing is "
        "exchanged until \"sgn-device resume\". Processes go on. The panel shows that the device is held."_s,
        u"sgn-device hold --reason \"camera is being cleaned\""_s);
    line.addPositionalArgument(u"hold"_s, u"This command."_s, u"hold"_s);
    addPlaceOptions(line);
    line.addOption({u"reason"_s, u"For whoever comes next."_s, u"TEXT"_s});
    line.process(arguments);
    (void)operands(line, 0);
    const Place place = placeOf(line);
    const HoldStatus hold{nameOfUser(), QDateTime::currentDateTimeUtc(), line.parser().value(u"reason"_s)};
    if (const auto entered = enterPlace(place); !entered) {
        return failed(entered.error());
    }
    if (const auto written = writeHold(place.tree, hold); !written) {
        return failed(written.error());
    }
    print({u"held: nothing is exchanged on this device until \"sgn-device resume\""_s});
    if (const DeviceStatus status = readStatus(place); isExchanging(status.update)) {
        print({u"an exchange has begun before (%1) and goes on; sgn-device status shows when it has ended"_s.arg(
            printable(status.update->subject))});
    }
    return ExitDone;
}

int runResume(const QStringList &arguments)
{
    CommandLine line(u"Ends the hold of \"sgn-device hold\"; an update that waits goes on at once."_s,
                     u"sgn-device resume"_s);
    line.addPositionalArgument(u"resume"_s, u"This command."_s, u"resume"_s);
    addPlaceOptions(line);
    line.process(arguments);
    (void)operands(line, 0);
    const Place place = placeOf(line);
    if (const auto entered = enterPlace(place); !entered) {
        return failed(entered.error());
    }
    const auto hold = removeHold(place.tree);
    if (!hold && hold.error().code == ErrorCode::NotFound) {
        print({hold.error().message});
        return ExitDone;
    }
    if (!hold) {
        return failed(hold.error());
    }
    print({printable(u"resumed; it was held by %1 since %2"_s.arg(
        hold->by, timeText(hold->since, QDateTime::currentDateTimeUtc())))});
    return ExitDone;
}

} // namespace sgn::technician
