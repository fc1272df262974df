// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Sgn.Ui

Rectangle {
    id: line

    required property int index
    required property int number
    required property string text
    required property int tone
    required property bool match
    required property real numberWidth
    property bool current: false

    implicitHeight: Math.max(label.implicitHeight, Theme.lineHeight)
    color: current ? Theme.accentSoft : match ? Theme.warningSoft : "transparent"
    Accessible.role: Accessible.ListItem
    Accessible.name: text

    Label {
        width: line.numberWidth
        height: Theme.lineHeight
        x: Theme.gap2
        text: line.number
        mono: true
        color: Theme.muted
        opacity: Theme.faintOpacity
        horizontalAlignment: Text.AlignRight
        Accessible.ignored: true
    }
    TextEdit {
        id: label
        x: line.numberWidth + Theme.gap2 + Theme.gap4
        width: line.width - x - Theme.gap3
        text: line.text
        color: Theme.toneColor(line.tone)
        readOnly: true
        selectByMouse: true
        activeFocusOnPress: false
        textFormat: TextEdit.PlainText
        wrapMode: TextEdit.Wrap
        font.family: Theme.monoFamily
        font.pixelSize: Theme.smallSize
        topPadding: Theme.gapHalf
        bottomPadding: Theme.gapHalf
        selectionColor: Theme.accent
        selectedTextColor: Theme.accentText
        Accessible.ignored: true
    }
}
