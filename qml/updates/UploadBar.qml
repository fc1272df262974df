// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// The upload of an update to the server.
Surface {
    id: bar

    required property NewUpdate update

    visible: update.stage === NewUpdate.Uploading
    implicitHeight: row.implicitHeight + Theme.gap3 * 2

    RowLayout {
        id: row
        anchors.fill: parent
        anchors.leftMargin: Theme.gap4
        anchors.rightMargin: Theme.gap3
        spacing: Theme.gap3

        Icon {
            name: "upload"
            color: Theme.accent
            Layout.preferredWidth: Theme.iconSize
            Layout.preferredHeight: Theme.iconSize
        }
        Label {
            text: qsTr("Uploading %1").arg(bar.update.fileName)
            font.weight: Font.Medium
        }
        ProgressBar {
            value: bar.update.progress
            Layout.fillWidth: true
            Accessible.name: qsTr("Upload")
        }
        Label {
            text: qsTr("%1 %").arg(Math.round(bar.update.progress * 100))
            color: Theme.muted
            horizontalAlignment: Text.AlignRight
            Layout.preferredWidth: Theme.percentWidth
        }
        Button {
            text: qsTr("Cancel")
            onClicked: bar.update.cancelUpload()
        }
    }
}
