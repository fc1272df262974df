// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// The list that is chosen, what it would change and what of it can't be taken.
ColumnLayout {
    id: fields

    required property ImportForm form

    signal fileWanted

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
            enabled: !fields.form.running
            onClicked: fields.fileWanted()
        }
        Label {
            text: fields.form.file
            elide: Text.ElideMiddle
            Layout.fillWidth: true
        }
    }
    Label {
        visible: text.length > 0
        text: fields.form.running ? qsTr("The server is given one device after the other. The list can be closed meanwhile.") : fields.form.summary
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
    ProgressBar {
        visible: fields.form.running
        value: fields.form.progress
        Layout.fillWidth: true
        Accessible.name: qsTr("Import")
    }
    Label {
        visible: text.length > 0
        text: fields.form.columns
        color: Theme.muted
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
    CheckBox {
        visible: fields.form.file.length > 0
        text: qsTr("Empty cells remove what is there")
        enabled: !fields.form.running
        checked: fields.form.clears
        onToggled: fields.form.clears = checked
    }
    Banner {
        visible: text.length > 0
        iconName: "wifi-off"
        text: fields.form.hindrance
        Layout.fillWidth: true
    }
    Banner {
        visible: fields.form.problemCount > 0
        iconName: "triangle-alert"
        text: qsTr("%n line(s) can't be taken; the others are.", "", fields.form.problemCount)
        Layout.fillWidth: true
    }
    ScrollArea {
        visible: fields.form.problemCount > 0
        contentHeight: lines.implicitHeight
        Layout.fillWidth: true
        Layout.preferredHeight: Math.min(lines.implicitHeight, Theme.textAreaHeight)

        Label {
            id: lines
            width: parent.width
            text: fields.form.problems
            textFormat: Text.PlainText
            wrapMode: Text.Wrap
        }
    }
}
