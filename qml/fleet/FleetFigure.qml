// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// A figure that narrows the fleet to the group it counts. Only a count above zero takes its colour.
Figure {
    id: figure

    required property FleetFilter fleet
    required property int group
    required property int count
    property int countTone: Cell.Plain

    value: count.toLocaleString(Qt.locale(), "f", 0)
    tone: count > 0 ? countTone : Cell.Plain
    selected: fleet.group === group
    Layout.fillWidth: true
    onClicked: fleet.toggleGroup(group)
}
