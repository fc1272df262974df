// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Terminal.h"

#include <QString>
#include <QStringList>

namespace sgn::cli {

// What results are printed on: a pipe or a file, or a terminal with colours and in lines of its width.
struct Sheet
{
    enum class Palette {
        None,
        Terminal,
    };

    Palette palette = Palette::None;
    int width = 0; // columns; 0: lines are not broken, and columns are as wide as their texts have characters

    // Painted as it is meant, where there are colours. The text must be harmless already.
    [[nodiscard]] QString painted(const QString &text, Tone tone) const;
};

// Pure. A stream never has colours or a width. COLUMNS counts more than the terminal's own width, unless it is no
// number; what is narrower than leastWidth has no width.
inline constexpr int leastWidth = 40;
[[nodiscard]] Sheet sheetFor(const Surroundings &surroundings);

// The columns of a terminal that a text takes: by wcwidth(), thus two for an ideograph and none for a combining accent.
[[nodiscard]] qsizetype displayWidth(const QString &text);

// By words, into lines of that many columns; a word that is longer than a line stays whole, so that a path can be
// copied.
[[nodiscard]] QStringList wrapped(const QString &text, qsizetype width);

} // namespace sgn::cli
