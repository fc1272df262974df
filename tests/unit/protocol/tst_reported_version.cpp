// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/ReportedVersion.h"

#include <QTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class ReportedVersionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsTexts_data();
    void readsTexts();
    void anUnknownOneIsBelowAll();
    void hasAnOrder();
};

void ReportedVersionTest::readsTexts_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("number"); // -1: none
    QTest::addColumn<QJsonValue>("json");
    QTest::newRow("nothing") << QString() << -1 << QJsonValue(QJsonValue::Undefined);
    QTest::newRow("zero") << u"0"_s << 0 << QJsonValue(0);
    QTest::newRow("whole") << u"12"_s << 12 << QJsonValue(12);
    QTest::newRow("three parts") << u"1.3.2"_s << -1 << QJsonValue(u"1.3.2"_s);
    QTest::newRow("negative") << u"-1"_s << -1 << QJsonValue(u"-1"_s);
    QTest::newRow("beyond all numbers") << u"99999999999"_s << -1 << QJsonValue(u"99999999999"_s);
    QTest::newRow("a word") << u"beta"_s << -1 << QJsonValue(u"beta"_s);
}

void ReportedVersionTest::readsTexts()
{
    QFETCH(const QString, text);
    const ReportedVersion version = ReportedVersion::fromText(text);
    QTEST(version.number().value_or(-1), "number");
    QTEST(version.json(), "json");
    QCOMPARE(version.text(), text);
    QCOMPARE(version.isKnown(), !text.isEmpty());
}

void ReportedVersionTest::anUnknownOneIsBelowAll()
{
    QVERIFY(compareVersions(ReportedVersion(), ReportedVersion(0)) < 0);
    QVERIFY(compareVersions(ReportedVersion::fromText(u"1.0"_s), ReportedVersion()) > 0);
    QVERIFY(compareVersions(ReportedVersion(), ReportedVersion(std::optional<int>())) == 0);
}

void ReportedVersionTest::hasAnOrder()
{
    const QStringList ordered{u"0"_s, u"1.3.2"_s, u"1.3.10"_s, u"2"_s, u"10"_s};
    for (int i = 0; i < ordered.size(); ++i) {
        for (int j = 0; j < ordered.size(); ++j) {
            const int order =
                compareVersions(ReportedVersion::fromText(ordered.at(i)), ReportedVersion::fromText(ordered.at(j)));
            QVERIFY2((order < 0) == (i < j) && (order > 0) == (i > j),
                     qPrintable(ordered.at(i) + u' ' + ordered.at(j)));
        }
    }
}

QTEST_APPLESS_MAIN(ReportedVersionTest)
#include "tst_reported_version.moc"
