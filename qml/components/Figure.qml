// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Ui

// A head figure that is a filter: a click narrows the table to what it counts.
T.AbstractButton {
    id: figure

    required property string value
    property int tone
    property bool selected: false

    implicitHeight: Theme.figureHeight
    implicitWidth: Theme.figureWidth
    leftPadding: Theme.gap4
    rightPadding: Theme.gap3
    topPadding: Theme.gap3
    bottomPadding: Theme.gap3
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.role: Accessible.CheckBox
    Accessible.name: qsTr("%1: %2").arg(text).arg(value)
    Accessible.checked: selected

    Keys.onReturnPressed: figure.clicked()
    Keys.onEnterPressed: figure.clicked()

    contentItem: Column {
        spacing: Theme.gapHalf

        Label {
            width: parent.width
            text: figure.value
            color: Theme.toneColor(figure.tone)
            font.pixelSize: Theme.figureSize
            font.weight: Font.DemiBold
            Accessible.ignored: true
        }
        Label {
            width: parent.width
            text: figure.text
            color: Theme.muted
            Accessible.ignored: true
        }
    }
    background: Rectangle {
        radius: Theme.surfaceRadius
        color: figure.down ? Theme.pressed : figure.hovered ? Theme.hover : Theme.surface
        border.width: figure.selected ? Theme.focusWidth : Theme.hairline
        border.color: figure.selected ? Theme.accent : Theme.line

        FocusRing {
            visible: figure.visualFocus
            radius: Theme.surfaceRadius + Theme.focusWidth + Theme.focusGap
        }
    }
}
