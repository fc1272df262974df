// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/DeviceFactsReader.h"
#include "AgentFixture.h"

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// Version reports and the facts in them.
class TestVersionReport : public AgentFixture
{
    Q_OBJECT

private Q_SLOTS:
    void reportsTheVersionOfThePackages()
    {
        m_settings->config.sitePackages = m_folder->filePath(u"packages"_s);
        restart();
        send(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QVERIFY(!m_link->messages().last().contains("packages_version"_L1));
        QVERIFY(test::writeFile(m_folder->filePath(u"packages/version"_s), "4\n"));
        send(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QCOMPARE(m_link->messages().last()["packages_version"_L1], QJsonValue(4));
    }

    // On the other side of a change to summer time than its own clock, if that is wrong by half a year.
    void reportsItsLocalTimeAsOfTheServersDate_data()
    {
        QTest::addColumn<int>("month");
        QTest::addColumn<int>("offset");
        QTest::newRow("winter") << 1 << 3'600;
        QTest::newRow("summer") << 7 << 7'200;
    }

    void reportsItsLocalTimeAsOfTheServersDate()
    {
        QFETCH(const int, month);
        QFETCH(const int, offset);
        qputenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");
        const QDateTime server(QDate(2036, month, 15), QTime(12, 0), Qt::UTC);
        sendServerTime(std::chrono::milliseconds(QDateTime::currentDateTimeUtc().msecsTo(server)));
        send(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().last()["utc_offset_s"_L1], QJsonValue(offset));
        qunsetenv("TZ");
    }

    void reportsTheWatchdogsProblem()
    {
        m_watchdog->problem = u"the heartbeats of \"ocr\" are refused: there is no process 3"_s;
        m_settings->problem = u"config_file.bin was replaced"_s;
        restart();
        send(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().last()["problem"_L1].toString(),
                 u"config_file.bin was replaced; "_s + m_watchdog->problem);
        // A panel that understands no events gets no report that it hasn't requested.
        m_watchdog->problem.clear();
        Q_EMIT m_watchdog->eventReceived(control::ProblemChanged{});
        QVERIFY(settles(1));
        m_link->sent.clear();
        send(R"({"command":"version_req","features":["events"]})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().last()["problem"_L1].toString(), u"config_file.bin was replaced"_s);
        m_watchdog->problem = u"what process 7 sends as heartbeats can't be read: no JSON"_s;
        Q_EMIT m_watchdog->eventReceived(control::ProblemChanged{m_watchdog->problem});
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QVERIFY(m_link->messages().last()["problem"_L1].toString().endsWith(m_watchdog->problem));
    }

    void reportsTheLastKnownProcessesWithoutAWatchdog()
    {
        ProcessReport process;
        process.name = u"uplink"_s;
        process.version = 4;
        process.pid = QCoreApplication::applicationPid();
        process.state = ProcessState::Running;
        Q_EMIT m_watchdog->eventReceived(control::ProcessChanged{process});
        process.name = u"ended"_s;
        process.pid = 2147483647;
        Q_EMIT m_watchdog->eventReceived(control::ProcessChanged{process});
        m_watchdog->setConnected(false);
        send(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        const QJsonArray processes = m_link->messages().last()["processes"_L1].toArray();
        QCOMPARE(processes.size(), 2);
        QCOMPARE(processes[0]["process_name"_L1], QJsonValue(u"uplink"_s));
        QCOMPARE(processes[0]["version"_L1], QJsonValue(4));
        QCOMPARE(processes[0]["isDead"_L1], QJsonValue(false));
        QCOMPARE(processes[1]["isDead"_L1], QJsonValue(true));
    }

    void repliesOnceToRequestsFromTheStore()
    {
        auto message = fromPanel(R"({"command":"version_req"})");
        message.delayed = true;
        for (int i = 0; i < 20; ++i) {
            Q_EMIT m_link->messageReceived(message);
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QVERIFY(settles(1));
    }

    void readsFactsOrLeavesThemOut()
    {
        const QString machine = m_folder->filePath(u"machine"_s);
        QVERIFY(test::writeFile(machine + u"/etc/os-release"_s, "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n"));
        QVERIFY(test::writeFile(machine + u"/proc/device-tree/model"_s, QByteArray("Raspberry Pi 4\0", 15)));
        QVERIFY(test::writeFile(machine + u"/proc/uptime"_s, "1234.56 99.0\n"));
        QVERIFY(test::writeFile(machine + u"/proc/meminfo"_s, "MemTotal: 1 kB\nMemAvailable:   2048 kB\n"));
        QVERIFY(test::writeFile(machine + u"/sys/class/thermal/thermal_zone0/temp"_s, "48312\n"));
        const DeviceFacts facts = readDeviceFacts(m_folder->path(), machine);
        QCOMPARE(facts.os, u"Debian GNU/Linux 12"_s);
        QCOMPARE(facts.model, u"Raspberry Pi 4"_s);
        QCOMPARE(facts.uptimeS, std::optional<qint64>(1234));
        QCOMPARE(facts.memAvailableMb, std::optional<qint64>(2));
        QCOMPARE(facts.temperatureC, std::optional(48.312));
        QVERIFY(facts.diskFreeMb.has_value());

        const DeviceFacts none = readDeviceFacts(u"/nowhere"_s, u"/nowhere"_s);
        QVERIFY(none.os.isEmpty() && none.model.isEmpty());
        QVERIFY(!none.uptimeS && !none.memAvailableMb && !none.temperatureC && !none.diskFreeMb);
    }
};

QTEST_GUILESS_MAIN(TestVersionReport)
#include "tst_version_report.moc"
