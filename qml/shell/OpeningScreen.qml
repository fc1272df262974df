// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Ui

// While what is known of the fleet is read. Usually that is over before it could be seen.
Item {
    id: screen

    required property string account

    ColumnLayout {
        id: content
        anchors.centerIn: parent
        width: Math.min(parent.width - Theme.gap8 * 2, Theme.signInWidth)
        spacing: Theme.gap4
        opacity: 0

        NumberAnimation on opacity {
            id: appearing
            running: false
            to: 1
            duration: Theme.fadeDuration
        }
        Timer {
            interval: Theme.waitDelay
            running: true
            onTriggered: appearing.start()
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
