// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import Sgn.Models
import Sgn.Ui

// Starts an update: a zip or a CA file, its versions, and the devices that receive it.
Dialog {
    id: dialog

    required property NewUpdate update

    title: update.staging.staged ? qsTr("New rollout") : qsTr("New update")
    acceptText: update.staging.staged ? qsTr("Start rollout") : qsTr("Send to %n device(s)", "", update.targetCount)
    acceptIcon: "upload"
    acceptEnabled: update.ready
    onAccepted: update.start()
    onRejected: update.dismiss()

    contentItem: ScrollArea {
        implicitHeight: contentHeight
        contentHeight: contentItem.childrenRect.height

        NewUpdateForm {
            // Beside the scroll bar.
            width: parent.width - Theme.gap3
            update: dialog.update
            onZipWanted: zipDialog.open()
        }
    }
    FileDialog {
        id: zipDialog
        title: qsTr("Choose a release zip or a CA file")
        nameFilters: [qsTr("Releases and CA files (*.zip *.pem *.crt)"), qsTr("All files (*)")]
        onAccepted: dialog.update.choose(selectedFile)
    }
}
