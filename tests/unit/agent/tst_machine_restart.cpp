// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/MachineRestart.h"
#include "support/FakeWatchdog.h"
#include "support/ManualClock.h"
#include "support/ReleaseKit.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 20'000;
const CommandKey key{7, QByteArray(32, 'f')};

} // namespace

class TestMachineRestart : public QObject
{
    Q_OBJECT

private:
    struct Report
    {
        CommandKey key;
        std::optional<Error> failure;
    };

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeWatchdog> m_watchdog;
    ManualClock m_clock;
    MachineRestart::Settings m_settings;
    std::unique_ptr<MachineRestart> m_restart;
    QList<Report> m_reports;

    // Another agent takes over.
    void restart()
    {
        m_restart = std::make_unique<MachineRestart>(m_settings, *m_watchdog, m_clock);
        connect(m_restart.get(), &MachineRestart::finished, this,
                [this](const CommandKey &which, const std::optional<Error> &failure) {
                    m_reports += Report{which, failure};
                });
        m_restart->resume();
    }
    void setBootId(const QByteArray &id) { QVERIFY(test::writeFile(m_settings.bootIdFile, id + '\n')); }
    bool isReported()
    {
        return QTest::qWaitFor([this] { return !m_reports.isEmpty(); }, limit);
    }
    qsizetype requests() const { return m_watchdog->requestsOf<control::Reboot>().size(); }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_watchdog = std::make_unique<FakeWatchdog>(m_folder->path());
        m_settings = {};
        m_settings.journal = m_folder->filePath(u"reboot.json"_s);
        m_settings.bootIdFile = m_folder->filePath(u"boot_id"_s);
        m_settings.limit = 20s;
        m_settings.watchdogAway = 50ms;
        m_reports.clear();
        setBootId("first");
        restart();
    }
    void cleanup() { m_restart.reset(); }

    void reportsASuccessAfterTheRestart()
    {
        QVERIFY(m_restart->begin(key));
        QTRY_COMPARE_WITH_TIMEOUT(requests(), 1, limit);
        QVERIFY(m_reports.isEmpty());
        setBootId("second");
        restart();
        QVERIFY(isReported());
        QCOMPARE(m_reports.first().key, key);
        QVERIFY(!m_reports.first().failure);
        QCOMPARE(requests(), 1);

        // Again until it is durable elsewhere.
        m_reports.clear();
        restart();
        QVERIFY(isReported());
        m_restart->close();
        QVERIFY(!m_restart->current());
        m_reports.clear();
        restart();
        QCoreApplication::processEvents();
        QVERIFY(m_reports.isEmpty());
        QCOMPARE(requests(), 1);
    }

    void continuesWhenOnlyTheAgentRestarts()
    {
        QVERIFY(m_restart->begin(key));
        m_clock.advance(19s);
        restart();
        QCOMPARE(m_restart->current(), std::optional(key));
        QTRY_VERIFY_WITH_TIMEOUT(requests() > 0, limit);
        QVERIFY(m_reports.isEmpty());
        // The time continues where it was.
        QVERIFY(isReported());
        QVERIFY(m_reports.first().failure.has_value());
        QCOMPARE(m_reports.first().failure->message, u"the machine didn't restart within 20 s"_s);
    }

    void reportsFailures_data()
    {
        QTest::addColumn<bool>("connected");
        QTest::addColumn<bool>("refuses");
        QTest::addColumn<QString>("words");
        QTest::newRow("refused") << true << true << u"the watchdog doesn't run as root"_s;
        QTest::newRow("no watchdog") << false << false << u"the watchdog doesn't answer"_s;
    }

    void reportsFailures()
    {
        QFETCH(const bool, connected);
        QFETCH(const bool, refuses);
        QFETCH(const QString, words);
        m_watchdog->setConnected(connected);
        if (refuses) {
            m_watchdog->refusal = Error{ErrorCode::Refused, words};
        }
        QVERIFY(m_restart->begin(key));
        QVERIFY(isReported());
        QVERIFY(m_reports.first().failure.has_value());
        QVERIFY2(m_reports.first().failure->message.contains(words), qPrintable(m_reports.first().failure->message));
        m_restart->close();
        QVERIFY(!QFile::exists(m_settings.journal));
    }

    void restartsWithoutARecord()
    {
        m_settings.replyPause = 1ms;
        restart();
        m_restart->beginUnrecorded();
        QTRY_COMPARE_WITH_TIMEOUT(requests(), 1, limit);
        QVERIFY(!m_restart->current());
        QVERIFY(!QFile::exists(m_settings.journal));
        QVERIFY(m_reports.isEmpty());
    }

    void refusesASecondRestart()
    {
        QVERIFY(m_restart->begin(key));
        QCOMPARE(m_restart->begin({8, QByteArray(32, 'g')}).error().code, ErrorCode::Busy);
    }

    void refusesWithoutABootIdOrAJournal()
    {
        QVERIFY(QFile::remove(m_settings.bootIdFile));
        QCOMPARE(m_restart->begin(key).error().code, ErrorCode::Internal);
        setBootId("first");
        m_settings.journal = m_folder->filePath(u"no/such/folder/reboot.json"_s);
        restart();
        QVERIFY(!m_restart->begin(key));
        QVERIFY(!m_restart->current());
        QCoreApplication::processEvents();
        QCOMPARE(requests(), 0);
    }

    void quarantinesADamagedJournal_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("cut") << QByteArray("{\"command_no\":7,");
        QTest::newRow("number 0") << QByteArray(
            R"({"command_no":0,"fingerprint":"aa","boot_id":"first","asked_at_ms":0})");
        QTest::newRow("no boot id") << QByteArray(R"({"command_no":7,"fingerprint":"aa","asked_at_ms":0})");
    }

    void quarantinesADamagedJournal()
    {
        QFETCH(const QByteArray, content);
        QVERIFY(test::writeFile(m_settings.journal, content));
        restart();
        QVERIFY(!m_restart->current());
        QVERIFY(QFile::exists(m_settings.journal + u".damaged"_s));
        QVERIFY(m_restart->begin(key));
    }
};

QTEST_GUILESS_MAIN(TestMachineRestart)
#include "tst_machine_restart.moc"
