// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/Table.h"

#include <QTest>

using namespace sgn;
using namespace sgn::cli;
using namespace Qt::StringLiterals;
using Palette = Sheet::Palette;

// What a table looks like in a pipe and on terminals.
class TableTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void toText_data();
    void toText();
};

void TableTextTest::toText_data()
{
    QTest::addColumn<QStringList>("titles");
    QTest::addColumn<QList<QList<TextCell>>>("rows");
    QTest::addColumn<Sheet>("sheet");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const QStringList &titles, const QList<QList<TextCell>> &rows,
                        const Sheet &sheet, const QByteArray &text) {
        QTest::newRow(name) << titles << rows << sheet << text;
    };
    const Sheet pipe;
    const Sheet plainTerminal{Palette::None, 40};
    const Sheet terminal{Palette::Terminal, 40};
    const Sheet wideTerminal{Palette::Terminal, 0};
    const QStringList titles{u"DEVICE"_s, u"STATE"_s, u"WHY"_s};
    const QList<TextCell> dead{
        u"meter1"_s, {u"online"_s, Tone::Good}, {u"ocr is dead, and the uplink too"_s, Tone::Bad}};
    const QList<TextCell> well{u"m2"_s, {u"offline"_s, Tone::Quiet}, QString()};

    row("a pipe", titles, {dead, well}, pipe,
        "DEVICE  STATE    WHY\n"
        "meter1  online   ocr is dead, and the uplink too\n"
        "m2      offline\n");
    row("colours without a width", titles, {dead, well}, wideTerminal,
        "\033[1mDEVICE\033[0m  \033[1mSTATE\033[0m    \033[1mWHY\033[0m\n"
        "meter1  \033[32monline\033[0m   \033[31mocr is dead, and the uplink too\033[0m\n"
        "m2      \033[2moffline\033[0m\n");
    row("a width without colours", titles, {dead, well}, plainTerminal,
        "DEVICE  STATE    WHY\n"
        "meter1  online   ocr is dead, and the\n"
        "                 uplink too\n"
        "m2      offline\n");
    row("each line is painted", titles, {dead}, terminal,
        "\033[1mDEVICE\033[0m  \033[1mSTATE\033[0m   \033[1mWHY\033[0m\n"
        "meter1  \033[32monline\033[0m  \033[31mocr is dead, and the\033[0m\n"
        "                \033[31muplink too\033[0m\n");
    row("the last column begins too far right", {u"DEVICE"_s, u"STATE"_s, u"WHY"_s},
        {{u"a-device-with-a-long-name"_s, u"online"_s, u"ocr is dead, and the uplink too, since noon"_s},
         {u"m2"_s, u"online"_s, u"hot"_s},
         {u"m3"_s, u"online"_s, QString()}},
        plainTerminal,
        "DEVICE                     STATE   WHY\n"
        "a-device-with-a-long-name  online\n"
        "    ocr is dead, and the uplink too,\n"
        "    since noon\n"
        "m2                         online  hot\n"
        "m3                         online\n");
    row("the last column begins beyond the terminal", {u"DEVICE"_s, u"STATE"_s, u"WHY"_s},
        {{QString(40, u'x'), u"online"_s, u"hot"_s}, {u"m2"_s, u"online"_s, QString()}}, plainTerminal,
        "DEVICE                                    STATE\n"
        "    WHY\n" +
            QByteArray(40, 'x') +
            "  online\n"
            "    hot\n"
            "m2                                        online\n");
    row("a path stays whole", {u"DEVICE"_s, u"WHERE"_s},
        {{u"meter1"_s, u"/home/operator/logs/meter1@im.example.net (incomplete)"_s}}, plainTerminal,
        "DEVICE  WHERE\n"
        "meter1  /home/operator/logs/meter1@im.example.net\n"
        "        (incomplete)\n");
    row("one column", {u"ACCEPTED"_s}, {{u"meter1@localhost"_s}}, terminal,
        "\033[1mACCEPTED\033[0m\nmeter1@localhost\n");
    row("wide characters on a terminal", {u"DEVICE"_s, u"STATE"_s}, {{u"\u6c34\u8868\u6c34\u8868"_s, u"online"_s}},
        plainTerminal, "DEVICE    STATE\n\u6c34\u8868\u6c34\u8868  online\n");
    row("wide characters in a pipe", {u"DEVICE"_s, u"STATE"_s}, {{u"\u6c34\u8868\u6c34\u8868"_s, u"online"_s}}, pipe,
        "DEVICE  STATE\n\u6c34\u8868\u6c34\u8868    online\n");
    row("spaces at the end", {u"DEVICE"_s, u"A"_s, u"B"_s}, {{u"m1 "_s, u" "_s, u"  "_s}, {u"m2"_s, u"x "_s, u"y "_s}},
        pipe, "DEVICE  A   B\nm1\nm2      x   y\n");
    for (const Sheet &sheet : {pipe, terminal}) {
        const QByteArray titleOn = sheet.palette == Palette::None ? "" : "\033[1m";
        const QByteArray titleOff = sheet.palette == Palette::None ? "" : "\033[0m";
        row(sheet.palette == Palette::None ? "a device's text in a pipe" : "a device's text on a terminal",
            {u"A\033[2J"_s}, {{u"x\033[31my\nz\u009b1m\u202e"_s}}, sheet,
            titleOn + "A [2J" + titleOff + "\nx [31my z 1m\n");
    }
}

void TableTextTest::toText()
{
    QFETCH(const QStringList, titles);
    QFETCH(const QList<QList<TextCell>>, rows);
    QFETCH(const Sheet, sheet);
    QFETCH(const QByteArray, text);
    Table table(titles);
    for (const QList<TextCell> &cells : rows) {
        table.add(cells);
    }
    QCOMPARE(table.toText(sheet), text);
}

QTEST_GUILESS_MAIN(TableTextTest)
#include "tst_table_text.moc"
