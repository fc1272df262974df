// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Ui

// A control of a form under its label, with a hint or an error below it.
ColumnLayout {
    id: field

    required property string label
    property string hint
    property string error
    default property alias control: slot.data

    spacing: Theme.gap1

    Label {
        text: field.label
        font.weight: Font.Medium
        Layout.fillWidth: true
    }
    ColumnLayout {
        id: slot
        Layout.fillWidth: true
    }
    Label {
        visible: text.length > 0
        text: field.error.length > 0 ? field.error : field.hint
        color: field.error.length > 0 ? Theme.bad : Theme.muted
        font.pixelSize: Theme.smallSize
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
}
