// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Models
import Sgn.Ui

// Which columns a table shows, and in which order. The first one stays.
T.Popup {
    id: menu

    required property TableColumns columns

    width: Theme.menuWidth
    height: Math.min(implicitHeight, Theme.menuHeight)
    implicitHeight: implicitContentHeight + topPadding + bottomPadding
    padding: Theme.gap3
    focus: true
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent

    contentItem: ColumnList {
        columns: menu.columns
    }
    background: Rectangle {
        radius: Theme.surfaceRadius
        color: Theme.raised
        border.width: Theme.hairline
        border.color: Theme.line
    }
}
