// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

FocusScope {
    id: screen

    required property Application app
    readonly property SigningKeys keys: app.workspace ? app.workspace.keys : null

    ScrollArea {
        id: area
        anchors.fill: parent
        contentHeight: page.height + Theme.gap5 + Theme.gap6

        ColumnLayout {
            id: page
            x: Theme.gap6
            y: Theme.gap5
            width: area.width - Theme.gap6 * 2
            spacing: Theme.gap4

            ScreenTitle {
                title: qsTr("Settings")
                Layout.fillWidth: true
            }
            Surface {
                implicitHeight: form.implicitHeight + Theme.gap6 * 2
                Layout.fillWidth: true
                Layout.maximumWidth: Theme.formWidth

                ColumnLayout {
                    id: form
                    anchors.fill: parent
                    anchors.margins: Theme.gap6
                    spacing: Theme.gap6

                    Field {
                        label: qsTr("Appearance")
                        Layout.fillWidth: true

                        RowLayout {
                            spacing: Theme.gap2

                            Choice {
                                text: qsTr("System default")
                                focus: true
                                selected: screen.app.preferences.theme === Preferences.SystemTheme
                                onClicked: screen.app.preferences.theme = Preferences.SystemTheme
                            }
                            Choice {
                                text: qsTr("Light")
                                selected: screen.app.preferences.theme === Preferences.LightTheme
                                onClicked: screen.app.preferences.theme = Preferences.LightTheme
                            }
                            Choice {
                                text: qsTr("Dark")
                                selected: screen.app.preferences.theme === Preferences.DarkTheme
                                onClicked: screen.app.preferences.theme = Preferences.DarkTheme
                            }
                        }
                    }
                    Field {
                        label: qsTr("Language")
                        Layout.fillWidth: true

                        RowLayout {
                            spacing: Theme.gap2

                            Choice {
                                text: qsTr("System default")
                                selected: screen.app.preferences.language.length === 0
                                onClicked: screen.app.preferences.language = ""
                            }
                            Choice {
                                text: "English"
                                selected: screen.app.preferences.language === "en"
                                onClicked: screen.app.preferences.language = "en"
                            }
                            Choice {
                                text: "Deutsch"
                                selected: screen.app.preferences.language === "de"
                                onClicked: screen.app.preferences.language = "de"
                            }
                        }
                    }
                    Field {
                        label: qsTr("Your name")
                        hint: qsTr("The other desks see who has sent a command. Empty: login and computer.")
                        Layout.fillWidth: true

                        TextField {
                            text: screen.app.preferences.operatorName
                            placeholderText: qsTr("Login and computer")
                            Layout.fillWidth: true
                            Accessible.name: qsTr("Your name")
                            onEditingFinished: screen.app.preferences.operatorName = text
                        }
                    }
                    Field {
                        visible: screen.app.workspace !== null
                        label: qsTr("Accept new devices")
                        hint: qsTr("Accounts that become devices without a click: names of this server with * and ?, separated by commas; of another server with its name. Empty: none.")
                        error: screen.app.workspace ? screen.app.workspace.acceptPatterns.error : ""
                        Layout.fillWidth: true

                        TextField {
                            text: screen.app.workspace ? screen.app.workspace.acceptPatterns.text : ""
                            error: screen.app.workspace ? screen.app.workspace.acceptPatterns.error : ""
                            placeholderText: "altimeter_*"
                            Layout.fillWidth: true
                            Accessible.name: qsTr("Accept new devices")
                            onEditingFinished: screen.app.workspace.acceptPatterns.choose(text)
                        }
                    }
                    Field {
                        label: qsTr("Keep history")
                        hint: qsTr("Ended commands and lines of the timeline that are older are removed from this computer.")
                        Layout.fillWidth: true

                        RowLayout {
                            spacing: Theme.gap2

                            Repeater {
                                model: [90, 400, 0]

                                Choice {
                                    required property int modelData

                                    text: modelData > 0 ? qsTr("%n day(s)", "", modelData) : qsTr("Always")
                                    selected: screen.app.preferences.keepDays === modelData
                                    onClicked: screen.app.preferences.keepDays = modelData
                                }
                            }
                        }
                    }
                    KeyField {
                        label: qsTr("Release key")
                        key: screen.keys ? screen.keys.releaseKey : null
                        hint: qsTr("Signs every release that is sent from here. Devices with release keys install no other.")
                        Layout.fillWidth: true
                    }
                    KeyField {
                        label: qsTr("Operator key")
                        key: screen.keys ? screen.keys.operatorKey : null
                        hint: qsTr("Signs every command. Devices with operator keys accept no other.")
                        Layout.fillWidth: true
                    }
                    Field {
                        label: qsTr("Account")
                        hint: qsTr("Signing out deletes the saved password. The recorded state of the fleet stays on this computer.")
                        Layout.fillWidth: true

                        RowLayout {
                            spacing: Theme.gap3

                            Label {
                                text: screen.app.workspace ? screen.app.workspace.account : ""
                                Layout.fillWidth: true
                            }
                            Button {
                                text: qsTr("Sign out")
                                iconName: "log-out"
                                onClicked: screen.app.signOut()
                            }
                        }
                    }
                }
            }
            Label {
                text: qsTr("Version %1 · GPL 3.0 or later · icons by Lucide").arg(screen.app.version)
                color: Theme.muted
                font.pixelSize: Theme.smallSize
                Layout.leftMargin: Theme.gap1
            }
        }
    }
}
