// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Sgn.Ui

// The background of a card, a table or a bar.
Rectangle {
    radius: Theme.surfaceRadius
    color: Theme.surface
    border.width: Theme.hairline
    border.color: Theme.line
}
