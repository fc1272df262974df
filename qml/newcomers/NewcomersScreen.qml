// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// The accounts that have shown up and aren't devices of the fleet until an operator accepts them.
FocusScope {
    id: screen

    required property Workspace workspace

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
            title: qsTr("New devices")
            subtitle: screen.workspace.newcomers.totalCount === 0 ? qsTr("No account waits to be accepted.")
                                                                  : qsTr("%n account(s) wait to be accepted; nothing is sent to them before", "", screen.workspace.newcomers.totalCount)
            Layout.fillWidth: true

            TextField {
                id: filter
                visible: screen.workspace.newcomers.totalCount > 0
                iconName: "search"
                clearable: true
                placeholderText: qsTr("Filter: altimeter, server, id…")
                implicitWidth: Theme.filterWidth
                onTextChanged: screen.workspace.newcomers.filterText = text
                Keys.onEscapePressed: clear()
                Keys.onDownPressed: table.forceActiveFocus(Qt.TabFocusReason)
            }
            Button {
                text: qsTr("Import…")
                iconName: "folder-open"
                onClicked: importing.open()
            }
        }
        DataTable {
            id: table
            focus: true
            name: qsTr("New devices")
            rows: screen.workspace.newcomers
            checkable: true
            Layout.fillWidth: true
            Layout.fillHeight: true
            empty: EmptyState {
                anchors.centerIn: parent
                width: Math.min(parent.width - Theme.gap8 * 2, Theme.messageWidth)
                iconName: screen.workspace.newcomers.totalCount === 0 ? "circle-check" : "search"
                title: screen.workspace.newcomers.totalCount === 0 ? qsTr("No new devices") : qsTr("No match")
                text: screen.workspace.newcomers.totalCount === 0 ? qsTr("An account that isn't among the panel's contacts and shows up waits here. The devices of a table (CSV) or of a fleet.json of sgn-provision batch can be imported before they do.")
                                                                  : qsTr("No new device matches the filter.")
            }
        }
        SelectionBar {
            rows: screen.workspace.newcomers
            visible: rows.checkedCount > 0
            Layout.fillWidth: true

            Button {
                text: qsTr("Refuse")
                iconName: "x"
                onClicked: screen.workspace.refuseNewcomers()
            }
            Button {
                text: qsTr("Accept")
                iconName: "check"
                primary: true
                onClicked: screen.workspace.acceptNewcomers()
            }
        }
    }
    ImportDialog {
        id: importing
        form: screen.workspace.importForm
    }
}
