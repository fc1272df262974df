// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/JsonText.h"
#include "base/Printable.h"
#include "technician/DeviceCommands.h"
#include "technician/Screen.h"
#include "technician/StatusReader.h"
#include "technician/StatusText.h"

namespace sgn::technician {

using namespace Qt::StringLiterals;

int runStatus(const QStringList &arguments)
{
    CommandLine line(u"Shows what runs on the device and what has died, whether the server is reached, and the update "
                     "in progress. It changes nothing, and works without agent and watchdog."_s,
                     u"sgn-device status"_s);
    line.addPositionalArgument(u"status"_s, u"This command."_s, u"status"_s);
    addPlaceOptions(line);
    line.addOption({u"json"_s, u"One JSON object instead of lines."_s});
    line.process(arguments);
    (void)operands(line, 0);
    const Place place = placeOf(line);
    if (const auto entered = enterPlace(place); !entered) {
        return failed(entered.error());
    }
    const DeviceStatus status = readStatus(place);
    if (line.parser().isSet(u"json"_s)) {
        print(printableJson(toJsonText(statusJson(status))) + '\n');
    } else {
        print(statusLines(status, Screen::ofStdout()));
    }
    return ExitDone;
}

} // namespace sgn::technician
