// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

// The window after sign-in: navigation, the current screen, and the banners and notices of all screens.
Item {
    id: shell

    required property Application app
    required property Workspace workspace
    required property string screenName

    function go(name: string): void {
        screenName = name
        screens.forceActiveFocus(Qt.OtherFocusReason)
    }

    Connections {
        target: shell.workspace

        function onNotified(text: string, isError: bool): void {
            toast.show(text, isError)
        }
        function onLogsAsked(): void {
            shell.go("logs")
        }
        function onUpdateStarted(): void {
            shell.go("updates")
        }
    }

    RowLayout {
        anchors.fill: parent
        spacing: 0

        Sidebar {
            workspace: shell.workspace
            screenName: shell.screenName
            Layout.fillHeight: true
            Layout.preferredWidth: Theme.sidebarWidth
            onChosen: name => shell.go(name)
        }
        ColumnLayout {
            spacing: 0
            Layout.fillWidth: true
            Layout.fillHeight: true

            ConnectionBanner {
                connection: shell.workspace.connection
                Layout.fillWidth: true
                Layout.topMargin: visible ? Theme.gap3 : 0
                Layout.leftMargin: Theme.gap6
                Layout.rightMargin: Theme.gap6
                onSignInAgain: shell.app.signInAgain()
            }
            Banner {
                visible: text.length > 0
                text: shell.workspace.warning
                action: qsTr("Close")
                Layout.fillWidth: true
                Layout.topMargin: Theme.gap3
                Layout.leftMargin: Theme.gap6
                Layout.rightMargin: Theme.gap6
                onTriggered: shell.workspace.dismissWarning()
            }
            FocusScope {
                id: screens
                focus: true
                Layout.fillWidth: true
                Layout.fillHeight: true

                Once {
                    active: shell.screenName === "fleet"

                    FleetScreen {
                        anchors.fill: screens
                        focus: true
                        workspace: shell.workspace
                    }
                }
                Once {
                    active: shell.screenName === "newcomers"

                    NewcomersScreen {
                        anchors.fill: screens
                        focus: true
                        workspace: shell.workspace
                    }
                }
                Once {
                    active: shell.screenName === "dead"

                    DeadScreen {
                        anchors.fill: screens
                        focus: true
                        workspace: shell.workspace
                        onDeviceWanted: key => {
                            shell.workspace.showDevice(key)
                            shell.go("fleet")
                        }
                    }
                }
                Once {
                    active: shell.screenName === "versions"

                    VersionsScreen {
                        anchors.fill: screens
                        focus: true
                        workspace: shell.workspace
                        onChosen: (process, version) => {
                            shell.workspace.fleet.clear()
                            shell.workspace.fleet.setVersion(process, version)
                            shell.go("fleet")
                        }
                    }
                }
                Once {
                    active: shell.screenName === "updates"

                    UpdatesScreen {
                        anchors.fill: screens
                        focus: true
                        workspace: shell.workspace
                    }
                }
                Once {
                    active: shell.screenName === "rollouts"

                    RolloutsScreen {
                        anchors.fill: screens
                        focus: true
                        workspace: shell.workspace
                    }
                }
                Once {
                    active: shell.screenName === "logs"

                    LogsScreen {
                        anchors.fill: screens
                        focus: true
                        workspace: shell.workspace
                        onFleetWanted: shell.go("fleet")
                    }
                }
                Once {
                    active: shell.screenName === "activity"

                    ActivityScreen {
                        anchors.fill: screens
                        focus: true
                        workspace: shell.workspace
                    }
                }
                Once {
                    active: shell.screenName === "settings"

                    SettingsScreen {
                        anchors.fill: screens
                        focus: true
                        app: shell.app
                    }
                }
            }
        }
    }
    Toast {
        id: toast
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.toastMargin
    }
}
