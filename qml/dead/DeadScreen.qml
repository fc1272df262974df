// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// The processes that are not running, with cause and remedy.
FocusScope {
    id: screen

    required property Workspace workspace

    signal deviceWanted(string key)

    Shortcut {
        sequence: "Ctrl+F"
        onActivated: filter.forceActiveFocus(Qt.ShortcutFocusReason)
    }
    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.gap6
        anchors.topMargin: Theme.gap5
        anchors.bottomMargin: Theme.gap5
        spacing: Theme.gap4

        ScreenTitle {
            title: qsTr("Dead processes")
            subtitle: screen.workspace.dead.totalCount === 0 ? qsTr("All known processes are running.")
                                                             : qsTr("%n process(es) not running for more than a minute", "", screen.workspace.dead.totalCount)
            Layout.fillWidth: true

            TextField {
                id: filter
                visible: screen.workspace.dead.totalCount > 0
                iconName: "search"
                clearable: true
                placeholderText: qsTr("Filter")
                onTextChanged: screen.workspace.dead.filterText = text
                Keys.onEscapePressed: clear()
                Keys.onDownPressed: table.forceActiveFocus(Qt.TabFocusReason)
            }
        }
        DataTable {
            id: table
            focus: true
            name: qsTr("Dead processes")
            rows: screen.workspace.dead
            checkable: true
            Layout.fillWidth: true
            Layout.fillHeight: true
            empty: EmptyState {
                anchors.centerIn: parent
                width: Math.min(parent.width - Theme.gap8 * 2, Theme.messageWidth)
                iconName: "circle-check"
                title: screen.workspace.dead.totalCount === 0 ? qsTr("No dead processes") : qsTr("No match")
                text: screen.workspace.dead.totalCount === 0 ? qsTr("A process that hasn't been running for more than a minute is listed here, with the cause and what to do.")
                                                             : qsTr("No dead process matches the filter.")
            }
        }
        SelectionBar {
            rows: screen.workspace.dead
            visible: rows.checkedCount > 0
            Layout.fillWidth: true

            Button {
                text: qsTr("Get logs")
                iconName: "file-text"
                onClicked: screen.workspace.getLogsOfDead()
            }
            Button {
                text: qsTr("Show device")
                visible: screen.workspace.dead.checkedCount === 1
                onClicked: screen.deviceWanted(screen.workspace.dead.firstCheckedKey())
            }
            Button {
                text: qsTr("Restart")
                iconName: "rotate-ccw"
                primary: true
                onClicked: screen.workspace.restartDead()
            }
        }
    }
}
