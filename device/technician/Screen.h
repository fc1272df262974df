// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Terminal.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace sgn::technician {

// Where results are printed: on a terminal with colours and in lines of its width, in a pipe or file with neither.
struct Screen
{
    bool hasColours = false;
    int width = 0; // columns; 0: lines are not broken

    // What stdout is. Without colours where NO_COLOR is set or TERM is "dumb".
    [[nodiscard]] static Screen ofStdout();

    [[nodiscard]] QString painted(const QString &text, Tone tone) const;
    // `head`, padded to `column`, then the text; its further lines begin at `column` as well. `tone` paints the text.
    [[nodiscard]] QStringList entry(const QString &head, int column, const QString &text) const;
    [[nodiscard]] QStringList entry(const QString &head, int column, const QString &text, Tone tone) const;
};

// To stdout, each with a line feed.
void print(const QStringList &lines);
void print(const QByteArray &text);

// "sgn-device: <sentence>" on stderr.
void complain(const QString &sentence);

} // namespace sgn::technician
