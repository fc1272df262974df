// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Ui

T.ToolTip {
    id: tip

    x: parent ? (parent.width - implicitWidth) / 2 : 0
    y: parent ? parent.height + Theme.gap1 : 0
    implicitWidth: Math.min(implicitContentWidth, Theme.hintWidth) + leftPadding + rightPadding
    implicitHeight: implicitContentHeight + topPadding + bottomPadding
    margins: Theme.gap2
    horizontalPadding: Theme.gap2
    verticalPadding: Theme.gap1
    delay: Theme.hintDelay
    timeout: Theme.hintTime
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent | T.Popup.CloseOnReleaseOutsideParent

    contentItem: Label {
        text: tip.text
        color: Theme.dark ? Theme.text : Theme.surface
        font.pixelSize: Theme.smallSize
        wrapMode: Text.Wrap
    }
    background: Rectangle {
        radius: Theme.badgeRadius
        color: Theme.dark ? Theme.pressed : Theme.text
    }
}
