// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Sgn.Ui

// A command. Plain by default; `primary` for the one a screen is about, `danger` for what can't be undone, `flat` in bars, `quiet` beside
// what matters more.
T.Button {
    id: button

    property bool primary: false
    property bool danger: false
    property bool quiet: false
    property string iconName
    property string hint

    readonly property color foreground: primary ? Theme.accentText : danger ? Theme.bad : quiet ? Theme.muted : Theme.text

    implicitHeight: Theme.controlHeight
    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    leftPadding: text.length === 0 ? (Theme.controlHeight - Theme.iconSize) / 2 : Theme.gap3
    rightPadding: leftPadding
    spacing: Theme.gap2
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    opacity: enabled ? 1 : Theme.disabledOpacity
    Accessible.name: text.length > 0 ? text : hint
    Accessible.description: hint

    Keys.onReturnPressed: button.clicked()
    Keys.onEnterPressed: button.clicked()

    contentItem: RowLayout {
        spacing: button.spacing

        Icon {
            visible: button.iconName.length > 0
            name: button.iconName
            color: button.foreground
            Layout.preferredWidth: Theme.iconSize
            Layout.preferredHeight: Theme.iconSize
        }
        Label {
            visible: button.text.length > 0
            text: button.text
            color: button.foreground
            font.weight: Font.Medium
            horizontalAlignment: Text.AlignHCenter
            Layout.fillWidth: true
            Accessible.ignored: true
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: button.primary ? (button.hovered || button.down ? Theme.accentHover : Theme.accent)
             : button.down ? Theme.pressed : button.hovered ? Theme.hover
             : button.flat ? "transparent" : Theme.surface
        border.width: button.flat || button.primary ? 0 : Theme.hairline
        border.color: Theme.line

        FocusRing {
            visible: button.visualFocus
        }
    }
    ToolTip {
        visible: button.hovered && button.hint.length > 0
        text: button.hint
    }
}
