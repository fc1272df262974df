// SPDX-License-Identifier: GPL-3.0-or-later
// A store that a program with schema version 7 wrote opens, and what its devices have reported is there as before.
#include "StoreKit.h"

#include <algorithm>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::records;
using namespace sgn::store;
using namespace sgn::test;
using namespace Qt::StringLiterals;

class StoreOfVersion7Test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        const QString script =
            u"import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.executescript(open(sys.argv[2], encoding='utf-8').read())"_s;
        const QString dump = QStringLiteral(SGN_SOURCE_DIR) + u"/tests/unit/store/StoreOfVersion7.sql"_s;
        QCOMPARE(QProcess::execute(u"python3"_s, {u"-c"_s, script, m_file, dump}), 0);
        m_store = opened(m_file);
        QVERIFY(m_store);
        QVERIFY(!m_store->warning());
        m_devices = m_store->devices();
        QCOMPARE(m_devices.size(), std::size_t{3});
    }

    void facts()
    {
        const DeviceFacts &facts = device(u"meter1@localhost"_s).facts;
        QCOMPARE(facts.agentVersion, ReportedVersion(2));
        QCOMPARE(facts.watchdogVersion, ReportedVersion::fromText(u"1.3.2"_s));
        QCOMPARE(facts.os, u"Debian GNU/Linux 12"_s);
        QCOMPARE(facts.model, u"Raspberry Pi 4 Model B"_s);
        QCOMPARE(facts.uptimeS.value_or(0), 353'000);
        QCOMPARE(facts.temperatureC.value_or(0), 54.5);
        QCOMPARE(facts.clockOffsetS.value_or(0), -0.25);
        QCOMPARE(facts.utcOffsetS.value_or(0), 3'600);
        QCOMPARE(facts.network, u"cellular"_s);
        QCOMPARE(facts.problem, u"the card is old"_s);
        QCOMPARE(device(u"meter3@localhost"_s).facts, DeviceFacts{});
    }

    void processes()
    {
        const QList<DeviceProcess> &processes = device(u"meter1@localhost"_s).processes;
        QCOMPARE(processes.size(), 3);
        const ProcessReport &dead = processes.at(0).report;
        QCOMPARE(dead.name, u"ocr"_s);
        QCOMPARE(dead.version, 3);
        QVERIFY(dead.isDead);
        QCOMPARE(dead.state, ProcessState::CrashLoop);
        QCOMPARE(dead.since.value_or(QDateTime()), m_time.addSecs(-60));
        QCOMPARE(processes.at(0).deadSince, m_time.addSecs(-60));
        QCOMPARE(dead.restarts24h.value_or(0), 6);
        QVERIFY(dead.lastExit);
        QCOMPARE(dead.lastExit->code.value_or(0), 1);
        QCOMPARE(dead.lastExit->heartbeatAgeS.value_or(0), 2.5);
        QCOMPARE(dead.lastExit->lastLines, (QStringList{u"cv2.error: \"can't\" open camera 0"_s, u"grüß"_s}));
        QCOMPARE(processes.at(1).report.versionText, u"1.3.2"_s);
        QCOMPARE(processes.at(2).report.state, ProcessState::Running);
        QCOMPARE(device(u"meter2@localhost"_s).processes.size(), 1);
        QVERIFY(device(u"meter3@localhost"_s).processes.isEmpty());
    }

    void everythingElseOfADevice()
    {
        const Device &first = device(u"meter1@localhost"_s);
        QCOMPARE(first.label, u"Main street 1"_s);
        QCOMPARE(first.tags, (QStringList{u"north"_s, u"pilot"_s}));
        QCOMPARE(first.rpiUniqueId, u"b8:27:01"_s);
        QCOMPARE(first.lastSeen, m_time);
        QCOMPARE(first.lastReport, m_time.addSecs(-1));
        QVERIFY(first.isModern);
        QVERIFY(first.isContact);
        QVERIFY(!first.unreadable.isEmpty());
        QVERIFY(first.update);
        QCOMPARE(first.update->target->number, CommandNo{7});
        QCOMPARE(first.update->state, TargetState::Failed);
        QCOMPARE(first.update->percent, 40);
        QCOMPARE(first.update->remarks, u"HTTP 404"_s);
        const Device &second = device(u"meter2@localhost"_s);
        QCOMPARE(second.conflictWith, u"meter1@localhost"_s);
        QCOMPARE(second.foreignFrom, u"b8:27:99"_s);
        QVERIFY(!second.update);
    }

    void whoWasRetiredStaysSo()
    {
        QCOMPARE(m_store->retiredDevices().value(u"meter4@localhost"_s), m_time);
        const std::optional<Device> retired = m_store->retiredDevice(u"meter4@localhost"_s);
        QVERIFY(retired);
        QCOMPARE(retired->processes.size(), 1);
    }

    void isWrittenAsAnyOther()
    {
        Device changed = device(u"meter2@localhost"_s);
        changed.processes[0].report.version = 3;
        m_store->keepReport(changed);
        QVERIFY(flushed(*m_store));
        m_store.reset();
        m_store = opened(m_file);
        QVERIFY(m_store);
        m_devices = m_store->devices();
        QCOMPARE(m_devices.size(), std::size_t{3});
        QCOMPARE(device(u"meter2@localhost"_s).processes.at(0).report.version, 3);
        QCOMPARE(device(u"meter1@localhost"_s).processes.size(), 3);
    }

private:
    [[nodiscard]] const Device &device(const QString &jid) const
    {
        return *std::ranges::find(m_devices, jid, &Device::jid);
    }

    const QDateTime m_time{QDate(2026, 1, 31), QTime(12, 0, 0, 123), Qt::UTC};
    QTemporaryDir m_folder;
    const QString m_file = m_folder.filePath(u"panel.sqlite"_s);
    std::unique_ptr<Store> m_store;
    std::vector<Device> m_devices;
};

QTEST_GUILESS_MAIN(StoreOfVersion7Test)
#include "tst_store_of_version_7.moc"
