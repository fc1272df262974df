// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Sgn.Models
import Sgn.Ui

Dialog {
    id: dialog

    required property DeviceForm form

    title: qsTr("Edit device")
    acceptText: qsTr("Save")
    acceptIcon: "save"
    acceptEnabled: form.error.length === 0
    onAccepted: form.save()

    contentItem: DeviceFields {
        form: dialog.form
    }
}
