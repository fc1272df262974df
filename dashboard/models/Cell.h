// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// What a cell's parts can be; for QML under the name Cell.
namespace CellParts {
Q_NAMESPACE
QML_NAMED_ELEMENT(Cell)

// What a text means; the view knows the colour.
enum Tone { Plain, Muted, Accent, Good, Warning, Bad };
Q_ENUM_NS(Tone)

// In front of the text.
enum Dot { NoDot, Online, Offline, Silent };
Q_ENUM_NS(Dot)

} // namespace CellParts

// What one cell of a table shows. The same few parts are used by every table, so that there is one delegate for all.
struct Cell
{
    using Tone = CellParts::Tone;
    using Dot = CellParts::Dot;
    using enum CellParts::Tone;
    using enum CellParts::Dot;

    QString text;
    Tone tone = Plain;
    bool badge = false; // the text on a ground of its tone
    Dot dot = NoDot;
    double progress = -1; // 0 to 1; below 0: none
    QString action;       // the command at the end of the cell, empty: none
    QString hint;         // shown while the pointer rests on the cell
    bool mono = false;
};

} // namespace sgn::models
