// SPDX-License-Identifier: GPL-3.0-or-later
#include "AgentFixture.h"

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// The commands, and their results over restarts.
class TestCommandRunner : public AgentFixture
{
    Q_OBJECT

private Q_SLOTS:
    void refusesAnUpdateWhileAnotherRuns()
    {
        m_web.setHandler({});
        send(update(1, 2));
        send(update(2, 2));
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["error"_L1], QJsonValue(u"busy"_s));
        send(R"({"command":"cancel_update","command_no":3,"cancels":1})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 3, limit);
        QJsonObject cancelled;
        QJsonObject cancel;
        for (const QJsonObject &message : m_link->messages()) {
            (message["command_no"_L1] == 1 ? cancelled : cancel) = message;
        }
        QCOMPARE(cancelled["error"_L1], QJsonValue(u"cancelled"_s));
        QVERIFY(cancel["succcess"_L1].toBool());
    }

    void requiresSignedReleasesWhereThereAreKeys()
    {
        m_settings->config.releaseKeys = {PublicKey{u"k"_s, QByteArray(32, 'k')}};
        restart();
        const auto before = m_web.requests().size();
        send(update(1, 2));
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["error"_L1], QJsonValue(u"not_signed"_s));
        QCOMPARE(m_web.requests().size(), before);
    }

    void restartsTheMachineOnce()
    {
        const QByteArray command = R"({"command":"reboot_system","command_no":1})";
        send(command);
        send(command);
        QTRY_COMPARE_WITH_TIMEOUT(m_watchdog->requestsOf<control::Reboot>().size(), 1, limit);
        QVERIFY(m_link->sent.isEmpty());
        restart(); // of the agent alone
        QTRY_COMPARE_WITH_TIMEOUT(m_watchdog->requestsOf<control::Reboot>().size(), 2, limit);
        QVERIFY(m_link->sent.isEmpty());
        QVERIFY(test::writeFile(m_settings->bootIdFile, "second\n"));
        restart();
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        const QJsonObject result = m_link->messages().first();
        QCOMPARE(result["command"_L1], QJsonValue(u"reboot_system"_s));
        QVERIFY(result["succcess"_L1].toBool());
        QTRY_VERIFY_WITH_TIMEOUT(QDir(m_settings->tree.outbox()).isEmpty(), limit);
        send(command);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QVERIFY(m_link->messages().last()["succcess"_L1].toBool());
        QVERIFY(settles(2));
        QCOMPARE(m_watchdog->requestsOf<control::Reboot>().size(), 2);
    }

    void reportsARestartThatDoesNotHappen()
    {
        m_settings->rebootLimit = 20ms;
        restart();
        send(R"({"command":"reboot_system","command_no":1})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["succcess"_L1], QJsonValue(false));
        QVERIFY(m_link->messages().first()["remarks"_L1].toString().contains(u"didn't restart"_s));
        QVERIFY(settles(1));
    }

    void refusesARestartDuringASwap()
    {
        m_settings->swapTimes.confirm = 24h;
        m_watchdog->onResume = [this] {
            // The new release never sends a heartbeat.
            QFile::remove(m_folder->filePath(u"SmartMeter/dlms.version"_s));
        };
        restart();
        send(update(1, 2));
        QTRY_VERIFY_WITH_TIMEOUT(!m_watchdog->requestsOf<control::Resume>().isEmpty(), limit);
        send(R"({"command":"reboot_system","command_no":2})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["error"_L1], QJsonValue(u"busy"_s));
        QVERIFY(m_watchdog->requestsOf<control::Reboot>().isEmpty());
    }

    void sendsTheLogOfAFailedUpdate()
    {
        m_settings->config.clientPassword = u"canary-password"_s;
        m_watchdog->lastLines = {{u"ocr"_s, {u"no camera"_s, u"login with canary-password failed"_s}}};
        serveRelease(-2);
        restart();
        send(update(1, 2));
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        const QJsonObject result = m_link->messages().first();
        QCOMPARE(result["rolled_back"_L1], QJsonValue(true));
        QStringList log;
        for (const QJsonValue &line : result["log"_L1].toArray()) {
            log += line.toString();
        }
        QVERIFY(log.contains(u"ocr: no camera"_s));
        QVERIFY(log.contains(u"ocr: login with *** failed"_s));
        QVERIFY(!m_link->sent.first().contains("canary"));
        QVERIFY(!result["remarks"_L1].toString().contains(u'\n'));
    }

    void repeatsTheProgressOfAHeldUpdate()
    {
        QVERIFY(test::writeFile(m_settings->tree.hold(), {}));
        const auto heldMessages = [this] {
            qsizetype held = 0;
            for (const QJsonObject &message : m_link->messages()) {
                held += message["state"_L1] == u"waiting"_s && message["remarks"_L1].toString().contains(u"cfg/hold"_s);
            }
            return held;
        };
        send(update(1, 2, ",\"progress\":true"));
        QTRY_COMPARE_WITH_TIMEOUT(heldMessages(), 1, limit);
        restart();
        QTRY_COMPARE_WITH_TIMEOUT(heldMessages(), 1, limit);
        m_link->goOffline();
        m_link->goOnline();
        QTRY_COMPARE_WITH_TIMEOUT(heldMessages(), 2, limit);
        QVERIFY(QFile::remove(m_settings->tree.hold()));
        QTRY_VERIFY_WITH_TIMEOUT(m_link->messages().last().contains("succcess"_L1), limit);
        QVERIFY(m_link->messages().last()["succcess"_L1].toBool());
    }

    void exchangesInItsWindowByTheServersTime()
    {
        qputenv("TZ", "<+0545>-5:45");
        const auto itIs = [this](int hour, int minute) {
            const QDateTime server(QDate(2036, 1, 15), QTime(hour, minute), Qt::UTC);
            sendServerTime(std::chrono::milliseconds(QDateTime::currentDateTimeUtc().msecsTo(server)));
        };
        itIs(18, 0); // 23:45 at the device
        send(update(1, 2, R"(,"progress":true,"window":{"from":"01:00","to":"04:30"})"));
        const auto waiting = [this] {
            const QList<QJsonObject> messages = m_link->messages();
            const auto found = std::ranges::find_if(
                messages, [](const QJsonObject &message) { return message.contains("waits_for"_L1); });
            return found == messages.cend() ? QJsonObject() : *found;
        };
        QTRY_COMPARE_WITH_TIMEOUT(waiting()["waits_for"_L1], QJsonValue(u"window"_s), limit);
        QCOMPARE(waiting()["state"_L1], QJsonValue(u"waiting"_s));
        QCOMPARE(waiting()["remarks"_L1], QJsonValue(u"waits for its window from 01:00 to 04:30, local time"_s));
        QVERIFY(m_watchdog->requestsOf<control::Hold>().isEmpty());
        itIs(19, 15);
        QTRY_VERIFY_WITH_TIMEOUT(m_link->messages().last().contains("succcess"_L1), limit);
        QVERIFY(m_link->messages().last()["succcess"_L1].toBool());
        qunsetenv("TZ");
    }

    void namesTheRequestInEveryReply_data()
    {
        QTest::addColumn<QByteArray>("command");
        const auto row = [](const char *name, const QByteArray &fields) {
            QTest::newRow(name) << "{\"command_no\":1,\"request\":\"b1946ac92492d234\"," + fields + '}';
        };
        row("done", "\"command\":\"restart_process\",\"process_name\":\"ocr\"");
        row("logs", "\"command\":\"upload_logs\"");
        row("refused at once", "\"command\":\"cancel_update\",\"cancels\":9");
        row("too late", "\"command\":\"reboot_system\",\"not_after\":\"2020-01-01T00:00:00Z\"");
        row("too late for logs", "\"command\":\"upload_logs\",\"not_after\":\"2020-01-01T00:00:00Z\"");
        row("unknown", "\"command\":\"make_coffee\"");
        row("wrong", "\"command\":\"restart_process\"");
    }

    void namesTheRequestInEveryReply()
    {
        QFETCH(const QByteArray, command);
        send(command);
        sendServerTime();
        QTRY_VERIFY_WITH_TIMEOUT(!m_link->sent.isEmpty(), limit);
        QCOMPARE(m_link->messages().first()["request"_L1], QJsonValue(u"b1946ac92492d234"_s));
        // A repeat gets the same reply.
        const QByteArray first = m_link->sent.first();
        QTRY_COMPARE_WITH_TIMEOUT(lettersWaiting(), 0, limit);
        send(command);
        QTRY_VERIFY_WITH_TIMEOUT(m_link->sent.size() >= 2, limit);
        QCOMPARE(m_link->sent.last(), first);
    }

    void namesTheRequestToThoseWhoMustSign()
    {
        requireSignatures();
        const QByteArray command = "{\"command\":\"restart_process\",\"command_no\":1,\"process_name\":\"ocr\","
                                   "\"request\":\"b1946ac92492d234\"}";
        send(signedCommand(command));
        sendServerTime();
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["request"_L1], QJsonValue(u"b1946ac92492d234"_s));
        send(command);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QCOMPARE(m_link->messages().last()["error"_L1], QJsonValue(u"not_signed"_s));
        QCOMPARE(m_link->messages().last()["request"_L1], QJsonValue(u"b1946ac92492d234"_s));
    }

    void namesTheRequestAfterARestart_data()
    {
        QTest::addColumn<bool>("isUpdate");
        QTest::newRow("of the machine") << false;
        QTest::newRow("of the agent, in an update") << true;
    }

    void namesTheRequestAfterARestart()
    {
        QFETCH(const bool, isUpdate);
        const QByteArray request = ",\"request\":\"b1946ac92492d234\"";
        if (isUpdate) {
            QVERIFY(test::writeFile(m_settings->tree.hold(), {}));
            send(update(1, 2, ",\"progress\":true" + request));
            QTRY_VERIFY_WITH_TIMEOUT(!m_link->sent.isEmpty(), limit);
            QCOMPARE(m_link->messages().first()["request"_L1], QJsonValue(u"b1946ac92492d234"_s));
            QVERIFY(QFile::remove(m_settings->tree.hold()));
        } else {
            send("{\"command\":\"reboot_system\",\"command_no\":1" + request + '}');
            QTRY_VERIFY_WITH_TIMEOUT(!m_watchdog->requestsOf<control::Reboot>().isEmpty(), limit);
            QVERIFY(test::writeFile(m_settings->bootIdFile, "second\n"));
        }
        restart();
        const auto hasResult = [this] {
            return !m_link->sent.isEmpty() && m_link->messages().last().contains("succcess"_L1);
        };
        QTRY_VERIFY_WITH_TIMEOUT(hasResult(), limit);
        for (const QJsonObject &message : m_link->messages()) {
            QCOMPARE(message["request"_L1], QJsonValue(u"b1946ac92492d234"_s));
        }
    }

    void repliesToCommandsThatARestartInterrupted()
    {
        {
            CommandJournal record(m_settings->tree.commandRecord());
            QVERIFY(record.load());
            QVERIFY(record.begin({1, QByteArray(32, 'a'), {}, u"mine"_s}, u"restart_process"_s));
            QVERIFY(record.begin({2, QByteArray(32, 'b'), {}, u"mine"_s}, u"upload_logs"_s));
        }
        restart();
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        for (const QJsonObject &message : m_link->messages()) {
            QCOMPARE(message["success"_L1], QJsonValue(false));
            QCOMPARE(message["request"_L1], QJsonValue(u"mine"_s));
            QVERIFY(message["remarks"_L1].toString().contains(u"interrupted"_s));
        }
        QTRY_VERIFY_WITH_TIMEOUT(QDir(m_settings->tree.outbox()).isEmpty(), limit);
        restart();
        QVERIFY(settles(0));
    }

    void continuesARunningUpdateAfterARestart()
    {
        const auto before = m_web.requests().size();
        m_web.setHandler({});
        send(update(1, 2));
        QTRY_COMPARE_WITH_TIMEOUT(m_web.requests().size(), before + 1, limit);
        m_web.setHandler([](const HttpRequest &, QTcpSocket *socket) { HttpServer::respond(socket, "410 Gone", {}); });
        restart();
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["remarks"_L1], QJsonValue(u"download failed: HTTP 410 from 127.0.0.1"_s));
        QVERIFY(settles(1));
    }
};

QTEST_GUILESS_MAIN(TestCommandRunner)
#include "tst_command_runner.moc"
