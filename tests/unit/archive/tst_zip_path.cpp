// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/ZipPath.h"

#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class TestZipPath : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesPlainNames_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QString>("path");
        QTest::newRow("file") << QByteArray("SmartMeter/ocr.py") << u"SmartMeter/ocr.py"_s;
        QTest::newRow("folder") << QByteArray("SmartMeter/data/") << u"SmartMeter/data"_s;
        QTest::newRow("hidden") << QByteArray("SmartMeter/.hidden") << u"SmartMeter/.hidden"_s;
        QTest::newRow("dots in a name") << QByteArray("SmartMeter/...") << u"SmartMeter/..."_s;
        QTest::newRow("space") << QByteArray("SmartMeter/a b") << u"SmartMeter/a b"_s;
        QTest::newRow("UTF-8") << QByteArray("SmartMeter/\xe6\xb0\xb4") << u"SmartMeter/水"_s;
        QTest::newRow("longest part") << "S/" + QByteArray(255, 'n') << u"S/"_s + QString(255, u'n');
    }

    void takesPlainNames()
    {
        QFETCH(QByteArray, name);
        QFETCH(QString, path);
        QCOMPARE(zipPath(name).value(), path);
    }

    void escapesWhatItShows()
    {
        const Error error = zipPath("a\n\x1b[31m" + QByteArray(200, 'x')).error();
        QCOMPARE(error.code, ErrorCode::BadArchive);
        QVERIFY(error.message.contains(u"a\\x0a\\x1b[31mxxx"_s));
        QVERIFY(error.message.size() < 200);
    }

    void judgesSymlinks_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("target");
        QTest::addColumn<bool>("inside");
        QTest::newRow("beside") << u"S/a"_s << u"b"_s << true;
        QTest::newRow("below") << u"S/a"_s << u"b/c"_s << true;
        QTest::newRow("above, inside") << u"S/a/b"_s << u"../c"_s << true;
        QTest::newRow("to the top") << u"S/a/b"_s << u".."_s << true;
        QTest::newRow("with a slash at the end") << u"S/a"_s << u"b/"_s << true;
        QTest::newRow("out") << u"S/a"_s << u".."_s << false;
        QTest::newRow("out and in again by name") << u"S/a"_s << u"../S/b"_s << true;
        QTest::newRow("beside the top") << u"S/a"_s << u"../T/b"_s << false;
        QTest::newRow("far out") << u"S/a"_s << u"../../../etc/passwd"_s << false;
        QTest::newRow("absolute") << u"S/a"_s << u"/etc/passwd"_s << false;
        QTest::newRow("turning back through another link") << u"S/a/b/c"_s << u"l/../../x"_s << false;
        QTest::newRow("turning back at the end") << u"S/a"_s << u"b/.."_s << false;
        QTest::newRow("nothing") << u"S/a"_s << QString() << false;
    }

    void judgesSymlinks()
    {
        QFETCH(QString, path);
        QFETCH(QString, target);
        QFETCH(bool, inside);
        QCOMPARE(staysInside(path, target, u"S"_s), inside);
    }
};

QTEST_GUILESS_MAIN(TestZipPath)
#include "tst_zip_path.moc"
