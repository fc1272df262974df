// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Sgn.Ui

// The box of a check box, without behaviour.
Rectangle {
    id: mark

    property bool checked: false
    property bool partly: false
    property bool hovered: false

    width: Theme.iconSize
    height: Theme.iconSize
    radius: Theme.gap1
    color: checked || partly ? Theme.accent : Theme.surface
    border.width: checked || partly ? 0 : Theme.hairline
    border.color: hovered ? Theme.muted : Theme.lineStrong

    Icon {
        visible: mark.checked || mark.partly
        anchors.fill: parent
        anchors.margins: Theme.gapHalf
        name: mark.partly ? "minus" : "check"
        strokeWidth: Theme.boldStroke
        color: Theme.accentText
    }
}
