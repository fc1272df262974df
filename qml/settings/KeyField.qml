// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import QtQuick.Layouts
import Sgn.Ui

// A private key on this computer: its id, and the choice of its file.
Field {
    id: field

    required property string keyId

    signal chosen(url file)
    signal forgotten

    RowLayout {
        spacing: Theme.gap2

        Label {
            text: field.keyId.length > 0 ? field.keyId : qsTr("None")
            color: field.keyId.length > 0 ? Theme.text : Theme.muted
            Layout.fillWidth: true
        }
        Button {
            visible: field.keyId.length > 0
            iconName: "x"
            hint: qsTr("Stop signing")
            onClicked: field.forgotten()
        }
        Button {
            text: qsTr("Choose file…")
            iconName: "folder-open"
            onClicked: dialog.open()
        }
    }
    FileDialog {
        id: dialog
        title: field.label
        nameFilters: [qsTr("Private keys (*.jwk)"), qsTr("All files (*)")]
        onAccepted: field.chosen(selectedFile)
    }
}
