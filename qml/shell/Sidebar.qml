// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

Rectangle {
    id: sidebar

    required property Workspace workspace
    required property string screenName

    signal chosen(string name)

    color: Theme.surface
    Accessible.role: Accessible.PageTabList
    Accessible.name: qsTr("Navigation")

    Rectangle {
        anchors.right: parent.right
        width: Theme.hairline
        height: parent.height
        color: Theme.line
    }
    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.gap3
        anchors.topMargin: Theme.gap5
        spacing: Theme.gapHalf

        Label {
            text: qsTr("SGN")
            font.pixelSize: Theme.headingSize
            font.weight: Font.Bold
            Layout.leftMargin: Theme.gap3
            Layout.bottomMargin: Theme.gap4
        }
        NavItem {
            text: qsTr("Fleet")
            iconName: "layout-grid"
            selected: sidebar.screenName === "fleet"
            Layout.fillWidth: true
            onClicked: sidebar.chosen("fleet")
        }
        NavItem {
            text: qsTr("New devices")
            iconName: "inbox"
            count: sidebar.workspace.newcomers.totalCount
            countTone: Cell.Accent
            selected: sidebar.screenName === "newcomers"
            Layout.fillWidth: true
            onClicked: sidebar.chosen("newcomers")
        }
        NavItem {
            text: qsTr("Dead processes")
            iconName: "activity"
            count: sidebar.workspace.head.dead
            selected: sidebar.screenName === "dead"
            Layout.fillWidth: true
            onClicked: sidebar.chosen("dead")
        }
        NavItem {
            text: qsTr("Versions")
            iconName: "layers"
            selected: sidebar.screenName === "versions"
            Layout.fillWidth: true
            onClicked: sidebar.chosen("versions")
        }
        NavItem {
            text: qsTr("Updates")
            iconName: "download"
            selected: sidebar.screenName === "updates"
            Layout.fillWidth: true
            onClicked: sidebar.chosen("updates")
        }
        NavItem {
            text: qsTr("Rollouts")
            iconName: "send"
            selected: sidebar.screenName === "rollouts"
            Layout.fillWidth: true
            onClicked: sidebar.chosen("rollouts")
        }
        NavItem {
            text: qsTr("Logs")
            iconName: "file-text"
            selected: sidebar.screenName === "logs"
            Layout.fillWidth: true
            onClicked: sidebar.chosen("logs")
        }
        NavItem {
            text: qsTr("Activity")
            iconName: "clock"
            selected: sidebar.screenName === "activity"
            Layout.fillWidth: true
            onClicked: sidebar.chosen("activity")
        }
        Item {
            Layout.fillHeight: true
        }
        NavItem {
            text: qsTr("Settings")
            iconName: "settings"
            selected: sidebar.screenName === "settings"
            Layout.fillWidth: true
            onClicked: sidebar.chosen("settings")
        }
        RowLayout {
            spacing: Theme.gap2
            Layout.leftMargin: Theme.gap4
            Layout.rightMargin: Theme.gap2
            Layout.topMargin: Theme.gap1
            Layout.preferredHeight: Theme.controlHeight

            StatusDot {
                dot: sidebar.workspace.connection.state === ConnectionStatus.Online ? Cell.Online : Cell.Offline
                Layout.rightMargin: Theme.gap1
            }
            Label {
                text: sidebar.workspace.account
                color: Theme.muted
                elide: Text.ElideMiddle
                Layout.fillWidth: true
            }
        }
    }
}
