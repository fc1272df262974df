// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Ui

T.ProgressBar {
    id: bar

    property color tint: Theme.accent

    implicitWidth: Theme.progressWidth
    implicitHeight: Theme.progressHeight

    contentItem: Item {
        clip: true

        Rectangle {
            visible: !bar.indeterminate
            width: bar.visualPosition * parent.width
            height: parent.height
            radius: height / 2
            color: bar.tint
        }
        Rectangle {
            visible: bar.indeterminate
            width: parent.width / 3
            height: parent.height
            radius: height / 2
            color: bar.tint

            NumberAnimation on x {
                running: bar.indeterminate && bar.visible
                from: -bar.width / 3
                to: bar.width
                duration: Theme.sweepDuration
                loops: Animation.Infinite
            }
        }
    }
    background: Rectangle {
        radius: height / 2
        color: Theme.line
    }
}
