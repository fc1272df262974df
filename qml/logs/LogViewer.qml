// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import QtQuick.Layouts
import QtQuick.Templates as T
import Sgn.Models
import Sgn.Ui

// One log file: coloured by level, searched, and saved to a file.
Surface {
    id: viewer

    required property LogDocument document
    required property Workspace workspace

    Shortcut {
        sequence: "Ctrl+F"
        onActivated: search.forceActiveFocus(Qt.ShortcutFocusReason)
    }
    Shortcut {
        sequence: "F3"
        onActivated: viewer.document.lines.nextMatch()
    }
    Shortcut {
        sequence: "Shift+F3"
        onActivated: viewer.document.lines.previousMatch()
    }
    Shortcut {
        sequence: "Ctrl+S"
        enabled: viewer.document.currentFile >= 0
        onActivated: saveDialog.open()
    }
    Connections {
        target: viewer.document.lines

        function onCurrentMatchChanged(): void {
            if (viewer.document.lines.currentRow >= 0)
                lines.positionViewAtIndex(viewer.document.lines.currentRow, ListView.Center)
        }
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.hairline
        spacing: 0

        RowLayout {
            visible: viewer.document.title.length > 0
            spacing: Theme.gap2
            Layout.fillWidth: true
            Layout.margins: Theme.gap3

            TextField {
                id: search
                iconName: "search"
                clearable: true
                placeholderText: qsTr("Search")
                text: viewer.document.lines.searchText
                enabled: viewer.document.lines.count > 0
                Layout.fillWidth: true
                Layout.maximumWidth: Theme.searchWidth
                onTextChanged: viewer.document.lines.searchText = text
                onAccepted: viewer.document.lines.nextMatch()
                Keys.onEscapePressed: clear()
            }
            Label {
                visible: search.length > 0
                text: viewer.document.lines.matchCount === 0 ? qsTr("not found")
                    : qsTr("%1 of %2").arg(viewer.document.lines.currentMatch).arg(viewer.document.lines.matchCount)
                color: Theme.muted
            }
            Button {
                visible: viewer.document.lines.matchCount > 1
                flat: true
                iconName: "arrow-up"
                hint: qsTr("Previous match")
                onClicked: viewer.document.lines.previousMatch()
            }
            Button {
                visible: viewer.document.lines.matchCount > 1
                flat: true
                iconName: "arrow-down"
                hint: qsTr("Next match")
                onClicked: viewer.document.lines.nextMatch()
            }
            Item {
                Layout.fillWidth: true
            }
            Button {
                text: qsTr("Save as…")
                iconName: "save"
                enabled: viewer.document.currentFile >= 0
                onClicked: saveDialog.open()
            }
            Button {
                visible: viewer.document.canRemove
                text: qsTr("Remove")
                onClicked: viewer.document.remove()
            }
        }
        ListView {
            id: files
            visible: count > 1
            orientation: ListView.Horizontal
            spacing: Theme.gap1
            clip: true
            model: viewer.document.files
            implicitHeight: Theme.chipHeight
            boundsBehavior: Flickable.StopAtBounds
            Layout.fillWidth: true
            Layout.leftMargin: Theme.gap3
            Layout.rightMargin: Theme.gap3
            Layout.bottomMargin: Theme.gap3
            delegate: Chip {
                required property int index
                required property string name
                required property string size

                selected: index === viewer.document.currentFile
                text: name
                onClicked: viewer.document.currentFile = index
            }
        }
        Rectangle {
            color: Theme.line
            Layout.fillWidth: true
            Layout.preferredHeight: Theme.hairline
        }
        ListView {
            id: lines

            readonly property int numberWidth: metrics.advanceWidth + Theme.gap4

            clip: true
            focus: true
            activeFocusOnTab: true
            model: viewer.document.lines
            boundsBehavior: Flickable.StopAtBounds
            reuseItems: true
            topMargin: Theme.gap2
            bottomMargin: Theme.gap2
            Layout.fillWidth: true
            Layout.fillHeight: true
            Accessible.role: Accessible.List
            Accessible.name: viewer.document.currentName
            T.ScrollBar.vertical: ScrollBar {}

            Keys.onUpPressed: contentY = Math.max(originY - topMargin, contentY - Theme.lineHeight)
            Keys.onDownPressed: contentY = Math.max(originY - topMargin, Math.min(contentHeight - height + bottomMargin, contentY + Theme.lineHeight))
            Keys.onPressed: event => {
                event.accepted = true
                if (event.key === Qt.Key_PageUp)
                    contentY = Math.max(originY - topMargin, contentY - height)
                else if (event.key === Qt.Key_PageDown)
                    contentY = Math.max(originY - topMargin, Math.min(contentHeight - height + bottomMargin, contentY + height))
                else if (event.key === Qt.Key_Home)
                    positionViewAtBeginning()
                else if (event.key === Qt.Key_End)
                    positionViewAtEnd()
                else
                    event.accepted = false
            }

            TextMetrics {
                id: metrics
                font.family: Theme.monoFamily
                font.pixelSize: Theme.smallSize
                text: viewer.document.lines.count
            }
            delegate: LogLine {
                width: ListView.view.width
                numberWidth: lines.numberWidth
                current: index === viewer.document.lines.currentRow
            }
            ColumnLayout {
                parent: lines
                anchors.centerIn: parent
                width: Math.min(parent.width - Theme.gap8 * 2, Theme.messageWidth)
                visible: viewer.document.lines.count === 0
                spacing: Theme.gap4

                EmptyState {
                    iconName: viewer.document.busy ? "loader-circle" : viewer.document.title.length > 0 ? "circle-alert" : "file-text"
                    title: viewer.document.title.length > 0 ? viewer.document.title : qsTr("Choose logs on the left")
                    text: viewer.document.message
                    Layout.fillWidth: true
                }
                ProgressBar {
                    visible: viewer.document.busy
                    indeterminate: viewer.document.progress < 0
                    value: viewer.document.progress
                    Layout.alignment: Qt.AlignHCenter
                    Layout.preferredWidth: Theme.wideProgressWidth
                    Accessible.name: viewer.document.message
                }
            }
        }
    }
    FileDialog {
        id: saveDialog
        title: qsTr("Save log as")
        fileMode: FileDialog.SaveFile
        selectedFile: viewer.document.currentName
        onAccepted: viewer.document.saveAs(selectedFile)
    }
}
