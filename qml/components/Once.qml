// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick

// Its child exists while `active`. A Repeater and not a Loader, because a Loader of Qt 6.4 refuses bound components.
Repeater {
    property bool active: true

    model: active ? 1 : 0
}
