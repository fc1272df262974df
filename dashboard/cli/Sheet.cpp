// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Sheet.h"

#include <cwchar>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace sgn::cli {

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

QString Sheet::painted(const QString &text, Tone tone) const
{
    const bool isPainted = palette == Palette::Terminal && tone != Tone::Plain && !text.isEmpty();
    return isPainted ? codeOf(tone) + text + "\033[0m"_L1 : text;
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

Sheet sheetFor(const Surroundings &surroundings)
{
    if (surroundings.output == Surroundings::Output::Stream) {
        return {};
    }
    const bool hasColours = surroundings.term != "dumb" && surroundings.noColor.isEmpty();
    bool isNumber = false;
    const int columns = surroundings.columns.toInt(&isNumber);
    const int width = isNumber && columns > 0 ? columns : surroundings.terminalWidth;
    return {hasColours ? Sheet::Palette::Terminal : Sheet::Palette::None, width < leastWidth ? 0 : width};
}

// Qt has set the locale, with UTF-8; in any other one each character takes one column.
qsizetype displayWidth(const QString &text)
{
    qsizetype width = 0;
    for (const char32_t c : text.toStdU32String()) {
        const int columns = ::wcwidth(static_cast<wchar_t>(c));
        width += columns < 0 ? 1 : columns;
    }
    return width;
}

QStringList wrapped(const QString &text, qsizetype width)
{
    QStringList lines;
    QString line;
    qsizetype taken = 0;
    for (const QString &word : text.split(u' ', Qt::SkipEmptyParts)) {
        const qsizetype length = displayWidth(word);
        if (!line.isEmpty() && taken + 1 + length > width) {
            lines += std::exchange(line, {});
            taken = 0;
        }
        taken += length + (line.isEmpty() ? 0 : 1);
        line += (line.isEmpty() ? QString() : u" "_s) + word;
    }
    return lines += line;
}

} // namespace sgn::cli
