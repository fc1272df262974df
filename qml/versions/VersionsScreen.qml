// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Sgn.Models
import Sgn.Ui

// The versions of each process, one bar per version; a click shows its devices.
FocusScope {
    id: screen

    required property Workspace workspace

    signal chosen(string process, string version)

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.gap6
        anchors.topMargin: Theme.gap5
        anchors.bottomMargin: Theme.gap5
        spacing: Theme.gap4

        ScreenTitle {
            title: qsTr("Versions")
            subtitle: qsTr("Choose a version to see the devices that run it.")
            Layout.fillWidth: true
        }
        Surface {
            Layout.fillWidth: true
            Layout.fillHeight: true

            ListView {
                id: list
                anchors.fill: parent
                anchors.margins: Theme.gap3
                clip: true
                focus: true
                activeFocusOnTab: true
                model: screen.workspace.versions
                boundsBehavior: Flickable.StopAtBounds
                T.ScrollBar.vertical: ScrollBar {}
                delegate: VersionRow {
                    width: ListView.view.width
                    focused: ListView.isCurrentItem && list.activeFocus
                    onChosen: screen.chosen(process, version)
                }
                Keys.onReturnPressed: (currentItem as VersionRow)?.chosen()
                Keys.onEnterPressed: (currentItem as VersionRow)?.chosen()
            }
            EmptyState {
                visible: list.count === 0
                anchors.centerIn: parent
                width: Math.min(parent.width - Theme.gap8 * 2, Theme.messageWidth)
                iconName: "layers"
                title: qsTr("No versions yet")
                text: qsTr("Devices report their versions when they come online. You can also query them on the Fleet screen.")
            }
        }
    }
}
