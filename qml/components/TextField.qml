// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Ui

// One line of text; `iconName` puts an icon in front of it, `error` a red border and an accessible description.
T.TextField {
    id: field

    property string iconName
    property string error
    property bool clearable: false

    implicitWidth: Theme.textFieldWidth
    implicitHeight: Theme.controlHeight
    leftPadding: iconName.length > 0 ? Theme.iconSize + Theme.gap2 * 2 + Theme.gap1 : Theme.gap3
    rightPadding: clearButton.visible ? Theme.iconSize + Theme.gap3 : Theme.gap3
    color: Theme.text
    placeholderTextColor: Theme.muted
    selectionColor: Theme.accent
    selectedTextColor: Theme.accentText
    selectByMouse: true
    verticalAlignment: TextInput.AlignVCenter
    font.family: Theme.family
    font.pixelSize: Theme.bodySize
    renderType: Text.NativeRendering
    opacity: enabled ? 1 : Theme.disabledOpacity
    Accessible.name: placeholderText
    Accessible.description: error

    Label {
        anchors.fill: parent
        anchors.leftMargin: field.leftPadding
        anchors.rightMargin: field.rightPadding
        visible: field.length === 0 && field.preeditText.length === 0
        text: field.placeholderText
        color: Theme.muted
        Accessible.ignored: true
    }
    Icon {
        visible: field.iconName.length > 0
        name: field.iconName
        color: Theme.muted
        anchors.left: parent.left
        anchors.leftMargin: Theme.gap2 + Theme.gapHalf
        anchors.verticalCenter: parent.verticalCenter
        width: Theme.iconSize
        height: Theme.iconSize
    }
    T.AbstractButton {
        id: clearButton
        visible: field.clearable && field.length > 0
        anchors.right: parent.right
        anchors.rightMargin: Theme.gap2
        anchors.verticalCenter: parent.verticalCenter
        width: Theme.iconSize
        height: Theme.iconSize
        focusPolicy: Qt.NoFocus
        Accessible.name: qsTr("Clear")
        onClicked: field.clear()

        contentItem: Icon {
            name: "x"
            color: Theme.muted
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: Theme.surface
        border.width: field.activeFocus ? Theme.focusWidth : Theme.hairline
        border.color: field.error.length > 0 ? Theme.bad : field.activeFocus ? Theme.accent : Theme.line
    }
}
