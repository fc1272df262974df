// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Ui

// Title and one line of context, with commands at the end.
RowLayout {
    id: head

    required property string title
    property string subtitle
    default property alias commands: slot.data

    spacing: Theme.gap2

    ColumnLayout {
        spacing: Theme.gapHalf
        Layout.fillWidth: true

        Label {
            text: head.title
            font.pixelSize: Theme.titleSize
            font.weight: Font.DemiBold
            Layout.fillWidth: true
            Accessible.role: Accessible.Heading
        }
        Label {
            text: head.subtitle
            visible: text.length > 0
            color: Theme.muted
            Layout.fillWidth: true
        }
    }
    RowLayout {
        id: slot
        spacing: Theme.gap2
        Layout.alignment: Qt.AlignTop
    }
}
