// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Ui

// What every cell of every table looks like; the parts come from the model (see Cell).
Rectangle {
    id: cell

    required property int row
    required property int column
    required property string text
    required property int tone
    required property bool badge
    required property int dot
    required property double progress
    required property string action
    required property string hint
    required property bool mono
    required property bool alignEnd
    required property string key
    required property bool checked

    property bool current: false
    property bool focused: false
    property bool checkable: false
    property int hoveredRow: -1
    property real lead: 0

    signal hoverBegan
    signal hoverEnded
    signal picked(int modifiers)
    signal toggled
    signal acted

    implicitWidth: Theme.columnWidth
    implicitHeight: Theme.rowHeight
    color: checked ? Theme.accentSoft : current && !checkable ? Theme.accentSoft
         : current || hoveredRow === row ? Theme.hover : "transparent"
    Accessible.role: Accessible.Cell
    Accessible.name: text
    Accessible.description: hint
    Accessible.selected: checked
    Accessible.focused: current && focused && column === 0

    HoverHandler {
        id: hover
        onHoveredChanged: hovered ? cell.hoverBegan() : cell.hoverEnded()
    }
    TapHandler {
        id: tap
        acceptedButtons: Qt.LeftButton
        gesturePolicy: TapHandler.ReleaseWithinBounds
        onTapped: cell.picked(tap.point.modifiers)
    }
    Rectangle {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        height: Theme.hairline
        color: Theme.line
    }
    Rectangle {
        visible: cell.current && cell.column === 0
        anchors.left: parent.left
        anchors.top: parent.top
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.hairline
        width: cell.focused ? Theme.focusedMarkerWidth : Theme.markerWidth
        color: cell.focused ? Theme.accent : Theme.lineStrong
    }
    CheckMark {
        id: mark
        visible: cell.lead > 0
        x: Theme.gap3
        anchors.verticalCenter: parent.verticalCenter
        checked: cell.checked
        hovered: cell.hoveredRow === cell.row

        TapHandler {
            margin: Theme.gap2
            gesturePolicy: TapHandler.WithinBounds
            onTapped: cell.toggled()
        }
    }
    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.gap3 + cell.lead
        anchors.rightMargin: Theme.gap1
        anchors.bottomMargin: Theme.hairline
        spacing: 0

        StatusDot {
            dot: cell.dot
            Layout.rightMargin: Theme.gap2
        }
        Once {
            active: cell.progress >= 0

            ProgressBar {
                value: cell.progress
                Layout.preferredWidth: Theme.cellProgressWidth
                Layout.rightMargin: Theme.gap2
                Accessible.ignored: true
            }
        }
        // The text is elided before the action is, so that the action can always be reached.
        Label {
            id: label
            leftPadding: cell.badge ? Theme.gap2 : 0
            rightPadding: leftPadding
            topPadding: cell.badge ? Theme.gapHalf : 0
            bottomPadding: topPadding
            text: cell.text
            color: Theme.toneColor(cell.tone)
            mono: cell.mono
            font.weight: cell.badge ? Font.Medium : Font.Normal
            Layout.fillWidth: true
            Layout.maximumWidth: Math.ceil(implicitWidth)
            Accessible.ignored: true

            Rectangle {
                anchors.fill: parent
                z: -1
                visible: cell.badge
                radius: Theme.badgeRadius
                color: Theme.toneSoft(cell.tone)
            }
        }
        Once {
            active: cell.action.length > 0

            Link {
                text: cell.action
                focusPolicy: Qt.NoFocus
                Layout.leftMargin: Theme.gap2
                // Clear of the scroll bar.
                Layout.rightMargin: Theme.gap2
                onClicked: cell.acted()
            }
        }
        Item {
            Layout.fillWidth: true
        }
    }
    ToolTip {
        visible: hover.hovered && cell.hint.length > 0 && (cell.hint !== cell.text || label.truncated)
        text: cell.hint
    }
}
