// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Sgn.Ui

// Drawn around a control that was reached by keyboard.
Rectangle {
    anchors.fill: parent
    anchors.margins: -Theme.focusWidth - Theme.focusGap
    radius: Theme.radius + Theme.focusWidth + Theme.focusGap
    color: "transparent"
    border.width: Theme.focusWidth
    border.color: Theme.accent
}
