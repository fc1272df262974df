// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Models
import Sgn.Ui

// The one table: sorted by its header, filtered and selected in the model, only the visible cells alive.
//
// Keys: arrows, Page Up/Down, Home and End move; Space checks, with Shift up to here; Ctrl+A checks all; Enter opens; the
// menu key or Shift+F10 chooses columns.
FocusScope {
    id: table

    required property TableFilter rows
    property bool checkable: false
    property string name
    // The focus ring is drawn only while the keyboard is used.
    property bool usedByKeys: false
    // Shown instead of rows while there are none.
    property alias empty: emptySlot.data

    signal opened(int row)
    signal actionTriggered(string key)

    readonly property real lead: checkable ? Theme.gap3 + Theme.iconSize : 0

    function move(row: int): void {
        rows.setCurrentRow(row)
        view.show(rows.currentRow)
    }

    onActiveFocusChanged: if (!activeFocus) usedByKeys = false
    Keys.onReleased: event => { usedByKeys = true; event.accepted = false }
    Accessible.role: Accessible.Table
    Accessible.name: name
    activeFocusOnTab: true

    Keys.onUpPressed: event => { move(rows.currentRow - 1); if (event.modifiers & Qt.ShiftModifier) rows.checkTo(rows.currentRow) }
    Keys.onDownPressed: event => { move(rows.currentRow + 1); if (event.modifiers & Qt.ShiftModifier) rows.checkTo(rows.currentRow) }
    Keys.onReturnPressed: opened(rows.currentRow)
    Keys.onEnterPressed: opened(rows.currentRow)
    Keys.onSpacePressed: event => {
        if (checkable)
            event.modifiers & Qt.ShiftModifier ? rows.checkTo(rows.currentRow) : rows.toggle(rows.currentRow)
    }
    Keys.onPressed: event => {
        const page = Math.max(1, Math.floor(view.height / Theme.rowHeight) - 1)
        event.accepted = true
        if (event.key === Qt.Key_Home)
            move(0)
        else if (event.key === Qt.Key_End)
            move(rows.shownCount - 1)
        else if (event.key === Qt.Key_PageUp)
            move(rows.currentRow - page)
        else if (event.key === Qt.Key_PageDown)
            move(rows.currentRow + page)
        else if (event.key === Qt.Key_Menu || (event.key === Qt.Key_F10 && event.modifiers & Qt.ShiftModifier))
            menu.open()
        else if (checkable && event.key === Qt.Key_A && event.modifiers & Qt.ControlModifier)
            rows.checkShown(true)
        else
            event.accepted = false
    }

    TableColumns {
        id: layout
        rows: table.rows
        available: view.width
        lead: table.lead
        onLaidOut: view.forceLayout()
    }

    Surface {
        anchors.fill: parent
    }

    Item {
        id: header
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.margins: Theme.hairline
        height: Theme.headerHeight
        clip: true

        Item {
            x: -view.contentX
            width: view.contentWidth
            height: parent.height

            Repeater {
                model: layout

                TableHeader {
                    rows: table.rows
                    columns: layout
                    lead: index === 0 ? table.lead : 0
                }
            }
            CheckBox {
                id: allBox
                visible: table.checkable
                x: Theme.gap3
                anchors.verticalCenter: parent.verticalCenter
                focusPolicy: Qt.NoFocus
                tristate: true
                checkState: table.rows.allShownChecked ? Qt.Checked
                          : table.rows.checkedCount > 0 ? Qt.PartiallyChecked : Qt.Unchecked
                nextCheckState: () => allBox.checkState
                onClicked: table.rows.checkShown(!table.rows.allShownChecked)
                Accessible.name: qsTr("Select all shown")
            }
        }
        Rectangle {
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.bottom: parent.bottom
            height: Theme.hairline
            color: Theme.line
        }
        Button {
            id: columnButton
            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            flat: true
            quiet: true
            iconName: "columns-3"
            hint: qsTr("Columns")
            // The table has the keys; its menu key opens this, too.
            focusPolicy: Qt.NoFocus
            onClicked: menu.opened ? menu.close() : menu.open()
        }
    }
    ColumnMenu {
        id: menu
        parent: header
        columns: layout
        x: header.width - width
        y: header.height
    }

    TableView {
        id: view

        property int hoveredRow: -1

        function show(row: int): void {
            const top = row * Theme.rowHeight
            if (top < contentY)
                contentY = top
            else if (top + Theme.rowHeight > contentY + height)
                contentY = top + Theme.rowHeight - height
        }

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: header.bottom
        anchors.bottom: parent.bottom
        anchors.margins: Theme.hairline
        anchors.topMargin: 0
        clip: true
        // The table itself handles the keys.
        activeFocusOnTab: false
        keyNavigationEnabled: false
        model: table.rows
        boundsBehavior: Flickable.StopAtBounds
        columnWidthProvider: column => layout.width(column)
        rowHeightProvider: () => Theme.rowHeight
        T.ScrollBar.vertical: ScrollBar {}
        T.ScrollBar.horizontal: ScrollBar {}

        delegate: TableCell {
            current: row === table.rows.currentRow
            focused: table.activeFocus
            hoveredRow: view.hoveredRow
            checkable: table.checkable
            lead: column === 0 ? table.lead : 0
            onHoverBegan: view.hoveredRow = row
            onHoverEnded: if (view.hoveredRow === row) view.hoveredRow = -1
            onPicked: modifiers => {
                table.forceActiveFocus(Qt.MouseFocusReason)
                table.rows.setCurrentRow(row)
                if (table.checkable && modifiers & Qt.ControlModifier)
                    table.rows.toggle(row)
                else if (table.checkable && modifiers & Qt.ShiftModifier)
                    table.rows.checkTo(row)
                else
                    table.opened(row)
            }
            onToggled: table.rows.toggle(row)
            onActed: table.actionTriggered(key)
        }
    }
    Item {
        id: emptySlot
        anchors.fill: view
        visible: table.rows.shownCount === 0
    }
    FocusRing {
        visible: table.activeFocus && table.usedByKeys
        radius: Theme.surfaceRadius + Theme.focusWidth
    }
}
