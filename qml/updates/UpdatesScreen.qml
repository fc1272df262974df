// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// All updates, and the progress of the current one on each device.
FocusScope {
    id: screen

    required property Workspace workspace

    // Not before: reading the devices of a large fleet's update takes a while, and memory.
    Component.onCompleted: workspace.updates.chooseFirst()

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.gap6
        anchors.topMargin: Theme.gap5
        anchors.bottomMargin: Theme.gap5
        spacing: Theme.gap4

        ScreenTitle {
            title: qsTr("Updates")
            subtitle: screen.workspace.updates.totalCount === 0 ? qsTr("No update has been sent yet.")
                                                                : qsTr("%n update(s)", "", screen.workspace.updates.totalCount)
            Layout.fillWidth: true

            Button {
                text: qsTr("New update…")
                iconName: "plus"
                primary: true
                onClicked: {
                    screen.workspace.prepareUpdateForAll()
                    newUpdate.open()
                }
            }
        }
        UploadBar {
            update: screen.workspace.newUpdate
            Layout.fillWidth: true
        }
        DataTable {
            id: table
            focus: true
            name: qsTr("Updates")
            rows: screen.workspace.updates
            Layout.fillWidth: true
            // Below it are the details of the current update, once there is one.
            Layout.fillHeight: screen.workspace.update.title.length === 0
            Layout.preferredHeight: Math.min((rows.totalCount + 1) * Theme.rowHeight + Theme.gap2, screen.height * Theme.upperListShare)
            empty: EmptyState {
                anchors.centerIn: parent
                width: Math.min(parent.width - Theme.gap8 * 2, Theme.messageWidth)
                iconName: "download"
                title: qsTr("Send the first update")
                text: qsTr("Choose a release zip. Its component, processes and versions are read from it. It is then sent to the devices you choose, and their progress is shown here.")
                action: qsTr("New update…")
                onTriggered: {
                    screen.workspace.prepareUpdateForAll()
                    newUpdate.open()
                }
            }
        }
        RowLayout {
            visible: screen.workspace.update.title.length > 0
            spacing: Theme.gap2
            Layout.fillWidth: true

            Label {
                text: screen.workspace.update.title
                font.pixelSize: Theme.headingSize
                font.weight: Font.DemiBold
                Accessible.role: Accessible.Heading
            }
            Label {
                text: screen.workspace.update.summary
                color: Theme.muted
                Layout.fillWidth: true
            }
            Button {
                visible: screen.workspace.update.failedCount > 0
                text: qsTr("Retry failed")
                iconName: "rotate-ccw"
                onClicked: screen.workspace.update.retryFailed()
            }
            Button {
                visible: screen.workspace.update.cancellable
                text: qsTr("Cancel update")
                danger: true
                onClicked: screen.workspace.update.cancel()
            }
        }
        DataTable {
            visible: screen.workspace.update.title.length > 0
            name: qsTr("Devices of the update")
            rows: screen.workspace.update.targets
            Layout.fillWidth: true
            Layout.fillHeight: true
        }
        Surface {
            visible: screen.workspace.update.log.length > 0
            implicitHeight: log.implicitHeight + Theme.gap3 * 2
            Layout.fillWidth: true

            ColumnLayout {
                id: log
                anchors.fill: parent
                anchors.margins: Theme.gap3
                spacing: Theme.gap1

                Label {
                    text: qsTr("What led to the failure")
                    font.weight: Font.DemiBold
                }
                Label {
                    text: screen.workspace.update.log
                    mono: true
                    color: Theme.dark ? Theme.text : Theme.muted
                    wrapMode: Text.WrapAnywhere
                    Layout.fillWidth: true
                }
            }
        }
    }
    NewUpdateDialog {
        id: newUpdate
        update: screen.workspace.newUpdate
    }
}
