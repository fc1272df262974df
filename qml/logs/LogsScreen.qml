// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// Logs of devices: the requests on the left, the viewer on the right.
FocusScope {
    id: screen

    required property Workspace workspace

    signal fleetWanted

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.gap6
        anchors.topMargin: Theme.gap5
        anchors.bottomMargin: Theme.gap5
        spacing: Theme.gap4

        ScreenTitle {
            title: qsTr("Logs")
            subtitle: qsTr("Fetched from devices on request; the newest ten of each are kept.")
            Layout.fillWidth: true
        }
        RowLayout {
            spacing: Theme.gap4
            Layout.fillWidth: true
            Layout.fillHeight: true

            DataTable {
                id: table
                focus: true
                visible: screen.workspace.logs.totalCount > 0
                name: qsTr("Logs")
                rows: screen.workspace.logs
                Layout.preferredWidth: Theme.logListWidth
                Layout.fillHeight: true
            }
            LogViewer {
                visible: table.visible
                document: screen.workspace.log
                workspace: screen.workspace
                Layout.fillWidth: true
                Layout.fillHeight: true
            }
            Surface {
                visible: !table.visible
                Layout.fillWidth: true
                Layout.fillHeight: true

                EmptyState {
                    anchors.centerIn: parent
                    width: Math.min(parent.width - Theme.gap8 * 2, Theme.messageWidth)
                    iconName: "file-text"
                    title: qsTr("No logs yet")
                    text: qsTr("Select devices on the Fleet screen and choose “Get logs”. They are shown here as soon as the device has sent them.")
                    action: qsTr("Go to Fleet")
                    onTriggered: screen.fleetWanted()
                }
            }
        }
    }
}
