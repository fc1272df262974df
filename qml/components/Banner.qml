// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// A line across the top: what is wrong, and a link to the next step.
Rectangle {
    id: banner

    required property string text
    property string action
    property string iconName: "circle-alert"
    property int tone: Cell.Warning

    signal triggered

    implicitHeight: row.implicitHeight + Theme.gap2 * 2
    radius: Theme.radius
    color: Theme.toneSoft(tone)
    Accessible.role: Accessible.AlertMessage
    Accessible.name: text

    RowLayout {
        id: row
        anchors.fill: parent
        anchors.leftMargin: Theme.gap3
        anchors.rightMargin: Theme.gap3
        spacing: Theme.gap2

        Icon {
            name: banner.iconName
            color: Theme.toneColor(banner.tone)
            Layout.preferredWidth: Theme.iconSize
            Layout.preferredHeight: Theme.iconSize
        }
        Label {
            text: banner.text
            wrapMode: Text.Wrap
            Layout.fillWidth: true
        }
        Link {
            visible: banner.action.length > 0
            text: banner.action
            onClicked: banner.triggered()
        }
    }
}
