// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// One process of a device. A dead one shows how it died, its last output, and what to do.
Rectangle {
    id: card

    required property string name
    required property string version
    required property string stateText
    required property int tone
    required property string note
    required property bool dead
    required property string death
    required property string lastLines
    required property Workspace workspace
    required property string jid

    implicitHeight: content.implicitHeight + (dead ? Theme.gap3 * 2 : 0)
    radius: Theme.cardRadius
    color: dead ? Theme.badSoft : "transparent"
    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("%1: %2").arg(name).arg(stateText)

    ColumnLayout {
        id: content
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.leftMargin: card.dead ? Theme.gap3 : 0
        anchors.rightMargin: card.dead ? Theme.gap3 : 0
        spacing: Theme.gap1

        RowLayout {
            spacing: Theme.gap2

            Label {
                text: card.name
                font.weight: Font.Medium
                Layout.preferredWidth: card.dead ? implicitWidth : Theme.processNameWidth
                Layout.maximumWidth: Theme.processNameMaximum
            }
            Label {
                text: card.version
                color: Theme.muted
                visible: !card.dead
                Layout.preferredWidth: Theme.shortNumberWidth
            }
            Label {
                text: card.stateText
                color: Theme.toneColor(card.tone)
                font.weight: card.dead ? Font.DemiBold : Font.Normal
            }
            Label {
                text: card.note
                color: Theme.muted
                Layout.fillWidth: true
            }
        }
        Label {
            visible: text.length > 0
            text: card.death
            color: card.dead ? Theme.text : Theme.muted
            wrapMode: Text.Wrap
            Layout.fillWidth: true
        }
        Label {
            visible: card.dead && text.length > 0
            text: card.lastLines
            mono: true
            color: Theme.dark ? Theme.text : Theme.muted
            wrapMode: Text.WrapAnywhere
            Layout.fillWidth: true
            Layout.topMargin: Theme.gap1
        }
        RowLayout {
            visible: card.dead
            spacing: Theme.gap2
            Layout.topMargin: Theme.gap2

            Button {
                text: qsTr("Restart")
                onClicked: card.workspace.restart(card.jid, card.name)
            }
            Button {
                text: qsTr("Get logs")
                onClicked: card.workspace.getLogsOf(card.jid)
            }
        }
    }
}
