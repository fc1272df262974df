// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Sgn.Models
import Sgn.Ui

// One entry of the navigation, with a count when something needs attention.
T.AbstractButton {
    id: item

    required property string iconName
    property int count: 0
    property int countTone: Cell.Bad
    property bool selected: false

    implicitHeight: Theme.controlHeight
    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    leftPadding: Theme.gap3
    rightPadding: Theme.gap3
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.role: Accessible.PageTab
    Accessible.name: count > 0 ? qsTr("%1, %2").arg(text).arg(count) : text
    Accessible.selected: selected

    Keys.onReturnPressed: item.clicked()
    Keys.onEnterPressed: item.clicked()

    contentItem: RowLayout {
        spacing: Theme.gap3 - Theme.gapHalf

        Icon {
            name: item.iconName
            color: item.selected ? Theme.accent : Theme.muted
            Layout.preferredWidth: Theme.iconSize
            Layout.preferredHeight: Theme.iconSize
        }
        Label {
            text: item.text
            color: item.selected ? Theme.accent : Theme.muted
            font.weight: item.selected ? Font.Medium : Font.Normal
            Layout.fillWidth: true
            Accessible.ignored: true
        }
        Badge {
            visible: item.count > 0
            text: item.count
            tone: item.countTone
            radius: height / 2
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: item.selected ? Theme.accentSoft : item.hovered ? Theme.hover : "transparent"

        FocusRing {
            visible: item.visualFocus
            anchors.margins: -Theme.focusGap
        }
    }
}
