// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// A private key on this computer: its id, where it is, and the choice of its file.
Field {
    id: field

    // Null until a workspace is there.
    required property KeyChoice key
    readonly property string keyId: key ? key.keyId : ""

    error: key ? key.error : ""

    RowLayout {
        spacing: Theme.gap2

        ColumnLayout {
            spacing: 0
            Layout.fillWidth: true

            Label {
                text: field.keyId.length > 0 ? field.keyId : qsTr("None")
                color: field.keyId.length > 0 ? Theme.text : Theme.muted
                Layout.fillWidth: true
            }
            Label {
                visible: text.length > 0
                text: field.key ? field.key.place : ""
                color: Theme.muted
                font.pixelSize: Theme.smallSize
                elide: Text.ElideMiddle
                Layout.fillWidth: true
            }
        }
        Button {
            visible: field.keyId.length > 0
            iconName: "x"
            hint: qsTr("Stop signing")
            onClicked: field.key.inKeyring ? removal.open() : field.key.forget()
        }
        Button {
            visible: field.key !== null && field.key.keepable
            text: qsTr("Keep in keyring")
            hint: qsTr("The file isn't needed here any more then. Keep a copy of it under lock and key.")
            onClicked: field.key.keepInKeyring()
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
        onAccepted: field.key.choose(selectedFile)
    }
    Dialog {
        id: removal
        title: qsTr("Delete this key from the keyring?")
        acceptText: qsTr("Delete key")
        danger: true
        onAccepted: field.key.forget()

        contentItem: Label {
            text: qsTr("Without a copy of its file nothing can be signed with %1 any more.").arg(field.keyId)
            wrapMode: Text.Wrap
        }
    }
}
