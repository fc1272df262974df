// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

QLatin1StringView codeOf(Tone tone)
{
    switch (tone) {
    case Tone::Plain:
        return {};
    case Tone::Title:
        return "\033[1m"_L1;
    case Tone::Good:
        return "\033[32m"_L1;
    case Tone::Doubtful:
        return "\033[33m"_L1;
    case Tone::Bad:
        return "\033[31m"_L1;
    case Tone::Quiet:
        return "\033[2m"_L1;
    }
    return {};
}

} // namespace

QString painted(const QString &text, Tone tone)
{
    return tone == Tone::Plain || text.isEmpty() ? text : codeOf(tone) + text + "\033[0m"_L1;
}

Surroundings Surroundings::ofStdout()
{
    Surroundings surroundings;
    surroundings.output = ::isatty(STDOUT_FILENO) == 1 ? Output::Terminal : Output::Stream;
    surroundings.term = qgetenv("TERM");
    surroundings.noColor = qgetenv("NO_COLOR");
    surroundings.columns = qgetenv("COLUMNS");
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        surroundings.terminalWidth = size.ws_col;
    }
    return surroundings;
}

bool Surroundings::haveColours() const
{
    return output == Output::Terminal && term != "dumb" && noColor.isEmpty();
}

} // namespace sgn
