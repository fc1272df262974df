// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Sgn.Models
import Sgn.Ui

// Shown while the data isn't live: the reason, and what to do.
Banner {
    id: banner

    required property ConnectionStatus connection

    signal signInAgain

    visible: connection.state === ConnectionStatus.Offline
    iconName: "wifi-off"
    text: qsTr("Not connected, this is the last known state: %1. %2").arg(connection.reason).arg(connection.advice)
    action: connection.needsSignIn ? qsTr("Sign in again") : qsTr("Try now")
    onTriggered: connection.needsSignIn ? signInAgain() : connection.retry()
}
