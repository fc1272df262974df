// SPDX-License-Identifier: GPL-3.0-or-later
#include "AgentFixture.h"

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// Which messages are commands to carry out, and how the others are refused.
class TestCommandIntake : public AgentFixture
{
    Q_OBJECT

private Q_SLOTS:
    void obeysThePanelOnly_data()
    {
        QTest::addColumn<xmpp::IncomingMessage>("message");
        QTest::addColumn<bool>("obeyed");
        const auto row = [](const char *name, bool obeyed, const std::function<void(xmpp::IncomingMessage &)> &change) {
            auto message = fromPanel(R"({"command":"version_req"})");
            change(message);
            QTest::newRow(name) << message << obeyed;
        };
        row("the panel", true, [](auto &) {});
        row("the panel, kept by the server", true, [](auto &m) { m.delayed = true; });
        row("a stranger", false, [](auto &m) { m.fromBare = u"stranger@example.org"_s; });
        row("the server", false, [](auto &m) { m.fromBare = u"example.org"_s; });
        row("without a sender", false, [](auto &m) { m.fromBare.clear(); });
        row("the panel's name elsewhere", false, [](auto &m) { m.fromBare = u"panel@example.org.evil.net"_s; });
        row("a longer name", false, [](auto &m) { m.fromBare = u"xpanel@example.org"_s; });
        row("a look-alike", false, [](auto &m) { m.fromBare = u"p\u0430nel@example.org"_s; });
        row("the device itself", false, [](auto &m) { m.fromBare = u"device@example.org"_s; });
        row("a carbon", false, [](auto &m) { m.carbon = true; });
        row("from the archive", false, [](auto &m) { m.fromArchive = true; });
    }

    void obeysThePanelOnly()
    {
        QFETCH(const xmpp::IncomingMessage, message);
        QFETCH(const bool, obeyed);
        Q_EMIT m_link->messageReceived(message);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), obeyed ? 1 : 0, limit);
        QVERIFY(settles(obeyed ? 1 : 0));
    }

    void refusesHostileCommands_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("error"); // in the result; empty: no reply at all
        QTest::newRow("nothing") << QByteArray() << QString();
        QTest::newRow("words") << QByteArray("please update") << QString();
        QTest::newRow("a list") << QByteArray("[]") << QString();
        QTest::newRow("a result") << QByteArray(R"({"from":"x","succcess":true})") << QString();
        QTest::newRow("unknown") << QByteArray(R"({"command":"reboot"})") << QString();
        QTest::newRow("unknown with number")
            << QByteArray(R"({"command":"reboot","command_no":1})") << u"unknown_command"_s;
        QTest::newRow("reboot without number") << QByteArray(R"({"command":"reboot_system"})") << QString();
        QTest::newRow("no previous release")
            << QByteArray(R"({"command":"rollback","command_no":1,"component":"SmartMeter"})") << u"install_failed"_s;
        QTest::newRow("rollback of a path")
            << QByteArray(R"({"command":"rollback","command_no":1,"component":"../.."})") << u"bad_request"_s;
        QTest::newRow("number as text") << QByteArray(R"({"command":"cancel_update","command_no":"1","cancels":1})")
                                        << QString();
        QTest::newRow("number 0") << QByteArray(R"({"command":"cancel_update","command_no":0,"cancels":1})")
                                  << QString();
        QTest::newRow("number too large")
            << QByteArray(R"({"command":"cancel_update","command_no":4294967296,"cancels":1})") << QString();
        QTest::newRow("update without address")
            << QByteArray(R"({"command":"smart_meter_update","command_no":1,"processes":[]})") << u"bad_request"_s;
        QTest::newRow("update without processes")
            << QByteArray(R"({"command":"smart_meter_update","command_no":1,"url":"https:\/\/a.b/c"})")
            << u"bad_request"_s;
        QTest::newRow("a path as process")
            << QByteArray(R"({"command":"smart_meter_update","command_no":1,"url":"https:\/\/a.b/c",)"
                          R"("processes":[{"process_name":"../x","version":1}]})")
            << u"bad_request"_s;
        QTest::newRow("agent update without version")
            << QByteArray(R"({"command":"jabber_client_update","command_no":1,"url":"https:\/\/a.b/c"})")
            << u"bad_request"_s;
        QTest::newRow("agent downgrade")
            << QByteArray(R"({"command":"jabber_client_update","command_no":1,"url":"https:\/\/a.b/c","version":4})")
            << u"downgrade"_s;
        QTest::newRow("cancel of nothing")
            << QByteArray(R"({"command":"cancel_update","command_no":1,"cancels":99})") << u"bad_request"_s;
        QTest::newRow("not_after is nonsense")
            << QByteArray(R"({"command":"cancel_update","command_no":1,"cancels":99,"not_after":"soon"})")
            << u"bad_request"_s;
    }

    void refusesHostileCommands()
    {
        QFETCH(const QByteArray, body);
        QFETCH(const QString, error);
        send(body);
        QVERIFY(settles(error.isEmpty() ? 0 : 1));
        if (!error.isEmpty()) {
            const QJsonObject result = m_link->messages().first();
            QCOMPARE(result["command_no"_L1], QJsonValue(1));
            QCOMPARE(result["succcess"_L1], QJsonValue(false));
            QCOMPARE(result["error"_L1], QJsonValue(error));
            QVERIFY(!result["remarks"_L1].toString().isEmpty());
        }
    }

    void repliesToARepeatFromTheRecord()
    {
        send(update(1, 2));
        send(update(1, 2)); // while it runs: nothing
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QVERIFY(m_link->messages().first()["succcess"_L1].toBool());
        const auto downloads = m_web.requests().size();
        restart();
        send("  " + update(1, 2)); // white space is no content
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QVERIFY(m_link->messages().first()["succcess"_L1].toBool());
        QVERIFY(m_link->messages().first()["remarks"_L1].toString().isEmpty());
        send(update(1, 2, ",\"progress\":false")); // other content
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QCOMPARE(m_link->messages().last()["remarks"_L1], QJsonValue(u"already installed"_s));
        QCOMPARE(m_web.requests().size(), downloads);
    }

    void requiresAnOperatorsSignatureWhereThereAreKeys_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("error"); // in the reply; empty: it is obeyed
        const QByteArray cancel = R"({"command":"cancel_update","command_no":1,"cancels":9})";
        QTest::newRow("unsigned") << cancel << u"not_signed"_s;
        QTest::newRow("unsigned and wrong")
            << QByteArray(R"({"command":"cancel_update","command_no":1})") << u"not_signed"_s;
        QTest::newRow("not by a key") << QByteArray(cancel.chopped(1) + R"(,"jws":"a.b.c"})") << u"bad_signature"_s;
        QTest::newRow("signed") << signedCommand(cancel) << u"bad_request"_s; // no such update
        QTest::newRow("signed, in a readable part of another kind")
            << signedCommand(cancel).replace(R"("command":"cancel_update")", R"("command":"reboot_now")")
            << u"bad_request"_s;
        QTest::newRow("signed for another device")
            << signedCommand(cancel, 0, 3600, u"device2@example.org"_s) << u"bad_signature"_s;
        QTest::newRow("over") << signedCommand(cancel, -7200, -3600) << u"expired"_s;
        QTest::newRow("its own end comes first")
            << signedCommand(
                   R"({"command":"cancel_update","command_no":1,"cancels":9,"not_after":"2020-01-01T00:00:00Z"})")
            << u"expired"_s;
        QTest::newRow("a clock that is some minutes ahead") << signedCommand(cancel, 300, 3600) << u"bad_request"_s;
        QTest::newRow("from the future") << signedCommand(cancel, 3600, 7200) << u"bad_signature"_s;
        QTest::newRow("versions need no signature") << QByteArray(R"({"command":"version_req"})") << QString();
        QTest::newRow("versions, signed") << signedCommand(R"({"command":"version_req"})") << QString();
        QTest::newRow("versions, badly signed")
            << QByteArray(R"({"command":"version_req","command_no":1,"jws":"a.b.c"})") << u"bad_signature"_s;
    }

    void requiresAnOperatorsSignatureWhereThereAreKeys()
    {
        QFETCH(const QByteArray, body);
        QFETCH(const QString, error);
        requireSignatures();
        sendServerTime();
        send(body);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        const QJsonObject reply = m_link->messages().first();
        QCOMPARE(reply["error"_L1].toString(), error);
        if (error.isEmpty()) {
            QCOMPARE(reply["command"_L1], QJsonValue(u"version_req"_s));
        }
    }

    void requiresASignatureForLogs()
    {
        requireSignatures();
        send(R"({"command":"upload_logs"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["success"_L1], QJsonValue(false));
        QVERIFY(m_link->messages().first()["remarks"_L1].toString().contains(u"signed commands"_s));
    }

    void ignoresSignaturesWithoutOperatorKeys()
    {
        send(R"({"command":"cancel_update","command_no":1,"cancels":9,"jws":"a.b.c"})");
        send(R"({"command":"cancel_update","command_no":2,"cancels":9,"jws":[]})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QCOMPARE(m_link->messages().first()["error"_L1], QJsonValue(u"bad_request"_s));
    }

    void carriesOutOnlyWhatWasSigned()
    {
        requireSignatures();
        sendServerTime();
        // The readable part names a higher version and another address.
        QByteArray body = signedCommand(update(1, 2));
        body.replace("\"version\":2", "\"version\":7").replace(m_web.url().toEncoded(), "https://example.net/evil.zip");
        send(body);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QVERIFY2(m_link->messages().first()["succcess"_L1].toBool(), m_link->sent.first());
        QCOMPARE(readWhole(m_folder->filePath(u"SmartMeter/ocr.version"_s)), "2");
    }

    void repliesToAReplayFromTheRecord()
    {
        requireSignatures();
        sendServerTime();
        const QByteArray once = signedCommand(update(1, 2));
        send(once);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QTRY_COMPARE_WITH_TIMEOUT(lettersWaiting(), 0, limit);
        const auto downloads = m_web.requests().size();
        // Another readable part doesn't make it another command.
        QByteArray again = once;
        again.replace("\"command_no\":1", "\"command_no\":77");
        send(again);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QCOMPARE(m_link->messages().last()["command_no"_L1], QJsonValue(1));
        QVERIFY(m_link->messages().last()["remarks"_L1].toString().isEmpty()); // not "already installed"
        QCOMPARE(m_web.requests().size(), downloads);
    }

    // An attacker who recorded the stream sends a command again, after so many others that the device has forgotten it.
    void refusesAReplayOfAForgottenCommand()
    {
        requireSignatures();
        sendServerTime();
        const auto cancel = [this](int number, int second) {
            return signedCommand(
                R"({"command":"cancel_update","cancels":9,"command_no":)" + QByteArray::number(number) + '}', second);
        };
        const QByteArray first =
            signedCommand(R"({"command":"restart_process","process_name":"ocr","command_no":1})", -500);
        send(first);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        for (int number = 2; number <= 260; ++number) {
            send(cancel(number, number - 500));
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 260, limit);
        restart();
        sendServerTime();
        send(first);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->messages().last()["error"_L1], QJsonValue(u"expired"_s), limit);
        QCOMPARE(m_link->messages().last()["command_no"_L1], QJsonValue(1));
        QCOMPARE(m_watchdog->requestsOf<control::Restart>().size(), 1);
    }

    void keepsTheRecordFromUnsignedCommands()
    {
        requireSignatures();
        sendServerTime();
        const QByteArray cancel = signedCommand(R"({"command":"cancel_update","command_no":1,"cancels":9})");
        send(cancel);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QTRY_COMPARE_WITH_TIMEOUT(lettersWaiting(), 0, limit);
        for (int i = 2; i < 400; ++i) {
            send(R"({"command":"cancel_update","cancels":9,"command_no":)" + QByteArray::number(i) + '}');
        }
        // The first ones get a reply, a flood doesn't.
        QVERIFY(m_link->sent.size() > 1 && m_link->sent.size() < 100);
        QCOMPARE(lettersWaiting(), 0);
        QFile record(m_settings->tree.commandRecord());
        QVERIFY(record.open(QIODevice::ReadOnly));
        QVERIFY(record.readAll().contains("cancel_update"));
        const auto before = m_link->sent.size();
        send(cancel);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), before + 1, limit);
        QCOMPARE(m_link->messages().last(), m_link->messages().first());
    }

    void judgesLateCommandsByTheServersTime()
    {
        const QByteArray inAnHour = QDateTime::currentDateTimeUtc().addSecs(3600).toString(Qt::ISODate).toLatin1();
        const QByteArray command = R"({"command":"cancel_update","cancels":9,"command_no":)";
        send(command + "1,\"not_after\":\"" + inAnHour + "\"}");
        QCOMPARE(m_link->sent.size(), 0); // waits for the server's time
        sendServerTime(2h);               // our clock is behind
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["error"_L1], QJsonValue(u"expired"_s));
        sendServerTime(0ms);
        send(command + "2,\"not_after\":\"" + inAnHour + "\"}");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QCOMPARE(m_link->messages().last()["error"_L1], QJsonValue(u"bad_request"_s));
    }
};

QTEST_GUILESS_MAIN(TestCommandIntake)
#include "tst_command_intake.moc"
