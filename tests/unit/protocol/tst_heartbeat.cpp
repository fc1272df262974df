// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/Heartbeat.h"
#include "protocol/Json.h"

#include <QTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class HeartbeatTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheNameInWhatItRefuses()
    {
        QCOMPARE(processNameIn(R"({"command":"heart_beat","process_name":"ocr","version":"1.3.2"})"), u"ocr"_s);
        QCOMPARE(processNameIn(R"({"process_name":"../ocr"})"), QString());
        QCOMPARE(processNameIn(R"({"process_name":7})"), QString());
        QCOMPARE(processNameIn("{'process_name': 'ocr'}"), QString());
        QCOMPARE(processNameIn({}), QString());
    }

    void readsTheSeedsHeartbeat()
    {
        const auto datagram = parseDatagram(R"({
		"command"			: "heart_beat",
		"process_name"		: "name of the process",
		"pid_of_process"	: 444,
		"run_command"		: "/home/pi/technospurs/SmartMeter/ocr.py",
		"version"		: 1
	})");
        QVERIFY(datagram);
        const Heartbeat expected{u"name of the process"_s, 444, u"/home/pi/technospurs/SmartMeter/ocr.py"_s, 1};
        QCOMPARE(std::get<Heartbeat>(*datagram), expected);
        QCOMPARE(std::get<Heartbeat>(parseDatagram(encode(expected)).value()), expected);
    }

    void readsTheLocalVersionRequest()
    {
        const auto datagram = parseDatagram(R"({"command": "version_req"})");
        QVERIFY(datagram && std::holds_alternative<LocalVersionRequest>(*datagram));
    }

    void answersInTheSeedsShapeWithoutFrom()
    {
        ProcessReport process;
        process.name = u"ocr"_s;
        process.version = 1;
        process.state = ProcessState::Running;
        process.pid = 5;
        const QByteArray expected =
            R"({"command":"version_req","processes":[{"isDead":false,"process_name":"ocr","version":1}]})";
        QCOMPARE(encodeLocalVersionReport({process}), expected);
    }

    void refusesHostileDatagrams_data()
    {
        QTest::addColumn<QByteArray>("datagram");
        const auto heartbeat = [](const char *name, const char *pid, const char *run, const char *version) {
            return QByteArray("{\"command\":\"heart_beat\",\"process_name\":") + name + R"(,"pid_of_process":)" + pid +
                   R"(,"run_command":)" + run + R"(,"version":)" + version + "}";
        };
        QVERIFY(parseDatagram(heartbeat("\"a\"", "2", "\"/a\"", "0")));
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("binary") << QByteArray("\x00\xff\x00\xff", 4);
        QTest::newRow("unknown command") << QByteArray(R"({"command":"reboot"})");
        QTest::newRow("no command") << QByteArray(R"({"process_name":"a"})");
        QTest::newRow("empty name") << heartbeat("\"\"", "2", "\"/a\"", "1");
        QTest::newRow("name that climbs") << heartbeat("\"../../etc/cron\"", "2", "\"/a\"", "1");
        QTest::newRow("hidden name") << heartbeat("\".a\"", "2", "\"/a\"", "1");
        QTest::newRow("name with a line break") << heartbeat("\"a\\nb\"", "2", "\"/a\"", "1");
        QTest::newRow("long name") << heartbeat(("\"" + QByteArray(129, 'n') + "\"").constData(), "2", "\"/a\"", "1");
        QTest::newRow("init") << heartbeat("\"a\"", "1", "\"/a\"", "1");
        QTest::newRow("pid 0") << heartbeat("\"a\"", "0", "\"/a\"", "1");
        QTest::newRow("every process") << heartbeat("\"a\"", "-1", "\"/a\"", "1");
        QTest::newRow("pid over the kernel's limit") << heartbeat("\"a\"", "4194305", "\"/a\"", "1");
        QTest::newRow("pid as text") << heartbeat("\"a\"", "\"2\"", "\"/a\"", "1");
        QTest::newRow("relative command") << heartbeat("\"a\"", "2", "\"ocr.py\"", "1");
        QTest::newRow("command with NUL") << heartbeat("\"a\"", "2", "\"/a\\u0000b\"", "1");
        QTest::newRow("long command") << heartbeat("\"a\"", "2", ("\"/" + QByteArray(1024, 'c') + "\"").constData(),
                                                   "1");
        QTest::newRow("negative version") << heartbeat("\"a\"", "2", "\"/a\"", "-1");
        QTest::newRow("version as text") << heartbeat("\"a\"", "2", "\"/a\"", "\"1.3.2\"");
        QTest::newRow("too large") << heartbeat("\"a\"", "2", "\"/a\"", "1").leftJustified(maxDatagramSize + 1, ' ');
    }

    void refusesHostileDatagrams()
    {
        QFETCH(QByteArray, datagram);
        const auto result = parseDatagram(datagram);
        QVERIFY(!result);
        QVERIFY(!result.error().message.isEmpty());
    }
};

QTEST_GUILESS_MAIN(HeartbeatTest)
#include "tst_heartbeat.moc"
