// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Ui

// While what is known of the fleet is read. Usually that is over before it could be seen.
Item {
    id: screen

    required property string account
    property bool isLong: false

    Timer {
        interval: Theme.waitDelay
        running: true
        onTriggered: screen.isLong = true
    }
    ColumnLayout {
        id: content
        anchors.centerIn: parent
        width: Math.min(parent.width - Theme.gap8 * 2, Theme.signInWidth)
        spacing: Theme.gap4
        opacity: screen.isLong ? 1 : 0

        Behavior on opacity {
            NumberAnimation {
                duration: Theme.fadeDuration
            }
        }
        Label {
            text: qsTr("Opening the fleet of %1…").arg(screen.account)
            font.pixelSize: Theme.headingSize
            font.weight: Font.DemiBold
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            Layout.fillWidth: true
        }
        ProgressBar {
            indeterminate: true
            Layout.alignment: Qt.AlignHCenter
            Accessible.name: qsTr("Opening")
        }
    }
}
