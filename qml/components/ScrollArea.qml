// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import QtQuick.Window
import Sgn.Ui

// Shows a part of what is longer: scrolls by wheel and bar, and to whatever the Tab key reaches.
Flickable {
    id: area

    readonly property Item reached: Window.activeFocusItem

    function isReachedByTab(item: Item): bool {
        const reason = item instanceof T.TextField ? (item as T.TextField).focusReason
            : item instanceof T.Control ? (item as T.Control).focusReason : Qt.OtherFocusReason
        return reason === Qt.TabFocusReason || reason === Qt.BacktabFocusReason
    }
    function isWithin(item: Item): bool {
        for (let above = item; above; above = above.parent) {
            if (above === contentItem) {
                return true
            }
        }
        return false
    }
    function reveal(item: Item) {
        const top = item.mapToItem(contentItem, 0, 0).y - Theme.gap3
        const bottom = top + item.height + Theme.gap3 * 2
        if (top < contentY) {
            contentY = Math.max(0, top)
        } else if (bottom > contentY + height) {
            contentY = Math.max(0, Math.min(contentHeight, bottom) - height)
        }
    }

    contentWidth: width
    boundsBehavior: Flickable.StopAtBounds
    clip: true
    onReachedChanged: {
        if (reached && isReachedByTab(reached) && isWithin(reached)) {
            reveal(reached)
        }
    }
    T.ScrollBar.vertical: ScrollBar {}
}
