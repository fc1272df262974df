// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import Sgn.Models
import Sgn.Ui

// Takes devices from a list: what would change, what isn't taken, and how far it has got.
Dialog {
    id: dialog

    required property ImportForm form

    title: qsTr("Import devices")
    acceptText: qsTr("Import")
    acceptIcon: "check"
    acceptEnabled: form.acceptable
    rejectText: form.running || form.ended ? qsTr("Close") : qsTr("Cancel")
    staysOpen: true
    onConfirmed: form.start()
    onClosed: form.clear()

    contentItem: ImportFields {
        form: dialog.form
        onFileWanted: chooser.open()
    }
    FileDialog {
        id: chooser
        title: qsTr("List of devices: a table, or birth records")
        nameFilters: [qsTr("Tables and birth records (*.csv *.json)"), qsTr("All files (*)")]
        onAccepted: dialog.form.begin(selectedFile)
    }
}
