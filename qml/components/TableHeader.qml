// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Models
import Sgn.Ui

// One cell of a table's header: a click sorts, its edge drags the width, a double click there resets it.
T.AbstractButton {
    id: head

    required property int index
    required property string title
    required property real offset
    required property real extent
    required property bool sortable
    required property bool alignEnd
    required property int sourceColumn
    required property TableFilter rows
    required property TableColumns columns
    property real lead: 0

    readonly property bool sorted: rows.sortColumn === sourceColumn

    x: offset
    width: extent
    visible: extent > 0
    height: parent ? parent.height : 0
    leftPadding: Theme.gap3 + lead
    rightPadding: Theme.gap2
    enabled: sortable
    hoverEnabled: true
    focusPolicy: Qt.NoFocus
    Accessible.role: Accessible.ColumnHeader
    Accessible.name: !sorted ? title : rows.sortDescending ? qsTr("%1, sorted, last first").arg(title)
                                                           : qsTr("%1, sorted").arg(title)
    onClicked: rows.sortBy(sourceColumn)

    contentItem: Row {
        spacing: Theme.gap1

        Label {
            text: head.title
            width: Math.min(implicitWidth, head.availableWidth - (head.sorted ? Theme.iconSize : 0))
            height: parent.height
            color: head.sorted || head.hovered ? Theme.text : Theme.muted
            font.pixelSize: Theme.smallSize
            font.weight: Font.Medium
            Accessible.ignored: true
        }
        Icon {
            visible: head.sorted
            name: head.rows.sortDescending ? "arrow-down" : "arrow-up"
            color: Theme.muted
            width: Theme.smallIconSize
            height: Theme.smallIconSize
            anchors.verticalCenter: parent.verticalCenter
        }
    }
    Rectangle {
        visible: edge.containsMouse || edge.pressed
        anchors.right: parent.right
        width: Theme.focusWidth
        height: parent.height
        color: Theme.accent
    }
    MouseArea {
        id: edge

        property real grabbedAt: 0

        anchors.right: parent.right
        width: Theme.gap2
        height: parent.height
        hoverEnabled: true
        cursorShape: Qt.SplitHCursor
        preventStealing: true
        onPressed: mouse => grabbedAt = mouse.x
        onPositionChanged: mouse => { if (pressed) head.columns.resize(head.index, head.extent + mouse.x - grabbedAt) }
        onDoubleClicked: head.columns.resetWidth(head.index)
    }
}
