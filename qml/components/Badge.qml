// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Sgn.Ui

// A word or number on a background in the colour of its tone.
Rectangle {
    id: badge

    property string text
    property int tone

    implicitWidth: label.implicitWidth + Theme.gap2 * 2
    implicitHeight: Theme.lineHeight
    radius: Theme.badgeRadius
    color: Theme.toneSoft(tone)
    Accessible.ignored: true

    Label {
        id: label
        anchors.fill: parent
        anchors.leftMargin: Theme.gap2
        anchors.rightMargin: Theme.gap2
        text: badge.text
        color: Theme.toneColor(badge.tone)
        font.weight: Font.Medium
        horizontalAlignment: Text.AlignHCenter
    }
}
