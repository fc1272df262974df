// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Ui

// The outcome of a command, shown for a few seconds and read out by screen readers.
Rectangle {
    id: toast

    property string text
    property bool isError: false

    function show(message: string, error: bool): void {
        text = message
        isError = error
        opacity = 1
        timer.restart()
    }

    implicitWidth: Math.min(row.implicitWidth + Theme.gap4 * 2, parent ? parent.width - Theme.gap8 * 2 : Theme.toastWidth)
    implicitHeight: row.implicitHeight + Theme.gap3 * 2
    radius: Theme.surfaceRadius
    color: Theme.raised
    border.width: Theme.hairline
    border.color: isError ? Theme.bad : Theme.lineStrong
    opacity: 0
    visible: opacity > 0
    Accessible.role: Accessible.AlertMessage
    Accessible.name: text

    Behavior on opacity {
        NumberAnimation {
            duration: Theme.fadeDuration
        }
    }
    Timer {
        id: timer
        interval: toast.isError ? Theme.errorTime : Theme.noticeTime
        onTriggered: toast.opacity = 0
    }
    RowLayout {
        id: row
        anchors.fill: parent
        anchors.leftMargin: Theme.gap4
        anchors.rightMargin: Theme.gap3
        spacing: Theme.gap2

        Icon {
            name: toast.isError ? "circle-alert" : "circle-check"
            color: toast.isError ? Theme.bad : Theme.good
            Layout.preferredWidth: Theme.iconSize
            Layout.preferredHeight: Theme.iconSize
        }
        Label {
            text: toast.text
            wrapMode: Text.Wrap
            Layout.fillWidth: true
            Layout.maximumWidth: Theme.toastWidth
            Accessible.ignored: true
        }
        Button {
            flat: true
            iconName: "x"
            focusPolicy: Qt.NoFocus
            implicitHeight: Theme.smallControlHeight
            leftPadding: Theme.gap1
            rightPadding: Theme.gap1
            Accessible.name: qsTr("Close")
            onClicked: toast.opacity = 0
        }
    }
}
