// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Ui

// Several lines of plain text, as high as they are; Tab leaves it.
T.TextArea {
    id: area

    implicitWidth: Theme.textFieldWidth
    implicitHeight: Math.max(Theme.textAreaHeight, contentHeight + topPadding + bottomPadding)
    leftPadding: Theme.gap3
    rightPadding: Theme.gap3
    topPadding: Theme.gap2
    bottomPadding: Theme.gap2
    color: Theme.text
    placeholderTextColor: Theme.muted
    selectionColor: Theme.accent
    selectedTextColor: Theme.accentText
    selectByMouse: true
    wrapMode: TextEdit.Wrap
    textFormat: TextEdit.PlainText
    font.family: Theme.family
    font.pixelSize: Theme.bodySize
    renderType: Text.NativeRendering
    Accessible.name: placeholderText
    KeyNavigation.priority: KeyNavigation.BeforeItem
    KeyNavigation.tab: area.nextItemInFocusChain(true)
    KeyNavigation.backtab: area.nextItemInFocusChain(false)

    Label {
        anchors.fill: parent
        anchors.leftMargin: area.leftPadding
        anchors.rightMargin: area.rightPadding
        anchors.topMargin: area.topPadding
        visible: area.length === 0 && area.preeditText.length === 0
        verticalAlignment: Text.AlignTop
        text: area.placeholderText
        color: Theme.muted
        Accessible.ignored: true
    }
    background: Rectangle {
        radius: Theme.radius
        color: Theme.surface
        border.width: area.activeFocus ? Theme.focusWidth : Theme.hairline
        border.color: area.activeFocus ? Theme.accent : Theme.line
    }
}
