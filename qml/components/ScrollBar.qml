// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Ui

T.ScrollBar {
    id: bar

    implicitWidth: Theme.scrollBarSize
    implicitHeight: Theme.scrollBarSize
    padding: Theme.gapHalf
    minimumSize: Theme.scrollBarShare
    visible: policy === T.ScrollBar.AlwaysOn || (policy === T.ScrollBar.AsNeeded && size < 1)

    contentItem: Rectangle {
        implicitWidth: Theme.scrollBarSize - Theme.gapHalf * 2
        implicitHeight: Theme.scrollBarSize - Theme.gapHalf * 2
        radius: Math.min(width, height) / 2
        color: bar.pressed || bar.hovered ? Theme.muted : Theme.lineStrong
    }
}
