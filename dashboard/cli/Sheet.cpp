// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Sheet.h"

#include <cwchar>
#include <utility>

namespace sgn::cli {

using namespace Qt::StringLiterals;

QString Sheet::painted(const QString &text, Tone tone) const
{
    return palette == Palette::Terminal ? sgn::painted(text, tone) : text;
}

Sheet sheetFor(const Surroundings &surroundings)
{
    if (surroundings.output == Surroundings::Output::Stream) {
        return {};
    }
    bool isNumber = false;
    const int columns = surroundings.columns.toInt(&isNumber);
    const int width = isNumber && columns > 0 ? columns : surroundings.terminalWidth;
    return {surroundings.haveColours() ? Sheet::Palette::Terminal : Sheet::Palette::None,
            width < leastWidth ? 0 : width};
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
