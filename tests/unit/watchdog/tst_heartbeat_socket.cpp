// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/ManualClock.h"
#include "system/DeadlineTimer.h"
#include "system/ProcFs.h"
#include "watchdog/HeartbeatSocket.h"

#include <QJsonDocument>
#include <QSignalSpy>
#include <QtTest>
#include <QUdpSocket>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::watchdog;
using namespace sgn::system;
using namespace std::chrono_literals;

namespace {

const QByteArray good =
    R"({"command": "heart_beat", "process_name": "ocr", "pid_of_process": 444, "run_command": "/a/ocr.py", "version": 1})";

} // namespace

class TestHeartbeatSocket : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        auto socket = HeartbeatSocket::open(0, ::geteuid(), m_clock);
        QVERIFY(socket.has_value());
        m_socket = *std::move(socket);
        m_seen.clear();
        m_senders.clear();
        m_unreadable.clear();
        m_credit = supervision::Credit::Full;
        m_socket->serve(
            [this](const Heartbeat &heartbeat, const supervision::HeartbeatSender &sender) {
                m_seen += heartbeat;
                m_senders += sender.sockets;
                return m_credit;
            },
            [] {
                return QList<ProcessReport>{{u"ocr"_s, 3, true, ProcessState::Dead, {}, {}, {}, {}}};
            },
            [this](const supervision::HeartbeatSender &sender, const QString &name, const QString &why) {
                m_senders += sender.sockets;
                m_unreadable += name.isEmpty() ? why : name + u": "_s + why;
            });
    }

    void takesHeartbeats()
    {
        send(good);
        QTRY_COMPARE_WITH_TIMEOUT(m_seen.size(), 1, 10000);
        QCOMPARE(m_seen.front(), (Heartbeat{u"ocr"_s, 444, u"/a/ocr.py"_s, 1}));
        QCOMPARE(m_socket->refused(), 0U);
    }

    void namesTheSocketThatSentIt()
    {
        send(good);
        QTRY_COMPARE_WITH_TIMEOUT(m_senders.size(), 1, 10000);
        struct stat info
        {
        };
        QVERIFY(::fstat(static_cast<int>(m_client.socketDescriptor()), &info) == 0);
        QCOMPARE(m_senders.front(), (UdpSocket{::getuid(), info.st_ino}));
    }

    void namesWhoSendsSomethingElse()
    {
        send(QByteArray(good).replace("\"version\": 1", "\"version\": \"1\""));
        QTRY_COMPARE_WITH_TIMEOUT(m_unreadable.size(), 1, 10000);
        QVERIFY2(m_unreadable.front().startsWith(u"ocr: field \"version\""_s), qPrintable(m_unreadable.front()));
        QCOMPARE(m_senders.size(), 1);
    }

    void looksAtASignOfLifeAnewEachTime()
    {
        // What may have been sent by anyone keeps nothing back that comes after it.
        m_credit = supervision::Credit::Life;
        send(good);
        QTRY_COMPARE_WITH_TIMEOUT(m_seen.size(), 1, 10000);
        send(good);
        QTRY_COMPARE_WITH_TIMEOUT(m_seen.size(), 2, 10000);
        m_credit = supervision::Credit::Full;
        send(good);
        QTRY_COMPARE_WITH_TIMEOUT(m_seen.size(), 3, 10000);
        send(good); // known now, and a moment later no news
        send(QByteArray(good).replace("444", "445"));
        QTRY_COMPARE_WITH_TIMEOUT(m_seen.size(), 4, 10000);
        QCOMPARE(m_seen.back().pid, 445);
    }

    void countsAndDropsTheRest_data()
    {
        QTest::addColumn<QByteArray>("datagram");
        QTest::newRow("binary") << QByteArray(1000, '\xff');
        QTest::newRow("no JSON") << QByteArray("hello");
        QTest::newRow("over 4 KiB") << QByteArray(good).replace("1}", "1, \"x\": \"" + QByteArray(4096, 'x') + "\"}");
        QTest::newRow("60 KiB") << QByteArray(60000, '{');
        QTest::newRow("other command") << QByteArray(R"({"command": "reboot"})");
        QTest::newRow("pid 1") << QByteArray(good).replace("444", "1");
        QTest::newRow("pid 0") << QByteArray(good).replace("444", "0");
        QTest::newRow("negative pid") << QByteArray(good).replace("444", "-444");
        QTest::newRow("huge pid") << QByteArray(good).replace("444", "4294967740");
        QTest::newRow("pid as text") << QByteArray(good).replace("444", "\"444\"");
        QTest::newRow("name that climbs") << QByteArray(good).replace("ocr\"", "../../etc/x\"");
        QTest::newRow("relative command") << QByteArray(good).replace("/a/ocr.py", "a/ocr.py");
        QTest::newRow("deep nesting") << QByteArray(2000, '[');
    }

    void countsAndDropsTheRest()
    {
        QFETCH(const QByteArray, datagram);
        send(datagram);
        QTRY_COMPARE_WITH_TIMEOUT(m_socket->refused(), 1U, 10000);
        QVERIFY(m_seen.isEmpty());
        send(good);
        QTRY_COMPARE_WITH_TIMEOUT(m_seen.size(), 1, 10000);
    }

    void logsOnlyAFewOfAFlood()
    {
        int lines = 0;
        sLines = &lines;
        const auto previous =
            qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &) { ++*sLines; });
        for (int i = 0; i < 50; ++i) {
            send("flood");
        }
        const bool all = QTest::qWaitFor([this] { return m_socket->refused() == 50; }, 10000);
        qInstallMessageHandler(previous);
        QVERIFY(all);
        QCOMPARE(lines, 5);
        m_clock.advance(1min);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"and 45 more before"_s));
        send("flood");
        QTRY_COMPARE_WITH_TIMEOUT(m_socket->refused(), 51U, 10000);
    }

    void answersVersionRequestsInTheSeedsShape()
    {
        QUdpSocket client;
        QVERIFY(client.bind(QHostAddress::LocalHost, 0));
        client.writeDatagram(R"({"command":"version_req"})", QHostAddress::LocalHost, m_socket->port());
        QTRY_VERIFY_WITH_TIMEOUT(client.hasPendingDatagrams(), 10000);
        QByteArray answer(65536, '\0');
        answer.truncate(client.readDatagram(answer.data(), answer.size()));
        QCOMPARE(
            QJsonDocument::fromJson(answer),
            QJsonDocument::fromJson(
                R"({"command": "version_req", "processes": [{"process_name": "ocr", "version": 3, "isDead": true}]})"));
    }

    void reportsWhyAPortCannotBeUsed()
    {
        const auto second = HeartbeatSocket::open(m_socket->port(), ::geteuid(), m_clock);
        QVERIFY(!second);
        QVERIFY(second.error().message.contains(QString::number(m_socket->port())));
    }

    void readsTheKernelsWords_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("good");
        const QByteArray rest = " S 10 20 30 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 987654 0 0\n";
        QTest::newRow("plain") << "42 (ocr.py)" + rest << true;
        QTest::newRow("name with brackets and spaces") << "42 (a) R 1 1 (x) b)" + rest << true;
        QTest::newRow("name with a line feed") << "42 (a\n9 (b)" + rest << true;
        QTest::newRow("empty") << QByteArray() << false;
        QTest::newRow("cut") << QByteArray("42 (a) S 10 20") << false;
        QTest::newRow("no bracket") << QByteArray("42 a S") << false;
    }

    void readsTheKernelsWords()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const bool, good);
        const auto stat = parseProcStat(text);
        QCOMPARE(stat.has_value(), good);
        if (good) {
            QCOMPARE(stat->pid, 42);
            QCOMPARE(stat->parent, 10);
            QCOMPARE(stat->session, 30);
            QCOMPARE(stat->startTime, 987654U);
            QCOMPARE(stat->state, 'S');
        }
    }

    void readsItsOwnProcess()
    {
        const auto stat = readProcStat(::getpid());
        QVERIFY(stat.has_value());
        QCOMPARE(stat->parent, ::getppid());
        QCOMPARE(readUser(::getpid()), ::getuid());
        QVERIFY(!readArguments(::getpid()).isEmpty());
        QVERIFY(!readBootId().isEmpty());
        QVERIFY(!readProcStat(99999999).has_value());
    }

    void deadlinesFollowTheClockThatWasGiven()
    {
        DeadlineTimer timer(m_clock, nullptr);
        QSignalSpy reached(&timer, &DeadlineTimer::reached);
        timer.set(m_clock.monotonic() + 50ms);
        QVERIFY(!reached.wait(300)); // that clock stands still
        m_clock.advance(50ms);
        QVERIFY(reached.wait(10000));
        timer.set(m_clock.monotonic());
        timer.set(std::nullopt);
        QVERIFY(!reached.wait(100));
        QCOMPARE(reached.size(), 1);
    }

private:
    void send(const QByteArray &datagram)
    {
        QCOMPARE(m_client.writeDatagram(datagram, QHostAddress::LocalHost, m_socket->port()), datagram.size());
    }

    static inline int *sLines = nullptr;
    test::ManualClock m_clock;
    std::unique_ptr<HeartbeatSocket> m_socket;
    QUdpSocket m_client;
    QList<Heartbeat> m_seen;
    QList<UdpSocket> m_senders;
    QStringList m_unreadable;
    supervision::Credit m_credit = supervision::Credit::Full;
};

QTEST_GUILESS_MAIN(TestHeartbeatSocket)
#include "tst_heartbeat_socket.moc"
