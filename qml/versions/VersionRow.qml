// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Sgn.Models
import Sgn.Ui

// A version of a process and how many run it; the newest comes first and carries the process's name.
Column {
    id: row

    required property string process
    required property string version
    required property int count
    required property double share
    required property bool newest
    property bool focused: false

    signal chosen

    Label {
        visible: row.newest
        width: parent.width
        height: Theme.groupHeight
        leftPadding: Theme.gap3
        bottomPadding: Theme.gap1
        verticalAlignment: Text.AlignBottom
        text: row.process
        font.weight: Font.DemiBold
        Accessible.role: Accessible.Heading
    }
    T.AbstractButton {
        id: button
        width: parent.width
        implicitHeight: Theme.versionRowHeight
        leftPadding: Theme.gap3
        rightPadding: Theme.gap3
        hoverEnabled: true
        focusPolicy: Qt.NoFocus
        Accessible.name: qsTr("%1 version %2: %n device(s)", "", row.count).arg(row.process).arg(row.version)
        onClicked: row.chosen()

        contentItem: RowLayout {
            spacing: Theme.gap4

            Badge {
                text: row.version
                tone: row.newest ? Cell.Good : Cell.Warning
                Layout.minimumWidth: Theme.versionWidth
            }
            ProgressBar {
                value: row.share
                tint: row.newest ? Theme.good : Theme.warning
                implicitHeight: Theme.shareHeight
                Layout.fillWidth: true
                Accessible.ignored: true
            }
            Label {
                text: qsTr("%n device(s)", "", row.count)
                horizontalAlignment: Text.AlignRight
                Layout.preferredWidth: Theme.deviceCountWidth
                Accessible.ignored: true
            }
            Label {
                text: qsTr("%1 %").arg(Math.round(row.share * 100))
                color: Theme.muted
                horizontalAlignment: Text.AlignRight
                Layout.preferredWidth: Theme.percentWidth
                Accessible.ignored: true
            }
            Icon {
                name: button.mirrored ? "chevron-left" : "chevron-right"
                color: Theme.muted
                Layout.preferredWidth: Theme.iconSize
                Layout.preferredHeight: Theme.iconSize
            }
        }
        background: Rectangle {
            radius: Theme.radius
            color: button.down ? Theme.pressed : button.hovered ? Theme.hover : "transparent"

            FocusRing {
                visible: row.focused
                anchors.margins: -Theme.focusGap
            }
        }
    }
}
