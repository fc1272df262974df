// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/StickHandover.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace sgn;
using namespace sgn::control;
using namespace Qt::StringLiterals;

class TestStickHandover : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void comesBack()
    {
        const StickHandover handover{QString(32, u'a'), QString(64, u'0'), {u"a.b.c"_s, u"d.e.f"_s}};
        QCOMPARE(stickHandoverFromJson(QJsonDocument::fromJson(encode(handover)).object()).value(), handover);
    }

    // The folder's owner may have written it.
    void refuses_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QJsonValue>("value");
        QTest::newRow("a later format") << u"format"_s << QJsonValue(2);
        QTest::newRow("no key") << u"key"_s << QJsonValue();
        QTest::newRow("a short key") << u"key"_s << QJsonValue(u"ab"_s);
        QTest::newRow("a key of other characters") << u"key"_s << QJsonValue(QString(32, u'/'));
        QTest::newRow("a digest of other characters") << u"order"_s << QJsonValue(QString(64, u'A'));
        QTest::newRow("no release") << u"releases"_s << QJsonValue(QJsonArray());
        QTest::newRow("nine releases") << u"releases"_s
                                       << QJsonValue(QJsonArray::fromStringList(QStringList(9, u"a"_s)));
        QTest::newRow("a long manifest") << u"releases"_s
                                         << QJsonValue(QJsonArray{QString(maxStickManifest + 1, u'a')});
        QTest::newRow("a number as a manifest") << u"releases"_s << QJsonValue(QJsonArray{1});
    }
    void refuses()
    {
        QFETCH(QString, field);
        QFETCH(QJsonValue, value);
        QJsonObject object =
            QJsonDocument::fromJson(encode(StickHandover{QString(32, u'a'), QString(64, u'0'), {u"a"_s}})).object();
        QVERIFY(stickHandoverFromJson(object));
        object[field] = value;
        const auto parsed = stickHandoverFromJson(object);
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::BadFile);
    }
};

QTEST_GUILESS_MAIN(TestStickHandover)
#include "tst_stick_handover.moc"
