// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// Tags that the selected devices get or lose.
ColumnLayout {
    id: fields

    required property TagForm form

    spacing: Theme.gap4

    Field {
        label: qsTr("Add")
        hint: qsTr("Separated by commas. They are groups of the contact, which every XMPP client shows.")
        error: fields.form.error
        Layout.fillWidth: true

        TextField {
            focus: true
            text: fields.form.added
            error: fields.form.error
            placeholderText: qsTr("north, pilot")
            Layout.fillWidth: true
            Accessible.name: qsTr("Add")
            onTextEdited: fields.form.added = text
        }
    }
    Field {
        visible: fields.form.present.length > 0
        label: qsTr("Remove")
        hint: qsTr("Choose the tags that all selected devices lose.")
        Layout.fillWidth: true

        Flow {
            spacing: Theme.gap2
            Layout.fillWidth: true

            Repeater {
                model: fields.form.present

                Chip {
                    required property string modelData

                    text: modelData
                    selected: Array.from(fields.form.removed).includes(modelData)
                    onClicked: fields.form.toggleRemoved(modelData)
                }
            }
        }
    }
}
