// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Sgn.Models
import Sgn.Ui

// Online is a full dot, offline a ring, not answering an amber ring: never colour alone.
Rectangle {
    id: status

    property int dot: Cell.NoDot

    implicitWidth: Theme.dotSize
    implicitHeight: Theme.dotSize
    radius: width / 2
    visible: dot !== Cell.NoDot
    color: dot === Cell.Online ? Theme.good : "transparent"
    border.width: dot === Cell.Online ? 0 : Theme.dotRing
    border.color: dot === Cell.Silent ? Theme.warning : Theme.muted
}
