// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// The columns of a table but the first: each shown or not, and its place.
ScrollArea {
    id: list

    required property TableColumns columns

    implicitHeight: content.implicitHeight
    contentHeight: content.implicitHeight

    ColumnLayout {
        id: content
        width: parent.width
        spacing: 0

        Repeater {
            model: list.columns

            RowLayout {
                id: entry

                required property int index
                required property string title
                required property bool shown

                visible: index > 0
                spacing: 0
                Layout.fillWidth: true

                CheckBox {
                    text: entry.title
                    checked: entry.shown
                    Layout.fillWidth: true
                    onToggled: list.columns.setShown(entry.index, checked)
                }
                Button {
                    flat: true
                    iconName: "arrow-up"
                    hint: qsTr("Move %1 to the front").arg(entry.title)
                    enabled: entry.index > 1
                    onClicked: list.columns.moveBack(entry.index)
                }
                Button {
                    flat: true
                    iconName: "arrow-down"
                    hint: qsTr("Move %1 to the end").arg(entry.title)
                    enabled: entry.index < list.columns.rowCount() - 1
                    onClicked: list.columns.moveOn(entry.index)
                }
            }
        }
        Link {
            text: qsTr("Reset")
            Layout.topMargin: Theme.gap2
            onClicked: list.columns.reset()
        }
    }
}
