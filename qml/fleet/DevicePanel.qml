// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// One device: facts, processes, the last death, and everything sent and received.
Rectangle {
    id: panel

    required property Workspace workspace
    required property DeviceDetails device
    property bool closable: false

    signal closed
    signal editRequested

    color: Theme.surface
    Accessible.role: Accessible.Pane
    Accessible.name: device.name
    Keys.onEscapePressed: if (closable) closed()

    Rectangle {
        anchors.left: parent.left
        width: Theme.hairline
        height: parent.height
        color: Theme.line
    }
    ScrollArea {
        anchors.fill: parent
        anchors.leftMargin: Theme.hairline
        contentHeight: content.implicitHeight + Theme.gap5 * 2

        ColumnLayout {
            id: content
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.top: parent.top
            anchors.margins: Theme.gap5
            spacing: Theme.gap2

            RowLayout {
                spacing: Theme.gap2

                ColumnLayout {
                    spacing: Theme.gapHalf
                    Layout.fillWidth: true

                    Label {
                        text: panel.device.name
                        font.pixelSize: Theme.headingSize
                        font.weight: Font.DemiBold
                        Layout.fillWidth: true
                        Accessible.role: Accessible.Heading
                    }
                    Label {
                        text: panel.device.account
                        visible: text.length > 0
                        color: Theme.muted
                        Layout.fillWidth: true
                    }
                    Label {
                        text: panel.device.uniqueId
                        visible: text.length > 0
                        mono: true
                        color: Theme.muted
                        Layout.fillWidth: true
                    }
                }
                Button {
                    visible: panel.closable
                    flat: true
                    iconName: "x"
                    hint: qsTr("Close")
                    Layout.alignment: Qt.AlignTop
                    onClicked: panel.closed()
                }
            }
            Banner {
                visible: text.length > 0
                text: panel.device.warning
                iconName: "triangle-alert"
                Layout.fillWidth: true
                Layout.topMargin: Theme.gap2
            }
            Label {
                visible: text.length > 0
                text: panel.device.notes
                wrapMode: Text.Wrap
                textFormat: Text.PlainText
                Layout.fillWidth: true
                Layout.topMargin: Theme.gap2
            }
            RowLayout {
                spacing: 0
                Layout.topMargin: Theme.gap3

                Label {
                    text: qsTr("Status")
                    color: Theme.muted
                    Layout.preferredWidth: Theme.factLabelWidth
                }
                StatusDot {
                    dot: panel.device.dot
                    Layout.rightMargin: Theme.gap2
                }
                Label {
                    text: panel.device.status
                    Layout.fillWidth: true
                }
            }
            Repeater {
                model: panel.device.facts

                RowLayout {
                    id: fact

                    required property string label
                    required property string value
                    required property string map

                    spacing: 0

                    Label {
                        text: fact.label
                        color: Theme.muted
                        Layout.preferredWidth: Theme.factLabelWidth
                    }
                    Label {
                        id: value
                        text: fact.value
                        Layout.fillWidth: true
                    }
                    Link {
                        visible: fact.map.length > 0
                        text: qsTr("Map")
                        Layout.leftMargin: Theme.gap2
                        Layout.preferredHeight: value.implicitHeight
                        onClicked: Qt.openUrlExternally(fact.map)
                    }
                }
            }
            Flow {
                spacing: Theme.gap2
                Layout.fillWidth: true
                Layout.topMargin: Theme.gap2

                Button {
                    text: qsTr("Query versions")
                    onClicked: panel.workspace.askVersionsOf(panel.device.jid)
                }
                Button {
                    text: qsTr("Get logs")
                    onClicked: panel.workspace.getLogsOf(panel.device.jid)
                }
                Button {
                    text: qsTr("Edit…")
                    onClicked: panel.editRequested()
                }
            }
            Label {
                visible: processes.count > 0
                text: qsTr("Processes")
                font.weight: Font.DemiBold
                Layout.topMargin: Theme.gap3
            }
            Repeater {
                id: processes
                model: panel.device.processes

                ProcessCard {
                    workspace: panel.workspace
                    Layout.fillWidth: true
                }
            }
            Label {
                text: qsTr("Timeline")
                font.weight: Font.DemiBold
                Layout.topMargin: Theme.gap3
            }
            Label {
                visible: timeline.count === 0
                text: qsTr("Nothing has happened yet.")
                color: Theme.muted
            }
            Repeater {
                id: timeline
                model: panel.device.timeline

                // No RowLayout: in Qt 6.4 one with wrapped text, within a ColumnLayout, puts it where another row is.
                Item {
                    id: line

                    required property string time
                    required property string text
                    required property int tone

                    implicitHeight: Math.max(moment.implicitHeight, words.implicitHeight)
                    Layout.fillWidth: true

                    Label {
                        id: moment
                        anchors.left: parent.left
                        text: line.time
                        color: Theme.muted
                    }
                    Label {
                        id: words
                        anchors.left: parent.left
                        anchors.leftMargin: Theme.timeWidth + Theme.gap3
                        anchors.right: parent.right
                        text: line.text
                        color: line.tone === Cell.Bad || line.tone === Cell.Warning ? Theme.toneColor(line.tone) : Theme.text
                        wrapMode: Text.Wrap
                    }
                }
            }
        }
    }
}
