// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Ui

// Shown in place of an empty table: what would be there, and what to do next.
ColumnLayout {
    id: empty

    property string iconName: "inbox"
    property string title
    property string text
    property string action

    signal triggered

    spacing: Theme.gap2

    Rectangle {
        Layout.alignment: Qt.AlignHCenter
        Layout.bottomMargin: Theme.gap2
        Layout.preferredWidth: Theme.emblemSize
        Layout.preferredHeight: Theme.emblemSize
        radius: Theme.surfaceRadius
        color: Theme.accentSoft

        Icon {
            anchors.centerIn: parent
            width: Theme.largeIconSize
            height: Theme.largeIconSize
            name: empty.iconName
            color: Theme.accent
        }
    }
    Label {
        text: empty.title
        font.pixelSize: Theme.headingSize
        font.weight: Font.DemiBold
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
    Label {
        visible: text.length > 0
        text: empty.text
        color: Theme.muted
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.Wrap
        lineHeight: Theme.lineHeight
        lineHeightMode: Text.FixedHeight
        Layout.fillWidth: true
    }
    Button {
        visible: empty.action.length > 0
        text: empty.action
        primary: true
        Layout.alignment: Qt.AlignHCenter
        Layout.topMargin: Theme.gap2
        onClicked: empty.triggered()
    }
}
