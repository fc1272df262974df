// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Printable.h"
#include "technician/DeviceCommands.h"
#include "technician/DeviceLogs.h"
#include "technician/Screen.h"
#include "technician/StatusText.h"

#include <chrono>
#include <cstdio>
#include <thread>

namespace sgn::technician {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto pause = 300ms;

void list(const DeviceTree &tree)
{
    constexpr int column = 24;
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const QList<DeviceLog> logs = deviceLogs(tree);
    if (logs.isEmpty()) {
        print({u"there are no logs in %1 yet"_s.arg(printable(tree.logs()))});
    }
    for (const DeviceLog &log : logs) {
        print(Screen{}.entry(printable(log.name), column,
                             u"%1 KB, last written %2"_s.arg((log.size + 999) / 1000).arg(timeText(log.changed, now))));
    }
}

// Until the program is ended, or has no reader any more (SIGPIPE).
[[noreturn]] void follow(LogFollower &follower)
{
    for (;;) {
        print(harmless(follower.read()));
        std::fflush(stdout);
        std::this_thread::sleep_for(pause);
    }
}

} // namespace

int runLogs(const QStringList &arguments)
{
    CommandLine line(
        u"Prints the end of a log: of a process, \"agent\", \"watchdog\", \"agent-output\". Without a NAME "
        "it lists them."_s,
        u"sgn-device logs ocr --follow"_s);
    line.addPositionalArgument(u"logs"_s, u"This command."_s, u"logs"_s);
    line.addPositionalArgument(u"name"_s, u"A log of the list."_s, u"[NAME]"_s);
    addPlaceOptions(line);
    line.addOptions({
        {{u"n"_s, u"lines"_s}, u"How many lines."_s, u"N"_s, u"50"_s},
        {{u"f"_s, u"follow"_s}, u"Go on with what is written, until Ctrl-C."_s},
    });
    line.process(arguments);
    const QStringList names = operands(line, 1);
    const Place place = placeOf(line);
    const int count = line.number(u"lines"_s, 1, 100'000);
    if (names.isEmpty() && line.parser().isSet(u"follow"_s)) {
        CommandLine::usageError(u"--follow takes the NAME of a log"_s);
    }
    if (const auto entered = enterPlace(place); !entered) {
        return failed(entered.error());
    }
    if (names.isEmpty()) {
        list(place.tree);
        return ExitDone;
    }
    const auto log = findLog(place.tree, names.first());
    LogFollower follower(log ? log->path : QString());
    const auto text = log ? lastLines(*log, count) : Result<QByteArray>(fail(log.error()));
    if (!text) {
        return failed(text.error());
    }
    print(harmless(*text));
    if (line.parser().isSet(u"follow"_s)) {
        follow(follower);
    }
    return ExitDone;
}

} // namespace sgn::technician
