// SPDX-License-Identifier: GPL-3.0-or-later
pragma Singleton

import QtQuick
import Sgn.Models
import Sgn.Ui

// The colours, sizes, times and type of all views; .ci/house_rules.py finds what is defined elsewhere.
QtObject {
    id: theme

    property int mode: Preferences.SystemTheme
    readonly property bool dark: mode === Preferences.DarkTheme
                                 || (mode === Preferences.SystemTheme && systemPalette.window.hslLightness < 0.5)
    readonly property SystemPalette systemPalette: SystemPalette {}

    readonly property color ground: dark ? "#0f1217" : "#f6f7f9"
    readonly property color surface: dark ? "#161b22" : "#ffffff"
    readonly property color raised: dark ? "#1c222b" : "#ffffff"
    readonly property color hover: dark ? "#1d232c" : "#f3f4f7"
    readonly property color pressed: dark ? "#252c37" : "#e9ebf0"
    readonly property color line: dark ? "#262d37" : "#e4e7ec"
    readonly property color lineStrong: dark ? "#3a4351" : "#cfd4dc"
    readonly property color text: dark ? "#e8ebf0" : "#14181f"
    readonly property color muted: dark ? "#8b95a5" : "#667085"
    readonly property color accent: dark ? "#6ea0ff" : "#2f6fed"
    readonly property color accentSoft: dark ? "#1b2a48" : "#e9f0fe"
    readonly property color accentHover: dark ? "#86b0ff" : "#255fd6"
    readonly property color accentText: dark ? "#0f1217" : "#ffffff"
    readonly property color good: dark ? "#4cc79a" : "#12805c"
    readonly property color goodSoft: dark ? "#12302a" : "#e3f4ee"
    readonly property color warning: dark ? "#f0a95a" : "#b25e09"
    readonly property color warningSoft: dark ? "#33260f" : "#fdf0e0"
    readonly property color bad: dark ? "#ff8a6b" : "#c4320a"
    readonly property color badSoft: dark ? "#3a1b14" : "#fdeae5"
    readonly property color shade: dark ? "#99000000" : "#66101828"

    // Spacing goes in steps of four, and half a step between what belongs together.
    readonly property int gapHalf: 2
    readonly property int gap1: 4
    readonly property int gap2: 8
    readonly property int gap3: 12
    readonly property int gap4: 16
    readonly property int gap5: 20
    readonly property int gap6: 24
    readonly property int gap8: 32

    // Corners, lines and rings.
    readonly property int radius: 8
    readonly property int surfaceRadius: 12
    readonly property int cardRadius: 10
    readonly property int badgeRadius: 6
    readonly property int hairline: 1
    readonly property int equalShare: 1 // preferred by each of several fields of a row that fill it
    readonly property int focusWidth: 2
    readonly property int focusGap: 1
    readonly property int markerWidth: 2 // of the current row
    readonly property int focusedMarkerWidth: 3
    readonly property int dotSize: 8
    readonly property int dotRing: 2

    // Icons.
    readonly property int smallIconSize: 12
    readonly property int iconSize: 16
    readonly property int largeIconSize: 24
    readonly property int emblemSize: 48
    readonly property real boldStroke: 3.5

    // Heights.
    readonly property int smallControlHeight: 24
    readonly property int chipHeight: 28
    readonly property int controlHeight: 34
    readonly property int rowHeight: 35
    readonly property int headerHeight: 37
    readonly property int versionRowHeight: 36
    readonly property int groupHeight: 44
    readonly property int dropHeight: 56
    readonly property int figureHeight: 76
    readonly property int progressHeight: 4
    readonly property int shareHeight: 8

    // Widths of controls and of columns outside tables.
    readonly property int shortNumberWidth: 32
    readonly property int versionWidth: 48
    readonly property int percentWidth: 48
    readonly property int timeWidth: 84
    readonly property int numberFieldWidth: 88
    readonly property int processNameWidth: 96
    readonly property int processNameMaximum: 160
    readonly property int columnWidth: 100
    readonly property int factLabelWidth: 104
    readonly property int deviceCountWidth: 112
    readonly property int figureWidth: 120
    readonly property int cellProgressWidth: 56
    readonly property int progressWidth: 120
    readonly property int wideProgressWidth: 160
    readonly property int textFieldWidth: 220
    readonly property int filterWidth: 240
    readonly property int searchWidth: 280
    readonly property int scrollBarSize: 10

    // Widths of what stands in the window, and of the window.
    readonly property int sidebarWidth: 208
    readonly property int logListWidth: 332
    readonly property int sidePanelWidth: 344
    readonly property int sidePanelThreshold: 1000 // a narrower screen has no room for it beside the table
    readonly property int hintWidth: 360
    readonly property int signInWidth: 400
    readonly property int messageWidth: 420
    readonly property int menuWidth: 280
    readonly property int menuHeight: 420
    readonly property int dialogWidth: 560
    readonly property int textAreaHeight: 72
    readonly property int formWidth: 640
    readonly property int toastWidth: 640
    readonly property int toastMargin: 128 // above the commands for what is selected, in two lines, too
    readonly property int windowWidth: 1440
    readonly property int windowHeight: 900
    readonly property int windowMinimumWidth: 1024
    readonly property int windowMinimumHeight: 640

    // Shares of 1.
    readonly property real disabledOpacity: 0.45
    readonly property real faintOpacity: 0.7
    readonly property real scrollBarShare: 0.06 // at least, of its groove
    readonly property real upperListShare: 0.4 // at most, of the screen

    // Times in milliseconds.
    readonly property int fadeDuration: 150
    readonly property int sweepDuration: 1200
    readonly property int hintDelay: 600
    // What takes less than this is shown without a word of it.
    readonly property int waitDelay: 400
    readonly property int hintTime: 12000
    readonly property int noticeTime: 5000
    readonly property int errorTime: 12000

    // Type.
    readonly property int smallSize: 12
    readonly property int bodySize: 13
    readonly property int headingSize: 15
    readonly property int dialogTitleSize: 16
    readonly property int titleSize: 20
    readonly property int figureSize: 24
    readonly property int lineHeight: 20

    readonly property string family: Fonts.text
    readonly property string monoFamily: Fonts.mono

    // Foreground and background that go with a cell's or a badge's meaning.
    function toneColor(tone: int): color {
        return tone === Cell.Muted ? muted : tone === Cell.Accent ? accent : tone === Cell.Good ? good
             : tone === Cell.Warning ? warning : tone === Cell.Bad ? bad : text
    }
    function toneSoft(tone: int): color {
        return tone === Cell.Accent ? accentSoft : tone === Cell.Good ? goodSoft : tone === Cell.Warning ? warningSoft
             : tone === Cell.Bad ? badSoft : hover
    }
}
