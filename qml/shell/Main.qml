// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Sgn.Models
import Sgn.Ui

T.ApplicationWindow {
    id: window

    required property Application app
    property string screenName: "fleet"

    width: Theme.windowWidth
    height: Theme.windowHeight
    minimumWidth: Theme.windowMinimumWidth
    minimumHeight: Theme.windowMinimumHeight
    visible: true
    title: app.workspace ? qsTr("SGN – %1").arg(app.workspace.account) : qsTr("SGN")
    color: Theme.ground
    font.family: Theme.family
    font.pixelSize: Theme.bodySize
    palette.window: Theme.surface
    palette.base: Theme.surface
    palette.text: Theme.text
    palette.windowText: Theme.text
    palette.button: Theme.surface
    palette.buttonText: Theme.text
    palette.highlight: Theme.accent
    palette.highlightedText: Theme.accentText
    palette.placeholderText: Theme.muted
    palette.mid: Theme.line
    palette.dark: Theme.lineStrong
    palette.light: Theme.hover

    LayoutMirroring.enabled: app.rightToLeft
    LayoutMirroring.childrenInherit: true

    Binding {
        target: Theme
        property: "mode"
        value: window.app.preferences.theme
    }
    Item {
        id: content
        anchors.fill: parent

        Once {
            active: window.app.workspace === null && window.app.opening.length > 0

            OpeningScreen {
                anchors.fill: content
                account: window.app.opening
            }
        }
        Once {
            active: window.app.workspace === null && window.app.opening.length === 0

            SignInScreen {
                anchors.fill: content
                form: window.app.signIn
            }
        }
        Once {
            active: window.app.workspace !== null

            Shell {
                anchors.fill: content
                app: window.app
                workspace: window.app.workspace
                screenName: window.screenName
            }
        }
    }
}
