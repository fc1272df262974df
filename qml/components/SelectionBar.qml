// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// Shown while rows are selected: how many, and the commands for them.
Surface {
    id: bar

    required property TableFilter rows
    default property alias commands: slot.data

    implicitHeight: row.implicitHeight + Theme.gap3 * 2
    Accessible.role: Accessible.ToolBar
    Accessible.name: qsTr("%n selected", "", rows.checkedCount)

    RowLayout {
        id: row
        anchors.fill: parent
        anchors.leftMargin: Theme.gap4
        anchors.rightMargin: Theme.gap3
        spacing: Theme.gap2

        Label {
            text: qsTr("%n selected", "", bar.rows.checkedCount)
            font.weight: Font.DemiBold
        }
        Link {
            text: qsTr("Clear")
            onClicked: bar.rows.uncheckAll()
        }
        Item {
            Layout.fillWidth: true
        }
        // In two lines where the window is narrow.
        Flow {
            id: slot

            readonly property real inOneLine: {
                let sum = -spacing
                for (let i = 0; i < children.length; ++i) {
                    sum += children[i].implicitWidth + spacing
                }
                return sum
            }

            spacing: Theme.gap2
            Layout.fillWidth: true
            Layout.maximumWidth: inOneLine
            Layout.preferredWidth: inOneLine
        }
    }
}
