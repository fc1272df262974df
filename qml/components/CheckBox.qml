// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Ui

T.CheckBox {
    id: box

    implicitHeight: Math.max(Theme.lineHeight, implicitContentHeight)
    implicitWidth: implicitContentWidth + leftPadding
    leftPadding: text.length > 0 ? Theme.iconSize + Theme.gap2 : Theme.iconSize
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    opacity: enabled ? 1 : Theme.disabledOpacity
    Accessible.name: text

    indicator: CheckMark {
        x: box.mirrored ? box.width - width : 0
        y: (box.height - height) / 2
        checked: box.checkState === Qt.Checked
        partly: box.checkState === Qt.PartiallyChecked
        hovered: box.hovered

        FocusRing {
            visible: box.visualFocus
            radius: Theme.radius
        }
    }
    contentItem: Label {
        text: box.text
        Accessible.ignored: true
    }
}
