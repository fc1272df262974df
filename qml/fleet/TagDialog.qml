// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Sgn.Models
import Sgn.Ui

Dialog {
    id: dialog

    required property TagForm form

    title: qsTr("Tags of %n device(s)", "", form.deviceCount)
    acceptText: qsTr("Save")
    acceptIcon: "save"
    acceptEnabled: form.acceptable
    onAccepted: form.save()

    contentItem: TagFields {
        form: dialog.form
    }
}
