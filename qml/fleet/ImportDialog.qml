// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import QtQuick.Layouts
import QtQuick.Templates as T
import Sgn.Models
import Sgn.Ui

// Takes devices from a list: what would change, what isn't taken, and how far it has got.
Dialog {
    id: dialog

    required property ImportForm form

    title: qsTr("Import devices")
    acceptText: qsTr("Import")
    acceptIcon: "check"
    acceptEnabled: form.acceptable
    rejectText: form.running || form.ended ? qsTr("Close") : qsTr("Cancel")
    staysOpen: true
    onConfirmed: form.start()
    onClosed: form.clear()

    contentItem: ColumnLayout {
        spacing: Theme.gap3

        Label {
            text: qsTr("A table (CSV) whose first line names the columns: jid, and any of name, tags and notes; others become fields, such as address. Or birth records of sgn-provision.")
            color: Theme.muted
            wrapMode: Text.Wrap
            Layout.fillWidth: true
        }
        RowLayout {
            spacing: Theme.gap3
            Layout.fillWidth: true

            Button {
                text: qsTr("Choose…")
                iconName: "folder-open"
                enabled: !dialog.form.running
                onClicked: chooser.open()
            }
            Label {
                text: dialog.form.file
                elide: Text.ElideMiddle
                Layout.fillWidth: true
            }
        }
        Label {
            visible: text.length > 0
            text: dialog.form.running ? qsTr("The server is given one device after the other. The list can be closed meanwhile.") : dialog.form.summary
            wrapMode: Text.Wrap
            Layout.fillWidth: true
        }
        ProgressBar {
            visible: dialog.form.running
            value: dialog.form.progress
            Layout.fillWidth: true
            Accessible.name: qsTr("Import")
        }
        Label {
            visible: text.length > 0
            text: dialog.form.columns
            color: Theme.muted
            wrapMode: Text.Wrap
            Layout.fillWidth: true
        }
        CheckBox {
            visible: dialog.form.file.length > 0
            text: qsTr("Empty cells remove what is there")
            enabled: !dialog.form.running
            checked: dialog.form.clears
            onToggled: dialog.form.clears = checked
        }
        Banner {
            visible: text.length > 0
            iconName: "wifi-off"
            text: dialog.form.hindrance
            Layout.fillWidth: true
        }
        Banner {
            visible: dialog.form.problemCount > 0
            iconName: "triangle-alert"
            text: qsTr("%n line(s) can't be taken; the others are.", "", dialog.form.problemCount)
            Layout.fillWidth: true
        }
        Flickable {
            visible: dialog.form.problemCount > 0
            contentWidth: width
            contentHeight: lines.implicitHeight
            boundsBehavior: Flickable.StopAtBounds
            clip: true
            Layout.fillWidth: true
            Layout.preferredHeight: Math.min(lines.implicitHeight, Theme.textAreaHeight)
            T.ScrollBar.vertical: ScrollBar {}

            Label {
                id: lines
                width: parent.width
                text: dialog.form.problems
                textFormat: Text.PlainText
                wrapMode: Text.Wrap
            }
        }
    }

    FileDialog {
        id: chooser
        title: qsTr("List of devices: a table, or birth records")
        nameFilters: [qsTr("Tables and birth records (*.csv *.json)"), qsTr("All files (*)")]
        onAccepted: dialog.form.begin(selectedFile)
    }
}
