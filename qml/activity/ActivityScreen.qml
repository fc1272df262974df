// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// Everything that was sent and received.
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
            title: qsTr("Activity")
            subtitle: qsTr("Everything sent and received, newest first.")
            Layout.fillWidth: true

            TextField {
                id: filter
                iconName: "search"
                clearable: true
                placeholderText: qsTr("Filter")
                text: screen.workspace.activity.filterText
                onTextChanged: screen.workspace.activity.filterText = text
                Keys.onEscapePressed: clear()
                Keys.onDownPressed: table.forceActiveFocus(Qt.TabFocusReason)
            }
            Button {
                text: qsTr("Export…")
                iconName: "save"
                enabled: screen.workspace.activity.shownCount > 0
                onClicked: exporting.open()
            }
        }
        DataTable {
            id: table
            focus: true
            name: qsTr("Activity")
            rows: screen.workspace.activity
            Layout.fillWidth: true
            Layout.fillHeight: true
            empty: EmptyState {
                anchors.centerIn: parent
                width: Math.min(parent.width - Theme.gap8 * 2, Theme.messageWidth)
                iconName: "clock"
                title: filter.length > 0 ? qsTr("No match") : qsTr("Nothing has happened yet")
                text: filter.length > 0 ? qsTr("No entry matches the filter.") : qsTr("Commands, replies and what devices report on their own are listed here.")
            }
        }
    }
    FileDialog {
        id: exporting
        title: qsTr("Save the lines that are shown")
        fileMode: FileDialog.SaveFile
        defaultSuffix: "csv"
        nameFilters: [qsTr("Tables (*.csv)")]
        onAccepted: screen.workspace.exportActivity(selectedFile)
    }
}
