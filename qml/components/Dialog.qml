// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Sgn.Ui

// A modal sheet: title, content, one primary command and Cancel. Esc closes it.
T.Dialog {
    id: dialog

    property string acceptText
    property string acceptIcon
    property bool acceptEnabled: true
    property bool danger: false
    property string rejectText: qsTr("Cancel")
    // It stays open on its command, which confirmed() announces.
    property bool staysOpen: false

    signal confirmed

    parent: T.Overlay.overlay
    anchors.centerIn: parent
    // The window is never narrower. Bound to its width, the height of wrapped words would be a loop.
    width: Theme.dialogWidth
    height: Math.min(implicitHeight, parent ? parent.height - Theme.gap8 * 2 : implicitHeight)
    implicitHeight: implicitContentHeight + topPadding + bottomPadding + implicitHeaderHeight + implicitFooterHeight
    padding: Theme.gap6
    topPadding: Theme.gap2
    bottomPadding: Theme.gap2
    modal: true
    focus: true
    closePolicy: T.Popup.CloseOnEscape

    header: Label {
        text: dialog.title
        padding: Theme.gap6
        bottomPadding: Theme.gap2
        font.pixelSize: Theme.dialogTitleSize
        font.weight: Font.DemiBold
        Accessible.role: Accessible.Heading
    }
    footer: RowLayout {
        spacing: Theme.gap2

        Item {
            Layout.fillWidth: true
        }
        Button {
            text: dialog.rejectText
            Layout.topMargin: Theme.gap4
            Layout.bottomMargin: Theme.gap5
            onClicked: dialog.reject()
        }
        Button {
            text: dialog.acceptText
            iconName: dialog.acceptIcon
            primary: !dialog.danger
            danger: dialog.danger
            enabled: dialog.acceptEnabled
            Layout.topMargin: Theme.gap4
            Layout.bottomMargin: Theme.gap5
            Layout.rightMargin: Theme.gap6
            onClicked: {
                dialog.confirmed()
                if (!dialog.staysOpen) {
                    dialog.accept()
                }
            }
        }
    }
    background: Rectangle {
        radius: Theme.surfaceRadius
        color: Theme.raised
        border.width: Theme.hairline
        border.color: Theme.line
    }
    T.Overlay.modal: Rectangle {
        color: Theme.shade
    }
}
