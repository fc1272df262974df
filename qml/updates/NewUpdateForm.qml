// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// The form of a new update: file, versions and devices.
ColumnLayout {
    id: form

    required property NewUpdate update

    signal zipWanted

    spacing: Theme.gap5

    Field {
        label: qsTr("Release zip or CA file")
        hint: form.update.stage === NewUpdate.Reading ? qsTr("Reading and checking…")
            : form.update.summary.length > 0 ? form.update.summary
                                             : qsTr("Meter programs, agent, watchdog, Python packages or CA file; which one is detected from the content.")
        error: form.update.error
        Layout.fillWidth: true

        Rectangle {
            radius: Theme.radius
            color: drop.containsDrag ? Theme.accentSoft : Theme.ground
            border.width: Theme.hairline
            border.color: drop.containsDrag ? Theme.accent : Theme.line
            implicitHeight: Theme.dropHeight
            Layout.fillWidth: true

            DropArea {
                id: drop
                anchors.fill: parent
                onDropped: event => { if (event.hasUrls) form.update.choose(event.urls[0]) }
            }
            RowLayout {
                anchors.fill: parent
                anchors.leftMargin: Theme.gap3
                anchors.rightMargin: Theme.gap3
                spacing: Theme.gap2

                Icon {
                    name: "file-text"
                    color: Theme.muted
                    Layout.preferredWidth: Theme.iconSize
                    Layout.preferredHeight: Theme.iconSize
                }
                Label {
                    text: form.update.fileName.length > 0 ? form.update.fileName : qsTr("Drop a file here")
                    color: form.update.fileName.length > 0 ? Theme.text : Theme.muted
                    elide: Text.ElideMiddle
                    Layout.fillWidth: true
                }
                Button {
                    text: qsTr("Choose…")
                    focus: true
                    onClicked: form.zipWanted()
                }
            }
        }
        RowLayout {
            spacing: Theme.gap2

            TextField {
                text: form.update.address
                placeholderText: qsTr("or its address, https://…")
                inputMethodHints: Qt.ImhUrlCharactersOnly
                Layout.fillWidth: true
                Accessible.name: qsTr("Address of the release")
                onTextEdited: form.update.address = text
                onAccepted: form.update.fetch()
            }
            Button {
                text: qsTr("Fetch")
                hint: qsTr("It is checked here, and not uploaded: devices fetch it from there.")
                enabled: form.update.address.length > 0
                onClicked: form.update.fetch()
            }
        }
    }
    Label {
        visible: form.update.stage === NewUpdate.Editing && text.length > 0
        text: form.update.signing
        color: form.update.keyMissing ? Theme.bad : Theme.muted
        font.pixelSize: Theme.smallSize
        wrapMode: Text.Wrap
        Layout.fillWidth: true
        Layout.topMargin: -Theme.gap3
    }
    Field {
        visible: form.update.stage === NewUpdate.Editing && form.update.perProcess
        label: qsTr("Processes and their new versions")
        Layout.fillWidth: true

        Repeater {
            model: form.update.versions

            RowLayout {
                id: process

                required property int index
                required property string name
                required property int version
                required property int highest

                spacing: Theme.gap3

                Label {
                    text: process.name
                    Layout.fillWidth: true
                }
                Label {
                    text: process.highest > 0 ? qsTr("highest now %1").arg(process.highest) : qsTr("new")
                    color: Theme.muted
                }
                NumberField {
                    value: process.version
                    Accessible.name: qsTr("Version of %1").arg(process.name)
                    onEdited: value => form.update.versions.setVersion(process.index, value)
                }
            }
        }
    }
    Field {
        visible: form.update.stage === NewUpdate.Editing && form.update.versioned
        label: qsTr("Version")
        Layout.fillWidth: true

        NumberField {
            value: form.update.version
            Accessible.name: qsTr("Version")
            onEdited: value => form.update.version = value
        }
    }
    Field {
        label: qsTr("Devices")
        hint: form.update.audience === NewUpdate.Online ? "" : qsTr("Offline devices receive it when they reconnect, for up to a week.")
        Layout.fillWidth: true

        RowLayout {
            spacing: Theme.gap2

            Choice {
                visible: form.update.chosenCount > 0
                text: qsTr("Selected (%1)").arg(form.update.chosenCount)
                selected: form.update.audience === NewUpdate.Chosen
                onClicked: form.update.audience = NewUpdate.Chosen
            }
            Choice {
                visible: !form.update.staging.staged
                text: qsTr("Online (%1)").arg(form.update.onlineCount)
                selected: form.update.audience === NewUpdate.Online
                onClicked: form.update.audience = NewUpdate.Online
            }
            Choice {
                text: qsTr("All (%1)").arg(form.update.allCount)
                selected: form.update.audience === NewUpdate.All
                onClicked: form.update.audience = NewUpdate.All
            }
        }
    }
    StagingFields {
        visible: form.update.perProcess || form.update.versioned
        form: form.update.staging
        Layout.fillWidth: true
    }
    CheckBox {
        visible: form.update.perProcess || form.update.versioned
        text: qsTr("Install even where the same or a higher version is installed")
        checked: form.update.force
        Layout.fillWidth: true
        onToggled: form.update.force = checked
    }
}
