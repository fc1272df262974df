// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/DeviceQuery.h"

#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace Qt::StringLiterals;

namespace {

Device someDevice()
{
    Device device;
    device.jid = u"altimeter_0001@home"_s;
    device.label = u"High Street 1"_s;
    device.tags = {u"north"_s, u"pilot site"_s};
    device.rpiUniqueId = u"10000000abc"_s;
    device.online = true;
    device.facts.model = u"Raspberry Pi 3"_s;
    device.facts.agentVersion = 12;
    device.notes.fields = {{u"cupboard"_s, u"Keller 4"_s}};
    device.notes.text = u"ring twice"_s;
    DeviceProcess ocr;
    ocr.report.name = u"ocr"_s;
    ocr.report.version = 2;
    DeviceProcess reader;
    reader.report.name = u"reader-2"_s;
    reader.report.versionText = u"1.3.10"_s;
    reader.report.isDead = true;
    device.processes = {ocr, reader};
    return device;
}

} // namespace

class DeviceQueryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void matches_data();
    void matches();
    void refuses_data();
    void refuses();
};

void DeviceQueryTest::matches_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("isMeant");
    const auto row = [](const QString &text, bool isMeant) {
        QTest::newRow(qPrintable(text)) << text << isMeant;
    };
    row(u""_s, true);
    row(u"  "_s, true);
    row(u"online"_s, true);
    row(u"offline"_s, false);
    row(u"!offline"_s, true);
    row(u"dead"_s, true);
    row(u"updating"_s, false);
    row(u"behind"_s, false);
    row(u"online dead"_s, true);
    row(u"online offline"_s, false);
    row(u"tag=north"_s, true);
    row(u"tag=North"_s, true);
    row(u"tag=nor"_s, false);
    row(u"tag~nor"_s, true);
    row(u"tag=\"pilot site\""_s, true);
    row(u"tag=\"pilot site\" online"_s, true);
    row(u"tag!=south"_s, true);
    row(u"tag!=north"_s, false);
    row(u"!tag=north"_s, false);
    row(u"name~street"_s, true);
    row(u"name=altimeter_0001"_s, false);
    row(u"jid=altimeter_0001@home"_s, true);
    row(u"id=10000000ABC"_s, true);
    row(u"model~\"pi 3\""_s, true);
    row(u"os~bookworm"_s, false);
    row(u"note~keller"_s, true);
    row(u"note~twice"_s, true);
    row(u"ocr"_s, true);
    row(u"!ocr"_s, false);
    row(u"camera"_s, false);
    row(u"!camera"_s, true);
    row(u"ocr=2"_s, true);
    row(u"ocr=02"_s, true);
    row(u"ocr<3"_s, true);
    row(u"ocr<2"_s, false);
    row(u"ocr<=2"_s, true);
    row(u"ocr>=2"_s, true);
    row(u"ocr>1"_s, true);
    row(u"ocr!=2"_s, false);
    row(u"ocr!=3"_s, true);
    row(u"reader-2<1.3.11"_s, true);
    row(u"reader-2>1.3.9"_s, true);
    row(u"reader-2~1.3"_s, true);
    row(u"agent>=12"_s, true);
    row(u"agent<12"_s, false);
    // What isn't known is neither.
    row(u"watchdog<5"_s, false);
    row(u"watchdog>=5"_s, false);
    row(u"watchdog!=5"_s, false);
    row(u"!watchdog"_s, true);
    row(u"camera<5"_s, false);
}

void DeviceQueryTest::matches()
{
    QFETCH(QString, text);
    QFETCH(bool, isMeant);
    const Expected<DeviceQuery> query = DeviceQuery::parse(text);
    QVERIFY(query);
    QCOMPARE(query->matches(someDevice()), isMeant);
}

void DeviceQueryTest::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("term");
    const auto row = [](const QString &text, const QString &term) {
        QTest::newRow(qPrintable(text)) << text << term;
    };
    row(u"ocr<"_s, u"ocr<"_s);
    row(u"<3"_s, u"<3"_s);
    row(u"online=1"_s, u"online=1"_s);
    row(u"online tag"_s, u"tag"_s);
    row(u"tag<north"_s, u"tag<north"_s);
    row(u"ocr==2"_s, u"ocr==2"_s);
    row(u"ocr=2=3"_s, u"ocr=2=3"_s);
    row(u"tag=\"north"_s, u"tag=\"north"_s);
    row(u"!"_s, u"!"_s);
    row(u"\"online\""_s, u"\"online\""_s);
}

void DeviceQueryTest::refuses()
{
    QFETCH(QString, text);
    QFETCH(QString, term);
    const Expected<DeviceQuery> query = DeviceQuery::parse(text);
    QVERIFY(!query);
    QCOMPARE(query.error().facts, (Facts{{FactCode::BadQuery, {term}}}));
}

QTEST_APPLESS_MAIN(DeviceQueryTest)
#include "tst_device_query.moc"
