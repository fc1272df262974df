// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

Dialog {
    id: dialog

    required property ViewListModel views
    property string name

    title: qsTr("Save this view")
    acceptText: views.isTaken(name) ? qsTr("Replace") : qsTr("Save")
    acceptIcon: "save"
    acceptEnabled: name.trim().length > 0
    onAboutToShow: name = ""
    onAccepted: views.save(name)

    contentItem: Field {
        label: qsTr("Name")
        hint: qsTr("All desks of this account get it.")

        TextField {
            focus: true
            text: dialog.name
            placeholderText: qsTr("North, behind")
            maximumLength: 60
            Layout.fillWidth: true
            Accessible.name: qsTr("Name")
            onTextEdited: dialog.name = text
        }
    }
}
