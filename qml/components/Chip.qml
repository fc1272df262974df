// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Sgn.Ui

// A small pill: a filter that is on (`removable`) or one of several choices.
T.AbstractButton {
    id: chip

    property bool removable: false
    property bool selected: false

    implicitHeight: Theme.chipHeight
    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    leftPadding: Theme.gap3
    rightPadding: Theme.gap3
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.role: removable ? Accessible.Button : Accessible.RadioButton
    Accessible.name: removable ? qsTr("Remove filter %1").arg(text) : text
    Accessible.checked: selected

    Keys.onReturnPressed: chip.clicked()
    Keys.onEnterPressed: chip.clicked()

    contentItem: RowLayout {
        spacing: Theme.gap1

        Label {
            text: chip.text
            color: chip.removable || chip.selected ? Theme.accent : Theme.text
            font.weight: Font.Medium
            Layout.fillWidth: true
            Accessible.ignored: true
        }
        Icon {
            visible: chip.removable
            name: "x"
            color: Theme.accent
            Layout.preferredWidth: Theme.smallIconSize
            Layout.preferredHeight: Theme.smallIconSize
        }
    }
    background: Rectangle {
        radius: height / 2
        color: chip.removable || chip.selected ? Theme.accentSoft : chip.hovered ? Theme.hover : Theme.surface
        border.width: chip.removable || chip.selected ? 0 : Theme.hairline
        border.color: Theme.line

        FocusRing {
            visible: chip.visualFocus
            radius: height / 2
        }
    }
}
