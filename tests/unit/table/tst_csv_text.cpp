// SPDX-License-Identifier: GPL-3.0-or-later
#include "table/CsvText.h"

#include <QStringEncoder>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;

Q_DECLARE_METATYPE(QList<sgn::CsvRow>)

namespace {

QByteArray utf16(const QString &text)
{
    QStringEncoder encoder(QStringConverter::Utf16LE, QStringConverter::Flag::WriteBom);
    return encoder.encode(text);
}

} // namespace

// Tables as spreadsheets write them.
class CsvTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsCsv_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QList<CsvRow>>("rows");
        using Rows = QList<CsvRow>;
        const auto row = [](int line, const QStringList &fields) {
            return CsvRow{line, fields, {}};
        };
        const QString open = u"has a quotation mark that isn't closed"_s;
        const QString inside =
            u"has a quotation mark inside of a field; there it has to be doubled, and the field quoted"_s;
        const Rows plain{row(1, {u"a"_s, u"b"_s}), row(2, {u"1"_s, u"2"_s})};
        QTest::newRow("plain") << "a,b\n1,2\n"_ba << plain;
        QTest::newRow("without an end of the last line") << "a,b\n1,2"_ba << plain;
        QTest::newRow("lines of Windows") << "a,b\r\n1,2\r\n"_ba << plain;
        QTest::newRow("lines of old Macs") << "a,b\r1,2\r"_ba << plain;
        QTest::newRow("semicolons") << "a;b\n1;2\n"_ba << plain;
        QTest::newRow("tabs") << "a\tb\n1\t2\n"_ba << plain;
        QTest::newRow("a named separator")
            << "sep=;\na;b\n1;2\n"_ba << Rows{row(2, {u"a"_s, u"b"_s}), row(3, {u"1"_s, u"2"_s})};
        QTest::newRow("byte order mark") << "\xef\xbb\xbf"
                                            "a,b\n1,2\n"_ba
                                         << plain;
        QTest::newRow("UTF-16") << utf16(u"a;b\r\n1;2\r\n"_s) << plain;
        QTest::newRow("umlauts in UTF-8") << "Stra\xc3\x9f"
                                             "e\n"_ba
                                          << Rows{row(1, {u"Straße"_s})};
        QTest::newRow("umlauts in Latin-1") << "Stra\xdf"
                                               "e\n"_ba
                                            << Rows{row(1, {u"Straße"_s})};
        QTest::newRow("what Windows has in place of control characters")
            << "5 \x80 \x84x\x93 \x96 y\x81\n"_ba << Rows{row(1, {u"5 € „x“ – y\u0081"_s})};
        QTest::newRow("quotes") << "a,\"b, \"\"c\"\"\nd\"\ne,f\n"_ba
                                << Rows{row(1, {u"a"_s, u"b, \"c\"\nd"_s}), row(3, {u"e"_s, u"f"_s})};
        QTest::newRow("blanks outside of quotes") << " a , \" b \" \n"_ba << Rows{row(1, {u"a"_s, u" b "_s})};
        QTest::newRow("empty lines") << "\n\na,b\n\n ,\n\n"_ba << Rows{row(3, {u"a"_s, u"b"_s})};
        QTest::newRow("nothing") << QByteArray() << Rows{};
        QTest::newRow("a quote that stays open")
            << "a,b\n1,\"2\n3,4\n"_ba << Rows{row(1, {u"a"_s, u"b"_s}), {2, {}, open}, row(3, {u"3"_s, u"4"_s})};
        QTest::newRow("a quote inside of a field")
            << "a,b\n1,2\"3\n4,\"5\"6\n7,8\n"_ba
            << Rows{row(1, {u"a"_s, u"b"_s}), {2, {}, inside}, {3, {}, inside}, row(4, {u"7"_s, u"8"_s})};
        QTest::newRow("a quote that takes too much with it")
            << "\"" + QByteArray(20'000, 'x') + "\n\",b\nc,d\n"
            << Rows{{1, {}, open}, {2, {}, open}, row(3, {u"c"_s, u"d"_s})};
    }
    void readsCsv()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const QList<CsvRow>, rows);
        const auto read = readCsv(text);
        QVERIFY(read);
        QCOMPARE(read->size(), rows.size());
        for (qsizetype i = 0; i < rows.size(); ++i) {
            QCOMPARE(read->at(i).line, rows[i].line);
            QCOMPARE(read->at(i).fields, rows[i].fields);
            QCOMPARE(read->at(i).problem, rows[i].problem);
        }
    }

    void refusesWhatIsNoText()
    {
        QVERIFY(!readCsv("a,b\n\0,2\n"_ba));
        QVERIFY(!readCsv(QByteArray("PK\3\4\0\0\0\0", 8)));
        QVERIFY(!readCsv("a\n" + QByteArray("b\n").repeated(100'001)));
    }
};

QTEST_APPLESS_MAIN(CsvTextTest)
#include "tst_csv_text.moc"
