// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Sgn.Models
import Sgn.Ui

// The saved views of the fleet, side by side.
Flow {
    id: flow

    required property ViewListModel views
    required property FleetFilter fleet

    visible: views.count > 0
    spacing: Theme.gap2

    Chip {
        text: qsTr("All devices")
        selected: !flow.fleet.narrowed
        onClicked: flow.fleet.clear()
    }
    Repeater {
        model: flow.views

        Chip {
            required property string name
            required property bool current

            text: name
            selected: current
            onClicked: flow.views.show(name)
        }
    }
}
