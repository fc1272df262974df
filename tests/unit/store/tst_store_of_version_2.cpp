// SPDX-License-Identifier: GPL-3.0-or-later
// A store that a program with schema version 2 wrote opens, becomes one of version 3, and loses nothing that was shown.
#include "store/Store.h"
#include "wording/Activity.h"
#include "wording/Commands.h"

#include <algorithm>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::records;
using namespace sgn::store;
using namespace Qt::StringLiterals;

class StoreOfVersion2Test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void keepsEveryDevice();
    void turnsKnownSentencesIntoFacts_data();
    void turnsKnownSentencesIntoFacts();
    void showsTheTimelineAsBefore();
    void keepsLogs();
    void goesOnWithItsCounters();
    void migratesOnce();

private:
    [[nodiscard]] QString file() const { return m_folder.filePath(u"panel.sqlite"_s); }
    void open();

    QTemporaryDir m_folder;
    std::unique_ptr<Store> m_store;
};

void StoreOfVersion2Test::initTestCase()
{
    const QString script =
        u"import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.executescript(open(sys.argv[2], encoding='utf-8').read())"_s;
    const QString dump = QStringLiteral(SGN_SOURCE_DIR) + u"/tests/unit/store/StoreOfVersion2.sql"_s;
    QCOMPARE(QProcess::execute(u"python3"_s, {u"-c"_s, script, file(), dump}), 0);
    open();
}

void StoreOfVersion2Test::open()
{
    m_store.reset();
    auto store = Store::open(file(), u"panel@localhost"_s);
    QVERIFY2(store, store ? "" : qPrintable(store.error().text));
    m_store = *std::move(store);
    QVERIFY(!m_store->warning());
}

void StoreOfVersion2Test::keepsEveryDevice()
{
    std::vector<Device> devices = m_store->devices();
    QCOMPARE(devices.size(), std::size_t{3});
    std::ranges::sort(devices, {}, &Device::jid);
    QCOMPARE(devices.at(0).rpiUniqueId, u"b8:27:01"_s);
    QCOMPARE(devices.at(0).processes.at(0).report.version, 2);
    QCOMPARE(devices.at(1).conflictWith, u"meter1@localhost"_s);
    QCOMPARE(devices.at(2).foreignFrom, u"b8:27:99"_s);
}

void StoreOfVersion2Test::turnsKnownSentencesIntoFacts_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<QString>("jid");
    QTest::addColumn<Facts>("facts");
    QTest::addColumn<QString>("text");
    QTest::newRow("done") << 1 << u"meter1@localhost"_s << Facts{} << QString();
    QTest::newRow("failed on the device") << 1 << u"meter2@localhost"_s << Facts{} << u"download failed: HTTP 404"_s;
    QTest::newRow("not answered") << 1 << u"meter3@localhost"_s << Facts{{FactCode::NotAnswered, {}}}
                                  << u"not answered in time"_s;
    QTest::newRow("withdrawn") << 1 << u"meter4@localhost"_s << Facts{{FactCode::Withdrawn, {}}}
                               << u"withdrawn before it was sent"_s;
    QTest::newRow("undeliverable") << 2 << u"meter1@localhost"_s << Facts{{FactCode::Undeliverable, {}}}
                                   << u"the server could not deliver it: item-not-found"_s;
    QTest::newRow("not sent") << 2 << u"meter2@localhost"_s << Facts{{FactCode::NotSent, {}}}
                              << u"not sent: the signed command has 200000 bytes, a message takes 131072"_s;
    QTest::newRow("a note of the device") << 2 << u"meter3@localhost"_s << Facts{} << u"rebooted"_s;
    QTest::newRow("another sentence") << 3 << u"meter3@localhost"_s << Facts{}
                                      << u"the logs' address is not https: http://localhost/logs.zip"_s;
}

void StoreOfVersion2Test::turnsKnownSentencesIntoFacts()
{
    QFETCH(const int, number);
    QFETCH(const QString, jid);
    QFETCH(const Facts, facts);
    QFETCH(const QString, text);
    const QList<CommandTarget> targets = m_store->targets(static_cast<CommandNo>(number));
    const auto target = std::ranges::find(targets, jid, &CommandTarget::jid);
    QVERIFY(target != targets.end());
    QCOMPARE(target->facts, facts);
    QCOMPARE(wording::remarksText(*target), text);
}

void StoreOfVersion2Test::showsTheTimelineAsBefore()
{
    const QStringList expected{
        u"Became one of the fleet's devices"_s,
        u"Online"_s,
        u"Became one of the fleet's devices"_s,
        u"Identity in doubt: gibt sich mit der Kennung b8:27:01 als meter1@localhost aus"_s,
        u"Online"_s,
        u"Became one of the fleet's devices"_s,
        u"Online"_s,
        u"Identity in doubt: sprach als b8:27:99, ist aber b8:27:03"_s,
        u"Online"_s,
        u"ocr died: Exit-Code 1, letzter Heartbeat 61 s davor"_s,
        u"ocr runs again"_s,
        u"ocr: version 1 \u2192 2"_s,
        u"Update #1 sent: r.zip"_s,
        u"Update #1 done"_s,
        u"Update #1 failed: download failed: HTTP 404"_s,
        u"Update #1 not answered in time"_s,
        u"Update #1 failed: withdrawn before it was sent"_s,
        u"Reboot #2 sent"_s,
        u"Reboot #2 failed: the server could not deliver it: item-not-found"_s,
        u"Reboot #2 failed: not sent: the signed command has 200000 bytes, a message takes 131072"_s,
        u"Reboot #2 done: rebooted"_s,
        u"Log request #3 sent"_s,
        u"Log request #3 done"_s,
        u"Logs could not be fetched: no space left"_s,
        u"Log request #3 failed: no space left"_s,
        u"Logs could not be fetched: the logs' address is not https: http://localhost/logs.zip"_s,
        u"Log request #3 failed: the logs' address is not https: http://localhost/logs.zip"_s,
        u"Logs received: 1.21 KiB"_s,
    };
    QList<ActivityEntry> entries = m_store->activity({});
    std::ranges::reverse(entries);
    QStringList texts;
    for (const ActivityEntry &entry : entries) {
        texts += wording::describe(entry);
    }
    QCOMPARE(texts, expected);
    QCOMPARE(entries.at(16).facts, (Facts{{FactCode::Withdrawn, {}}}));
}

void StoreOfVersion2Test::keepsLogs()
{
    const auto logs = m_store->logDeliveries();
    QCOMPARE(logs.size(), 5);
    QCOMPARE(logs.at(0).facts, (Facts{{FactCode::UploadedElsewhere, {}}}));
    QCOMPARE(wording::remarksText(logs.at(0)), u"the device has uploaded its logs to its own server"_s);
    QCOMPARE(wording::remarksText(logs.at(1)), u"no space left"_s);
    QCOMPARE(logs.at(4).folder, u"/nowhere/panel-logs/1"_s);
}

void StoreOfVersion2Test::goesOnWithItsCounters()
{
    QCOMPARE(m_store->archiveId(), u"1700000000000001"_s);
    // When it was sent first isn't known; not before it was given.
    QCOMPARE(m_store->targets(1).at(2).firstSentAt.toMSecsSinceEpoch(), 1769861470000);
    QVERIFY(!m_store->targets(3).at(3).firstSentAt.isValid());
    QCOMPARE(m_store->openCommands(), QList<CommandNo>{3});
}

void StoreOfVersion2Test::migratesOnce()
{
    open();
    QCOMPARE(wording::remarksText(m_store->targets(2).at(0)), u"the server could not deliver it: item-not-found"_s);
    QCOMPARE(m_store->activity({}).size(), 28);
}

QTEST_GUILESS_MAIN(StoreOfVersion2Test)
#include "tst_store_of_version_2.moc"
