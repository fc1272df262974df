// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace sgn {

// What a text on a terminal is about, for its colour: one of the 16 that every terminal has, as its user has set them.
enum class Tone { Plain, Title, Good, Doubtful, Bad, Quiet };

// In that colour. The text must be harmless already (Printable.h).
[[nodiscard]] QString painted(const QString &text, Tone tone);

// What decides how stdout is written to.
struct Surroundings
{
    enum class Output { Stream, Terminal };

    Output output = Output::Stream;
    QByteArray term;       // TERM
    QByteArray noColor;    // NO_COLOR, see https://no-color.org: anything but the empty text means none
    QByteArray columns;    // COLUMNS
    int terminalWidth = 0; // columns; 0: unknown

    [[nodiscard]] static Surroundings ofStdout();

    // A stream never has colours, and a terminal has them unless it is a dumb one or they aren't wished. Pure.
    [[nodiscard]] bool haveColours() const;
};

} // namespace sgn
