// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace sgn::cli {

// What a text is about, for its colour.
enum class Tone { Plain, Title, Good, Doubtful, Bad, Quiet };

// What results are printed on: a pipe or a file, or a terminal with colours and in lines of its width.
struct Sheet
{
    enum class Palette {
        None,
        Terminal, // the 16 colours that every terminal has, as its user has set them
    };

    Palette palette = Palette::None;
    int width = 0; // columns; 0: lines are not broken, and columns are as wide as their texts have characters

    // Painted as it is meant, where there are colours. The text must be harmless already.
    [[nodiscard]] QString painted(const QString &text, Tone tone) const;
};

// What decides about the sheet.
struct Surroundings
{
    enum class Output { Stream, Terminal };

    Output output = Output::Stream;
    QByteArray term;       // TERM
    QByteArray noColor;    // NO_COLOR, see https://no-color.org: anything but the empty text means none
    QByteArray columns;    // COLUMNS, which counts more than the terminal's own width; no number: not set
    int terminalWidth = 0; // 0: unknown

    // Those of stdout.
    [[nodiscard]] static Surroundings ofStdout();
};

// Pure. A stream never has colours or a width. A terminal that is narrower than leastWidth has no width.
inline constexpr int leastWidth = 40;
[[nodiscard]] Sheet sheetFor(const Surroundings &surroundings);

// The columns of a terminal that a text takes: by wcwidth(), thus two for an ideograph and none for a combining accent.
[[nodiscard]] qsizetype displayWidth(const QString &text);

// By words, into lines of that many columns; a word that is longer than a line stays whole, so that a path can be
// copied.
[[nodiscard]] QStringList wrapped(const QString &text, qsizetype width);

} // namespace sgn::cli
