// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Sgn.Ui

// A whole number from 0 up.
TextField {
    id: field

    property int value: 0

    signal edited(int value)

    implicitWidth: Theme.numberFieldWidth
    text: value
    inputMethodHints: Qt.ImhDigitsOnly
    horizontalAlignment: TextInput.AlignRight
    validator: IntValidator {
        bottom: 0
        top: 2147483647
    }
    onTextEdited: if (acceptableInput) edited(parseInt(text, 10))
    Keys.onUpPressed: edited(value + 1)
    Keys.onDownPressed: edited(Math.max(0, value - 1))
}
