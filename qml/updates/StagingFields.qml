// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// How a release gets to its devices: at once, or in waves.
ColumnLayout {
    id: fields

    required property StagingForm form
    property bool detailed: false

    spacing: Theme.gap5

    Field {
        label: qsTr("How")
        hint: fields.form.staged ? qsTr("Goes on at any open desk; stops by itself when too many fail.") : ""
        error: fields.form.error
        Layout.fillWidth: true

        RowLayout {
            spacing: Theme.gap2

            Choice {
                text: qsTr("At once")
                selected: !fields.form.staged
                onClicked: fields.form.staged = false
            }
            Choice {
                text: qsTr("In waves")
                selected: fields.form.staged
                onClicked: fields.form.staged = true
            }
        }
    }
    GridLayout {
        visible: fields.form.staged
        columns: 2
        columnSpacing: Theme.gap4
        rowSpacing: Theme.gap4
        Layout.fillWidth: true

        Field {
            label: qsTr("Name")
            Layout.preferredWidth: Theme.equalShare
            Layout.fillWidth: true

            TextField {
                text: fields.form.name
                placeholderText: qsTr("As the file")
                Layout.fillWidth: true
                Accessible.name: qsTr("Name")
                onTextEdited: fields.form.name = text
            }
        }
        Field {
            label: qsTr("Only with tag")
            Layout.preferredWidth: Theme.equalShare
            Layout.fillWidth: true

            TextField {
                text: fields.form.tag
                placeholderText: qsTr("north")
                Layout.fillWidth: true
                Accessible.name: qsTr("Only with tag")
                onTextEdited: fields.form.tag = text
            }
        }
        Field {
            label: qsTr("Waves")
            hint: qsTr("So many devices, or such a part of all, have it after each.")
            error: fields.form.wavesError
            Layout.columnSpan: 2
            Layout.fillWidth: true

            TextField {
                text: fields.form.waves
                placeholderText: "3, 5%, 25%, 100%"
                Layout.fillWidth: true
                Accessible.name: qsTr("Waves")
                onTextEdited: fields.form.waves = text
            }
        }
        Field {
            label: qsTr("At the same time")
            Layout.preferredWidth: Theme.equalShare
            Layout.fillWidth: true
            Layout.alignment: Qt.AlignTop

            NumberField {
                value: fields.form.inFlight
                Accessible.name: qsTr("At the same time")
                onEdited: value => fields.form.inFlight = value
            }
        }
        Field {
            label: qsTr("Minutes it must run")
            hint: qsTr("Before the next wave begins.")
            Layout.preferredWidth: Theme.equalShare
            Layout.fillWidth: true
            Layout.alignment: Qt.AlignTop

            NumberField {
                value: fields.form.soakMinutes
                Accessible.name: qsTr("Minutes it must run")
                onEdited: value => fields.form.soakMinutes = value
            }
        }
        Field {
            label: qsTr("Stops when more fail than")
            error: fields.form.failuresError
            Layout.columnSpan: 2
            Layout.fillWidth: true

            TextField {
                text: fields.form.failures
                placeholderText: "5%"
                Layout.fillWidth: true
                Accessible.name: qsTr("Stops when more fail than")
                onTextEdited: fields.form.failures = text
            }
        }
        Field {
            label: qsTr("Maintenance window")
            hint: qsTr("Time of the day where the device is; nothing for any time. It fetches the release before, and installs it only then.")
            error: fields.form.windowError
            Layout.columnSpan: 2
            Layout.fillWidth: true

            TextField {
                text: fields.form.window
                placeholderText: "01:00-04:30"
                Layout.fillWidth: true
                Accessible.name: qsTr("Maintenance window")
                onTextEdited: fields.form.window = text
            }
        }
        CheckBox {
            text: qsTr("Also devices that meet this later")
            checked: fields.form.standing
            Layout.columnSpan: 2
            Layout.fillWidth: true
            onToggled: fields.form.standing = checked
        }
    }
    Button {
        visible: fields.form.staged
        flat: true
        text: qsTr("Limits, networks and end")
        iconName: fields.detailed ? "chevron-down" : "chevron-right"
        leftPadding: Theme.gap1
        Layout.leftMargin: -Theme.gap1
        Accessible.description: fields.detailed ? qsTr("expanded") : qsTr("collapsed")
        onClicked: fields.detailed = !fields.detailed
    }
    StagingDetails {
        visible: fields.form.staged && fields.detailed
        form: fields.form
        Layout.fillWidth: true
    }
}
