// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Sheet.h"

#include <QTest>

using namespace sgn;
using namespace sgn::cli;
using namespace Qt::StringLiterals;
using Output = Surroundings::Output;
using Palette = Sheet::Palette;

// Where there are colours, how wide lines are, and where they are broken.
class SheetTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decides_data();
    void decides();
    void paintsWithAPaletteOnly();
    void countsColumns_data();
    void countsColumns();
    void breaksByWords_data();
    void breaksByWords();
};

void SheetTest::decides_data()
{
    QTest::addColumn<Surroundings>("surroundings");
    QTest::addColumn<bool>("hasColours");
    QTest::addColumn<int>("width");
    const auto row = [](const char *name, const Surroundings &surroundings, bool hasColours, int width) {
        QTest::newRow(name) << surroundings << hasColours << width;
    };
    row("a terminal", {Output::Terminal, "xterm-256color", "", "", 80}, true, 80);
    row("a terminal without a name", {Output::Terminal, "", "", "", 80}, true, 80);
    row("a pipe", {Output::Stream, "xterm", "", "", 0}, false, 0);
    row("a pipe in a wide shell", {Output::Stream, "xterm", "", "100", 80}, false, 0);
    row("a dumb terminal", {Output::Terminal, "dumb", "", "", 80}, false, 80);
    row("no colours wished", {Output::Terminal, "xterm", "1", "", 80}, false, 80);
    row("any text of NO_COLOR", {Output::Terminal, "xterm", "0", "", 80}, false, 80);
    row("NO_COLOR without a text", {Output::Terminal, "xterm", "", "", 80}, true, 80);
    row("COLUMNS counts more", {Output::Terminal, "xterm", "", "120", 80}, true, 120);
    row("COLUMNS where the width is unknown", {Output::Terminal, "xterm", "", "120", 0}, true, 120);
    row("COLUMNS is no number", {Output::Terminal, "xterm", "", "wide", 80}, true, 80);
    row("COLUMNS is 0", {Output::Terminal, "xterm", "", "0", 80}, true, 80);
    row("COLUMNS is negative", {Output::Terminal, "xterm", "", "-1", 80}, true, 80);
    row("an unknown width", {Output::Terminal, "xterm", "", "", 0}, true, 0);
    row("the least width", {Output::Terminal, "xterm", "", "", leastWidth}, true, leastWidth);
    row("too narrow", {Output::Terminal, "xterm", "", "", leastWidth - 1}, true, 0);
    row("too narrow by COLUMNS", {Output::Terminal, "xterm", "", "1", 80}, true, 0);
}

void SheetTest::decides()
{
    QFETCH(const Surroundings, surroundings);
    const Sheet sheet = sheetFor(surroundings);
    QTEST(sheet.palette == Palette::Terminal, "hasColours");
    QTEST(sheet.width, "width");
}

void SheetTest::paintsWithAPaletteOnly()
{
    const Sheet none;
    const Sheet colours{Palette::Terminal, 0};
    QCOMPARE(none.painted(u"dead"_s, Tone::Bad), u"dead"_s);
    QCOMPARE(colours.painted(u"dead"_s, Tone::Bad), u"\033[31mdead\033[0m"_s);
    QCOMPARE(colours.painted(u"WHY"_s, Tone::Title), u"\033[1mWHY\033[0m"_s);
    QCOMPARE(colours.painted(u"text"_s, Tone::Plain), u"text"_s);
    QCOMPARE(colours.painted(QString(), Tone::Bad), QString());
}

void SheetTest::countsColumns_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qsizetype>("width");
    QTest::newRow("nothing") << QString() << qsizetype{0};
    QTest::newRow("letters") << u"abc"_s << qsizetype{3};
    QTest::newRow("an umlaut") << u"M\u00fchle"_s << qsizetype{5};
    QTest::newRow("a combining accent") << u"Mu\u0308hle"_s << qsizetype{5};
    QTest::newRow("ideographs") << u"\u6c34\u8868"_s << qsizetype{4};
    QTest::newRow("beyond the first plane") << u"\U0001f600"_s << qsizetype{2};
    QTest::newRow("an arrow") << u"1 \u2192 2"_s << qsizetype{5};
}

void SheetTest::countsColumns()
{
    QFETCH(const QString, text);
    QTEST(displayWidth(text), "width");
}

void SheetTest::breaksByWords_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qsizetype>("width");
    QTest::addColumn<QStringList>("lines");
    QTest::newRow("fits") << u"one two"_s << qsizetype{7} << QStringList{u"one two"_s};
    QTest::newRow("one column too few") << u"one two"_s << qsizetype{6} << QStringList{u"one"_s, u"two"_s};
    QTest::newRow("several") << u"a bb ccc d"_s << qsizetype{4} << QStringList{u"a bb"_s, u"ccc"_s, u"d"_s};
    QTest::newRow("a long word stays whole")
        << u"see /a/long/path now"_s << qsizetype{5} << QStringList{u"see"_s, u"/a/long/path"_s, u"now"_s};
    QTest::newRow("wide characters") << u"\u6c34\u8868 \u6c34"_s << qsizetype{6}
                                     << QStringList{u"\u6c34\u8868"_s, u"\u6c34"_s};
    QTest::newRow("several spaces") << u"one   two"_s << qsizetype{4} << QStringList{u"one"_s, u"two"_s};
    QTest::newRow("nothing") << QString() << qsizetype{4} << QStringList{QString()};
}

void SheetTest::breaksByWords()
{
    QFETCH(const QString, text);
    QFETCH(const qsizetype, width);
    QTEST(wrapped(text, width), "lines");
}

QTEST_GUILESS_MAIN(SheetTest)
#include "tst_sheet.moc"
