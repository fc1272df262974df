// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// The whole fleet: figures on top, the table, and the current device beside it.
FocusScope {
    id: screen

    required property Workspace workspace
    // Beside the table where there is room, else over it when a row is opened.
    readonly property bool wide: width >= Theme.sidePanelThreshold
    property bool detailsOpen: false
    readonly property string history: workspace.connection.history.length > 0 ? " · " + workspace.connection.history : ""

    Shortcut {
        sequence: "Ctrl+F"
        onActivated: filter.forceActiveFocus(Qt.ShortcutFocusReason)
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.gap6
        anchors.rightMargin: screen.wide && details.visible ? details.width + Theme.gap6 : Theme.gap6
        anchors.topMargin: Theme.gap5
        anchors.bottomMargin: Theme.gap5
        spacing: Theme.gap4

        ScreenTitle {
            title: qsTr("Fleet")
            subtitle: qsTr("%n device(s)", "", screen.workspace.head.total) + " · " + screen.workspace.lastReport + screen.history
            Layout.fillWidth: true

            Button {
                text: qsTr("Import…")
                iconName: "folder-open"
                onClicked: importing.open()
            }
            Button {
                text: qsTr("Export…")
                iconName: "save"
                enabled: screen.workspace.fleet.shownCount > 0
                onClicked: exporting.open()
            }
        }
        RowLayout {
            spacing: Theme.gap3
            Layout.fillWidth: true

            FleetFigure {
                text: qsTr("Online")
                count: screen.workspace.head.online
                fleet: screen.workspace.fleet
                group: FleetFilter.Online
            }
            FleetFigure {
                text: qsTr("Offline")
                count: screen.workspace.head.offline
                fleet: screen.workspace.fleet
                group: FleetFilter.Offline
            }
            FleetFigure {
                text: qsTr("Dead processes")
                count: screen.workspace.head.dead
                countTone: Cell.Bad
                fleet: screen.workspace.fleet
                group: FleetFilter.Dead
            }
            FleetFigure {
                text: qsTr("Updating")
                count: screen.workspace.head.updating
                countTone: Cell.Accent
                fleet: screen.workspace.fleet
                group: FleetFilter.Updating
            }
            FleetFigure {
                text: qsTr("Need attention")
                count: screen.workspace.head.attention
                countTone: Cell.Warning
                fleet: screen.workspace.fleet
                group: FleetFilter.Attention
            }
        }
        SavedViews {
            views: screen.workspace.views
            fleet: screen.workspace.fleet
            Layout.fillWidth: true
        }
        RowLayout {
            spacing: Theme.gap2
            Layout.fillWidth: true

            TextField {
                id: filter
                iconName: "search"
                clearable: true
                placeholderText: qsTr("Filter: tag=north, ocr<3…")
                text: screen.workspace.fleet.filterText
                implicitWidth: Theme.filterWidth
                onTextChanged: screen.workspace.fleet.filterText = text
                Keys.onEscapePressed: clear()
                Keys.onDownPressed: table.forceActiveFocus(Qt.TabFocusReason)
            }
            Chip {
                visible: text.length > 0
                removable: true
                text: screen.workspace.fleet.groupText
                onClicked: screen.workspace.fleet.group = FleetFilter.All
            }
            Chip {
                visible: text.length > 0
                removable: true
                text: screen.workspace.fleet.versionText
                onClicked: screen.workspace.fleet.clearVersion()
            }
            Link {
                visible: screen.workspace.views.savable
                text: qsTr("Save view…")
                Layout.leftMargin: Theme.gap1
                onClicked: saveView.open()
            }
            Link {
                visible: screen.workspace.views.current.length > 0
                text: qsTr("Remove view…")
                Layout.leftMargin: Theme.gap1
                onClicked: removeView.open()
            }
            Item {
                Layout.fillWidth: true
            }
            Label {
                visible: screen.workspace.fleet.narrowed
                text: qsTr("%1 of %2 shown").arg(screen.workspace.fleet.shownCount).arg(screen.workspace.fleet.totalCount)
                color: Theme.muted
            }
        }
        DataTable {
            id: table
            focus: true
            name: qsTr("Devices")
            rows: screen.workspace.fleet
            checkable: true
            Layout.fillWidth: true
            Layout.fillHeight: true
            onOpened: screen.detailsOpen = true
            onActionTriggered: key => screen.workspace.actOn(key)
            empty: [
                EmptyState {
                    visible: screen.workspace.head.total === 0
                    anchors.centerIn: parent
                    width: Math.min(parent.width - Theme.gap8 * 2, Theme.messageWidth)
                    iconName: "server"
                    title: qsTr("No devices yet")
                    text: qsTr("A device appears here, or under New devices, when its agent signs in for the first time. Its cpanel_jid must be %1.").arg(screen.workspace.account)
                },
                EmptyState {
                    visible: screen.workspace.head.total > 0
                    anchors.centerIn: parent
                    width: Math.min(parent.width - Theme.gap8 * 2, Theme.messageWidth)
                    iconName: "search"
                    title: qsTr("No match")
                    text: qsTr("No device matches the filter.")
                    action: qsTr("Show all")
                    onTriggered: screen.workspace.fleet.clear()
                }
            ]
        }
        SelectionBar {
            visible: screen.workspace.fleet.checkedCount > 0
            rows: screen.workspace.fleet
            Layout.fillWidth: true

            Button {
                text: qsTr("Query versions")
                iconName: "refresh-cw"
                onClicked: screen.workspace.askVersions()
            }
            Button {
                text: qsTr("Get logs")
                iconName: "file-text"
                onClicked: screen.workspace.getLogs()
            }
            Button {
                text: qsTr("Tags…")
                iconName: "tag"
                onClicked: {
                    screen.workspace.prepareTags()
                    tags.open()
                }
            }
            Button {
                text: qsTr("Remove…")
                iconName: "x"
                onClicked: retire.open()
            }
            Button {
                text: qsTr("Reboot…")
                iconName: "rotate-ccw"
                onClicked: reboot.open()
            }
            Button {
                text: qsTr("Update…")
                iconName: "download"
                primary: true
                onClicked: {
                    screen.workspace.prepareUpdate()
                    newUpdate.open()
                }
            }
        }
    }
    DevicePanel {
        id: details
        workspace: screen.workspace
        device: screen.workspace.device
        closable: !screen.wide
        visible: device.known && (screen.wide || screen.detailsOpen)
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.bottom: parent.bottom
        width: Theme.sidePanelWidth
        onClosed: {
            screen.detailsOpen = false
            table.forceActiveFocus(Qt.OtherFocusReason)
        }
        onEditRequested: {
            screen.workspace.deviceForm.begin(screen.workspace.device.jid)
            edit.open()
        }
    }
    DeviceDialog {
        id: edit
        form: screen.workspace.deviceForm
    }
    TagDialog {
        id: tags
        form: screen.workspace.tagForm
    }
    ImportDialog {
        id: importing
        form: screen.workspace.importForm
    }
    FileDialog {
        id: exporting
        title: qsTr("Save the selected devices, or those that are shown")
        fileMode: FileDialog.SaveFile
        defaultSuffix: "csv"
        nameFilters: [qsTr("Tables (*.csv)")]
        onAccepted: screen.workspace.exportFleet(selectedFile)
    }
    SaveViewDialog {
        id: saveView
        views: screen.workspace.views
    }
    Dialog {
        id: removeView
        title: qsTr("Remove this view?")
        acceptText: qsTr("Remove")
        danger: true
        onAccepted: screen.workspace.views.remove(screen.workspace.views.current)

        contentItem: Label {
            text: qsTr("\"%1\" leaves all desks of this account. The devices stay as they are.").arg(screen.workspace.views.current)
            wrapMode: Text.Wrap
        }
    }
    NewUpdateDialog {
        id: newUpdate
        update: screen.workspace.newUpdate
    }
    Dialog {
        id: retire
        title: qsTr("Remove %n device(s) from the fleet?", "", screen.workspace.fleet.checkedCount)
        acceptText: qsTr("Remove")
        danger: true
        onAccepted: screen.workspace.retire()

        contentItem: Label {
            text: qsTr("They get no more commands and leave the list on every desk; what was recorded stays in Activity. A device that shows up again waits under New devices.")
            wrapMode: Text.Wrap
        }
    }
    Dialog {
        id: reboot
        title: qsTr("Reboot %n device(s)?", "", screen.workspace.fleet.checkedCount)
        acceptText: qsTr("Reboot")
        danger: true
        onAccepted: screen.workspace.reboot()

        contentItem: Label {
            text: qsTr("The machine itself restarts. Its meter processes stop for a minute or two and then start again automatically.")
            wrapMode: Text.Wrap
        }
    }
}
