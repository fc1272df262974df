// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// What operators call a device, its tags and their notes.
ScrollArea {
    id: fields

    required property DeviceForm form

    implicitHeight: content.implicitHeight
    contentHeight: content.implicitHeight

    ColumnLayout {
        id: content
        width: parent.width
        spacing: Theme.gap3

        Label {
            text: fields.form.account
            color: Theme.muted
            Layout.fillWidth: true
        }
        Field {
            label: qsTr("Name")
            Layout.fillWidth: true

            TextField {
                focus: true
                text: fields.form.name
                placeholderText: qsTr("As on the door, for example")
                Layout.fillWidth: true
                Accessible.name: qsTr("Name")
                onTextEdited: fields.form.name = text
            }
        }
        Field {
            label: qsTr("Tags")
            hint: qsTr("Separated by commas. They are groups of the contact, which every XMPP client shows.")
            error: fields.form.error
            Layout.fillWidth: true

            TextField {
                text: fields.form.tags
                error: fields.form.error
                placeholderText: qsTr("north, pilot")
                Layout.fillWidth: true
                Accessible.name: qsTr("Tags")
                onTextEdited: fields.form.tags = text
            }
        }
        GridLayout {
            columns: 2
            columnSpacing: Theme.gap3
            rowSpacing: Theme.gap2
            Layout.fillWidth: true

            Repeater {
                model: fields.form.fields

                Field {
                    id: field

                    required property int index
                    required property string value

                    Layout.fillWidth: true
                    Layout.preferredWidth: Theme.gap1

                    TextField {
                        text: field.value
                        Accessible.name: field.label
                        Layout.fillWidth: true
                        onTextEdited: fields.form.fields.setValue(field.index, text)
                    }
                }
            }
        }
        RowLayout {
            spacing: Theme.gap2
            Layout.fillWidth: true

            TextField {
                id: other
                placeholderText: qsTr("Another field")
                Layout.fillWidth: true
                onAccepted: add.clicked()
            }
            Button {
                id: add
                text: qsTr("Add field")
                iconName: "plus"
                enabled: other.text.trim().length > 0
                onClicked: {
                    fields.form.fields.add(other.text)
                    other.clear()
                }
            }
        }
        Field {
            label: qsTr("Notes")
            hint: fields.form.reach
            Layout.fillWidth: true

            TextArea {
                id: notes
                text: fields.form.text
                placeholderText: qsTr("What the next one should know")
                Layout.fillWidth: true
                Accessible.name: qsTr("Notes")
                onTextChanged: fields.form.text = text
            }
        }
    }
}
