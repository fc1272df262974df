// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Ui

// One of a few, side by side.
T.Button {
    id: choice

    property bool selected: false

    implicitHeight: Theme.controlHeight
    implicitWidth: implicitContentWidth + Theme.gap4 * 2
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.role: Accessible.RadioButton
    Accessible.name: text
    Accessible.checked: selected

    contentItem: Label {
        text: choice.text
        color: choice.selected ? Theme.accent : Theme.text
        font.weight: Font.Medium
        horizontalAlignment: Text.AlignHCenter
        Accessible.ignored: true
    }
    Keys.onReturnPressed: choice.clicked()
    Keys.onEnterPressed: choice.clicked()

    background: Rectangle {
        radius: Theme.radius
        color: choice.selected ? Theme.accentSoft : choice.hovered ? Theme.hover : Theme.surface
        border.width: Theme.hairline
        border.color: choice.selected ? Theme.accent : Theme.line

        FocusRing {
            visible: choice.visualFocus
        }
    }
}
