// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Printable.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;

class PrintableTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesTheirPower_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("clean");
        QTest::newRow("plain") << u"Zähler 1, ok"_s << u"Zähler 1, ok"_s;
        QTest::newRow("a command of the terminal") << u"a\x1b[2Jb\x07"_s << u"a [2Jb "_s;
        QTest::newRow("the same as one character") << u"a\u009b2Jb"_s << u"a 2Jb"_s;
        QTest::newRow("lines") << u"a\r\nb\u2028c"_s << u"a  b c"_s;
        QTest::newRow("another direction") << u"a\u202eb"_s << u"a b"_s;
    }
    void takesTheirPower()
    {
        QFETCH(const QString, text);
        QFETCH(const QString, clean);
        QCOMPARE(printable(text), clean);
        const QJsonArray array{text, u"x"_s};
        for (const auto form : {QJsonDocument::Compact, QJsonDocument::Indented}) {
            const QByteArray json = printableJson(QJsonDocument(array).toJson(form));
            QCOMPARE(QJsonDocument::fromJson(json).array(), array);
            QVERIFY(!json.contains('\x1b') && !json.contains("\xc2\x9b") && !json.contains("\xe2\x80\xae"));
        }
    }
};

QTEST_GUILESS_MAIN(PrintableTest)
#include "tst_printable.moc"
