// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Ui

// An action inside running text.
T.AbstractButton {
    id: link

    implicitHeight: Theme.lineHeight
    implicitWidth: implicitContentWidth
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.role: Accessible.Link
    Accessible.name: text

    Keys.onReturnPressed: link.clicked()
    Keys.onEnterPressed: link.clicked()

    HoverHandler {
        cursorShape: Qt.PointingHandCursor
    }
    contentItem: Label {
        text: link.text
        color: link.hovered ? Theme.accentHover : Theme.accent
        font.underline: link.hovered
        font.weight: Font.Medium
        Accessible.ignored: true
    }
    background: Item {
        FocusRing {
            visible: link.visualFocus
            radius: Theme.gap1
        }
    }
}
