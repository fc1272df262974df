// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// What most rollouts leave as it is: limits, growth, networks and the end.
GridLayout {
    id: details

    required property StagingForm form

    columns: 2
    columnSpacing: Theme.gap4
    rowSpacing: Theme.gap4

    Field {
        label: qsTr("So many of a wave must run it")
        hint: qsTr("Before the next wave begins.")
        error: details.form.healthyError
        Layout.preferredWidth: Theme.equalShare
        Layout.fillWidth: true
        Layout.alignment: Qt.AlignTop

        TextField {
            text: details.form.healthy
            placeholderText: "95%"
            Layout.fillWidth: true
            Accessible.name: qsTr("So many of a wave must run it")
            onTextEdited: details.form.healthy = text
        }
    }
    Field {
        label: qsTr("Stops when more vanish than")
        hint: qsTr("Devices that are offline since they were sent to.")
        error: details.form.vanishedError
        Layout.preferredWidth: Theme.equalShare
        Layout.fillWidth: true
        Layout.alignment: Qt.AlignTop

        TextField {
            text: details.form.vanished
            placeholderText: "10%"
            Layout.fillWidth: true
            Accessible.name: qsTr("Stops when more vanish than")
            onTextEdited: details.form.vanished = text
        }
    }
    CheckBox {
        text: qsTr("Begin with few at the same time, and more with success")
        checked: details.form.grows
        Layout.columnSpan: 2
        Layout.fillWidth: true
        onToggled: details.form.grows = checked
    }
    Field {
        visible: details.form.grows
        label: qsTr("At the same time, at first")
        error: details.form.growthError
        Layout.preferredWidth: Theme.equalShare
        Layout.fillWidth: true
        Layout.alignment: Qt.AlignTop

        NumberField {
            value: details.form.growthFirst
            Accessible.name: qsTr("At the same time, at first")
            onEdited: value => details.form.growthFirst = value
        }
    }
    Field {
        visible: details.form.grows
        label: qsTr("Successes until it doubles")
        Layout.preferredWidth: Theme.equalShare
        Layout.fillWidth: true
        Layout.alignment: Qt.AlignTop

        NumberField {
            value: details.form.growthAfter
            Accessible.name: qsTr("Successes until it doubles")
            onEdited: value => details.form.growthAfter = value
        }
    }
    Field {
        label: qsTr("Only over")
        hint: details.form.overEthernet || details.form.overWifi || details.form.overCellular
            ? qsTr("Devices on another network wait, and those that don't report theirs.") : qsTr("None chosen: over any network.")
        Layout.columnSpan: 2
        Layout.fillWidth: true

        RowLayout {
            spacing: Theme.gap4

            CheckBox {
                text: qsTr("Ethernet")
                checked: details.form.overEthernet
                onToggled: details.form.overEthernet = checked
            }
            CheckBox {
                text: qsTr("Wi-Fi")
                checked: details.form.overWifi
                onToggled: details.form.overWifi = checked
            }
            CheckBox {
                text: qsTr("Cellular")
                checked: details.form.overCellular
                onToggled: details.form.overCellular = checked
            }
        }
    }
    Field {
        label: qsTr("Ends")
        hint: qsTr("A day, with or without a time. Devices that haven't got it by then don't get it any more.")
        error: details.form.endError
        Layout.columnSpan: 2
        Layout.fillWidth: true

        TextField {
            text: details.form.end
            placeholderText: details.form.standing ? qsTr("never") : qsTr("in a week")
            Layout.fillWidth: true
            Accessible.name: qsTr("Ends")
            onTextEdited: details.form.end = text
        }
    }
}
