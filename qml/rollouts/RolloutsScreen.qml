// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// Releases on their way in waves, and how the current one stands on each device.
FocusScope {
    id: screen

    required property Workspace workspace
    readonly property RolloutDetails rollout: workspace.rollout

    function prepare() {
        workspace.prepareRollout()
        newUpdate.open()
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.gap6
        anchors.topMargin: Theme.gap5
        anchors.bottomMargin: Theme.gap5
        spacing: Theme.gap4

        ScreenTitle {
            title: qsTr("Rollouts")
            subtitle: screen.workspace.rollouts.totalCount === 0 ? qsTr("No release has been sent in waves yet.")
                                                                 : qsTr("%n rollout(s)", "", screen.workspace.rollouts.totalCount)
            Layout.fillWidth: true

            Button {
                text: qsTr("New rollout…")
                iconName: "plus"
                primary: true
                onClicked: screen.prepare()
            }
        }
        UploadBar {
            update: screen.workspace.newUpdate
            Layout.fillWidth: true
        }
        DataTable {
            focus: true
            name: qsTr("Rollouts")
            rows: screen.workspace.rollouts
            Layout.fillWidth: true
            // Below it are the devices of the current one, once there is one.
            Layout.fillHeight: screen.rollout.name.length === 0
            Layout.preferredHeight: Math.min((rows.totalCount + 1) * Theme.rowHeight + Theme.gap2, screen.height * Theme.upperListShare)
            empty: EmptyState {
                anchors.centerIn: parent
                width: Math.min(parent.width - Theme.gap8 * 2, Theme.messageWidth)
                iconName: "send"
                title: qsTr("Send a release in waves")
                text: qsTr("First to a few devices, then to more, as long as it works there. It stops by itself when too many fail, and goes on when this window is closed and another desk is open.")
                action: qsTr("New rollout…")
                onTriggered: screen.prepare()
            }
        }
        RowLayout {
            visible: screen.rollout.name.length > 0
            spacing: Theme.gap2
            Layout.fillWidth: true

            Label {
                text: screen.rollout.name
                font.pixelSize: Theme.headingSize
                font.weight: Font.DemiBold
                Accessible.role: Accessible.Heading
            }
            Label {
                text: screen.rollout.summary
                color: Theme.muted
                Layout.fillWidth: true
            }
            Button {
                visible: screen.rollout.openable
                text: qsTr("Next wave…")
                onClicked: openGate.open()
            }
            Button {
                visible: screen.rollout.failedCount > 0
                text: qsTr("Retry failed")
                iconName: "rotate-ccw"
                onClicked: screen.rollout.retryFailed()
            }
            Button {
                visible: screen.rollout.pausable
                text: qsTr("Pause")
                onClicked: screen.rollout.pause()
            }
            Button {
                visible: screen.rollout.resumable
                text: qsTr("Resume")
                primary: true
                onClicked: screen.rollout.resume()
            }
            Button {
                visible: screen.rollout.doneCount > 0
                text: qsTr("Roll back…")
                onClicked: rollBack.open()
            }
            Button {
                visible: screen.rollout.cancellable
                text: qsTr("Cancel…")
                danger: true
                onClicked: cancel.open()
            }
        }
        Label {
            visible: screen.rollout.name.length > 0
            text: screen.rollout.plan
            color: Theme.muted
            font.pixelSize: Theme.smallSize
            wrapMode: Text.Wrap
            Layout.fillWidth: true
        }
        Label {
            visible: screen.rollout.why.length > 0
            text: screen.rollout.why
            color: screen.rollout.stopped ? Theme.bad : Theme.muted
            wrapMode: Text.Wrap
            Layout.fillWidth: true
        }
        DataTable {
            visible: screen.rollout.name.length > 0
            name: qsTr("Devices of the rollout")
            rows: screen.rollout.devices
            Layout.fillWidth: true
            Layout.fillHeight: true
            empty: EmptyState {
                anchors.centerIn: parent
                width: Math.min(parent.width - Theme.gap8 * 2, Theme.messageWidth)
                iconName: "clock"
                title: qsTr("No wave yet")
                text: qsTr("Its first wave begins as soon as a desk drives it and a device meets its targets.")
            }
        }
    }
    NewUpdateDialog {
        id: newUpdate
        update: screen.workspace.newUpdate
    }
    Dialog {
        id: openGate
        title: qsTr("Begin the next wave now?")
        acceptText: qsTr("Begin")
        onAccepted: screen.rollout.openGate()

        contentItem: Label {
            text: qsTr("It doesn't wait until enough devices of the last wave run the release.")
            wrapMode: Text.Wrap
        }
    }
    Dialog {
        id: cancel
        title: qsTr("Cancel this rollout?")
        acceptText: qsTr("Cancel rollout")
        danger: true
        onAccepted: screen.rollout.cancel()

        contentItem: Label {
            text: qsTr("No more devices get the release, and those that haven't exchanged it yet stop. Those that have it keep it.")
            wrapMode: Text.Wrap
        }
    }
    Dialog {
        id: rollBack
        title: qsTr("Take the release back?")
        acceptText: qsTr("Roll back")
        danger: true
        onAccepted: screen.rollout.rollBack()

        contentItem: Label {
            text: qsTr("%n device(s) get their previous release back at once. The rollout is cancelled.", "", screen.rollout.doneCount)
            wrapMode: Text.Wrap
        }
    }
}
