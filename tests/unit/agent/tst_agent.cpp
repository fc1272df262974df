// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/Agent.h"
#include "agent/DeviceFactsReader.h"
#include "crypto/Jws.h"
#include "FakePanelLink.h"
#include "support/FakeWatchdog.h"
#include "support/HttpServer.h"
#include "support/ManualClock.h"
#include "support/ReleaseKit.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 20'000;
const QString panel = u"panel@example.org"_s;

xmpp::IncomingMessage fromPanel(const QByteArray &body)
{
    xmpp::IncomingMessage message;
    message.from = panel + u"/phone"_s;
    message.fromBare = panel;
    message.body = body;
    message.stamp = QDateTime::currentDateTimeUtc();
    return message;
}

} // namespace

class TestAgent : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    SystemClock m_clock;
    std::unique_ptr<FakeWatchdog> m_watchdog;
    std::unique_ptr<FakePanelLink> m_link;
    std::unique_ptr<Agent> m_agent;
    std::optional<AgentSettings> m_settings;
    HttpServer m_web;
    SigningKey m_operator;

    void restart()
    {
        m_agent.reset();
        m_link = std::make_unique<FakePanelLink>();
        m_agent = std::make_unique<Agent>(*m_settings, *m_link, *m_watchdog, m_clock);
        m_agent->start();
        m_link->goOnline();
    }
    void say(const QByteArray &body) { Q_EMIT m_link->messageReceived(fromPanel(body)); }
    void serverTime(std::chrono::milliseconds offset = 0ms) { Q_EMIT m_link->serverTimeKnown(offset); }
    // Whatever can come of what was said has come.
    bool settles(qsizetype messages)
    {
        if (!QTest::qWaitFor([&] { return m_link->sent.size() >= messages; }, limit)) {
            return false;
        }
        // One more question: its answer comes after everything else.
        const auto before = m_link->sent.size();
        say(R"({"command":"cancel_update","command_no":2147483647,"cancels":1})");
        return QTest::qWaitFor([&] { return m_link->sent.size() > before; }, limit) &&
               m_link->sent.size() == messages + 1;
    }
    // That the panel has not acknowledged.
    [[nodiscard]] qsizetype lettersWaiting() const
    {
        return QDir(m_settings->tree.outbox()).entryList(QDir::Files).size();
    }
    void demandSignatures()
    {
        m_settings->config.operatorKeys = {publicKeyOf(m_operator).value()};
        restart();
    }
    // Signed `from` seconds from now, for until `to`.
    QByteArray jws(const QByteArray &command, int from = 0, int to = 3600,
                   const QString &device = u"device@example.org"_s) const
    {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        QJsonObject payload = QJsonDocument::fromJson(command).object();
        payload["aud"_L1] = device;
        payload["iat"_L1] = now.addSecs(from).toSecsSinceEpoch();
        payload["exp"_L1] = now.addSecs(to).toSecsSinceEpoch();
        return signJws(QJsonDocument(payload).toJson(), m_operator).value();
    }
    QByteArray signedCommand(const QByteArray &command, int from = 0, int to = 3600,
                             const QString &device = u"device@example.org"_s) const
    {
        return command.chopped(1) + ",\"jws\":\"" + jws(command, from, to, device) + "\"}";
    }
    QByteArray update(int number, int version, const QByteArray &more = {}) const
    {
        const QByteArray v = QByteArray::number(version);
        return "{\"command\":\"smart_meter_update\",\"command_no\":" + QByteArray::number(number) + ",\"url\":\"" +
               m_web.url().toEncoded() + "\",\"processes\":[{\"process_name\":\"ocr\",\"version\":" + v +
               "},{\"process_name\":\"dlms\",\"version\":" + v + "}]" + more + '}';
    }

private Q_SLOTS:
    void initTestCase() { m_operator = newSigningKey(u"operator"_s).value(); }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        DeviceConfig config;
        config.clientJid = u"device@example.org"_s;
        config.panelJid = panel;
        config.rpiUniqueId = u"b8:27:eb:00:00:01"_s;
        config.allowHttp = true;
        m_settings = AgentSettings{config, DeviceTree(m_folder->path())};
        m_settings->version = 5;
        m_settings->watchdogPort = 1;
        m_settings->swapTimes = {.confirm = 300ms, .settle = 10ms, .watchdogAway = 300ms, .poll = 5ms};
        m_settings->downloadLimits.firstPause = 1ms;
        m_settings->downloadLimits.longestPause = 2ms;
        m_settings->downloadLimits.reservedBytes = 0;
        m_settings->fileStoreLimit = 50ms;
        m_settings->holdPoll = 5ms;
        m_settings->bootIdFile = m_folder->filePath(u"boot_id"_s);
        QVERIFY(test::writeFile(m_settings->bootIdFile, "first\n"));
        m_settings->watchdogVersion = [] {
            return std::optional(7);
        };
        QVERIFY(m_settings->tree.ensureFolders());
        QVERIFY(install(m_folder->path(), meterRelease(1)));
        m_watchdog = std::make_unique<FakeWatchdog>(m_folder->path());
        m_web.setHandler([](const HttpRequest &request, QTcpSocket *socket) {
            const QTemporaryDir folder;
            (void)makeZip(folder.filePath(u"a.zip"_s), meterRelease(2));
            HttpServer::serve(request, socket, readWhole(folder.filePath(u"a.zip"_s)));
        });
        restart();
    }
    void cleanup()
    {
        m_agent.reset();
        m_link.reset();
    }

    // --- who is obeyed

    void strangersAreNotObeyed_data()
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
        row("somebody", false, [](auto &m) { m.fromBare = u"somebody@example.org"_s; });
        row("the server", false, [](auto &m) { m.fromBare = u"example.org"_s; });
        row("nobody", false, [](auto &m) { m.fromBare.clear(); });
        row("the panel's name elsewhere", false, [](auto &m) { m.fromBare = u"panel@example.org.evil.net"_s; });
        row("a longer name", false, [](auto &m) { m.fromBare = u"xpanel@example.org"_s; });
        row("a look-alike", false, [](auto &m) { m.fromBare = u"p\u0430nel@example.org"_s; });
        row("the device itself", false, [](auto &m) { m.fromBare = u"device@example.org"_s; });
        row("a carbon", false, [](auto &m) { m.carbon = true; });
        row("from the archive", false, [](auto &m) { m.fromArchive = true; });
    }

    void strangersAreNotObeyed()
    {
        QFETCH(const xmpp::IncomingMessage, message);
        QFETCH(const bool, obeyed);
        Q_EMIT m_link->messageReceived(message);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), obeyed ? 1 : 0, limit);
        QVERIFY(settles(obeyed ? 1 : 0));
    }

    // --- what is answered

    void hostileCommands_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("error"); // of the result; empty: no answer at all
        QTest::newRow("nothing") << QByteArray() << QString();
        QTest::newRow("words") << QByteArray("please update") << QString();
        QTest::newRow("a list") << QByteArray("[]") << QString();
        QTest::newRow("a result") << QByteArray(R"({"from":"x","succcess":true})") << QString();
        QTest::newRow("unknown") << QByteArray(R"({"command":"reboot"})") << QString();
        QTest::newRow("unknown with number")
            << QByteArray(R"({"command":"reboot","command_no":1})") << u"unknown_command"_s;
        QTest::newRow("reboot without number") << QByteArray(R"({"command":"reboot_system"})") << QString();
        QTest::newRow("no way back") << QByteArray(R"({"command":"rollback","command_no":1,"component":"SmartMeter"})")
                                     << u"install_failed"_s;
        QTest::newRow("back to nowhere") << QByteArray(R"({"command":"rollback","command_no":1,"component":"../.."})")
                                         << u"bad_request"_s;
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

    void hostileCommands()
    {
        QFETCH(const QByteArray, body);
        QFETCH(const QString, error);
        say(body);
        QVERIFY(settles(error.isEmpty() ? 0 : 1));
        if (!error.isEmpty()) {
            const QJsonObject result = m_link->messages().first();
            QCOMPARE(result["command_no"_L1], QJsonValue(1));
            QCOMPARE(result["succcess"_L1], QJsonValue(false));
            QCOMPARE(result["error"_L1], QJsonValue(error));
            QVERIFY(!result["remarks"_L1].toString().isEmpty());
        }
    }

    void aRepeatIsAnsweredFromTheRecord()
    {
        say(update(1, 2));
        say(update(1, 2)); // while it runs: nothing
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QVERIFY(m_link->messages().first()["succcess"_L1].toBool());
        const auto downloads = m_web.requests().size();
        restart();
        say("  " + update(1, 2)); // white space is no content
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QVERIFY(m_link->messages().first()["succcess"_L1].toBool());
        QVERIFY(m_link->messages().first()["remarks"_L1].toString().isEmpty());
        say(update(1, 2, ",\"progress\":false")); // other content
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QCOMPARE(m_link->messages().last()["remarks"_L1], QJsonValue(u"already installed"_s));
        QCOMPARE(m_web.requests().size(), downloads);
    }

    void anotherUpdateIsToldToWait()
    {
        m_web.setHandler({});
        say(update(1, 2));
        say(update(2, 2));
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["error"_L1], QJsonValue(u"busy"_s));
        say(R"({"command":"cancel_update","command_no":3,"cancels":1})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 3, limit);
        QJsonObject cancelled;
        QJsonObject cancel;
        for (const QJsonObject &message : m_link->messages()) {
            (message["command_no"_L1] == 1 ? cancelled : cancel) = message;
        }
        QCOMPARE(cancelled["error"_L1], QJsonValue(u"cancelled"_s));
        QVERIFY(cancel["succcess"_L1].toBool());
    }

    void operatorsMustSignWhereThereAreKeys_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("error"); // of the answer; empty: it is obeyed
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
        QTest::newRow("versions are for everyone") << QByteArray(R"({"command":"version_req"})") << QString();
        QTest::newRow("versions, signed") << signedCommand(R"({"command":"version_req"})") << QString();
        QTest::newRow("versions, badly signed")
            << QByteArray(R"({"command":"version_req","command_no":1,"jws":"a.b.c"})") << u"bad_signature"_s;
    }

    void operatorsMustSignWhereThereAreKeys()
    {
        QFETCH(const QByteArray, body);
        QFETCH(const QString, error);
        demandSignatures();
        serverTime();
        say(body);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        const QJsonObject reply = m_link->messages().first();
        QCOMPARE(reply["error"_L1].toString(), error);
        if (error.isEmpty()) {
            QCOMPARE(reply["command"_L1], QJsonValue(u"version_req"_s));
        }
    }

    void logsMustBeAskedForByAnOperator()
    {
        demandSignatures();
        say(R"({"command":"upload_logs"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["success"_L1], QJsonValue(false));
        QVERIFY(m_link->messages().first()["remarks"_L1].toString().contains(u"signed commands"_s));
    }

    void devicesWithoutOperatorKeysIgnoreSignatures()
    {
        say(R"({"command":"cancel_update","command_no":1,"cancels":9,"jws":"a.b.c"})");
        say(R"({"command":"cancel_update","command_no":2,"cancels":9,"jws":[]})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QCOMPARE(m_link->messages().first()["error"_L1], QJsonValue(u"bad_request"_s));
    }

    void onlyWhatWasSignedIsDone()
    {
        demandSignatures();
        serverTime();
        // The readable part names a higher version and another address.
        QByteArray body = signedCommand(update(1, 2));
        body.replace("\"version\":2", "\"version\":7").replace(m_web.url().toEncoded(), "https://example.net/evil.zip");
        say(body);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QVERIFY2(m_link->messages().first()["succcess"_L1].toBool(), m_link->sent.first());
        QCOMPARE(readWhole(m_folder->filePath(u"SmartMeter/ocr.version"_s)), "2");
    }

    void aReplayIsAnsweredFromTheRecord()
    {
        demandSignatures();
        serverTime();
        const QByteArray once = signedCommand(update(1, 2));
        say(once);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QTRY_COMPARE_WITH_TIMEOUT(lettersWaiting(), 0, limit);
        const auto downloads = m_web.requests().size();
        // Another readable part doesn't make it another command.
        QByteArray again = once;
        again.replace("\"command_no\":1", "\"command_no\":77");
        say(again);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QCOMPARE(m_link->messages().last()["command_no"_L1], QJsonValue(1));
        QVERIFY(m_link->messages().last()["remarks"_L1].toString().isEmpty()); // not "already installed"
        QCOMPARE(m_web.requests().size(), downloads);
    }

    // Whoever kept what went over the wire says it again, after so many others that the device has forgotten it.
    void aReplayOfWhatWasForgottenIsRefused()
    {
        demandSignatures();
        serverTime();
        const auto cancel = [this](int number, int second) {
            return signedCommand(
                R"({"command":"cancel_update","cancels":9,"command_no":)" + QByteArray::number(number) + '}', second);
        };
        const QByteArray first =
            signedCommand(R"({"command":"restart_process","process_name":"ocr","command_no":1})", -500);
        say(first);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        for (int number = 2; number <= 260; ++number) {
            say(cancel(number, number - 500));
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 260, limit);
        restart();
        serverTime();
        say(first);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->messages().last()["error"_L1], QJsonValue(u"expired"_s), limit);
        QCOMPARE(m_link->messages().last()["command_no"_L1], QJsonValue(1));
        QCOMPARE(m_watchdog->requestsOf<control::Restart>().size(), 1);
    }

    void whoCantSignCantPushOthersOutOfTheRecord()
    {
        demandSignatures();
        serverTime();
        const QByteArray cancel = signedCommand(R"({"command":"cancel_update","command_no":1,"cancels":9})");
        say(cancel);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QTRY_COMPARE_WITH_TIMEOUT(lettersWaiting(), 0, limit);
        for (int i = 2; i < 400; ++i) {
            say(R"({"command":"cancel_update","cancels":9,"command_no":)" + QByteArray::number(i) + '}');
        }
        // Each that is answered is answered; a flood isn't.
        QVERIFY(m_link->sent.size() > 1 && m_link->sent.size() < 100);
        QCOMPARE(lettersWaiting(), 0);
        QFile record(m_settings->tree.commandRecord());
        QVERIFY(record.open(QIODevice::ReadOnly));
        QVERIFY(record.readAll().contains("cancel_update"));
        const auto before = m_link->sent.size();
        say(cancel);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), before + 1, limit);
        QCOMPARE(m_link->messages().last(), m_link->messages().first());
    }

    void releasesMustBeSignedWhereThereAreKeys()
    {
        m_settings->config.releaseKeys = {PublicKey{u"k"_s, QByteArray(32, 'k')}};
        restart();
        const auto before = m_web.requests().size();
        say(update(1, 2));
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["error"_L1], QJsonValue(u"not_signed"_s));
        QCOMPARE(m_web.requests().size(), before);
    }

    // --- the other commands

    void theMachineIsRestartedOnce()
    {
        const QByteArray command = R"({"command":"reboot_system","command_no":1})";
        say(command);
        say(command);
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
        say(command);
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QVERIFY(m_link->messages().last()["succcess"_L1].toBool());
        QVERIFY(settles(2));
        QCOMPARE(m_watchdog->requestsOf<control::Reboot>().size(), 2);
    }

    void aRestartThatDoesNotHappenIsSaid()
    {
        m_settings->rebootLimit = 20ms;
        restart();
        say(R"({"command":"reboot_system","command_no":1})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["succcess"_L1], QJsonValue(false));
        QVERIFY(m_link->messages().first()["remarks"_L1].toString().contains(u"didn't restart"_s));
        QVERIFY(settles(1));
    }

    void noRestartInTheMiddleOfASwap()
    {
        m_settings->swapTimes.confirm = 24h;
        m_watchdog->onRelease = [this] {
            // The new release never shows life.
            QFile::remove(m_folder->filePath(u"SmartMeter/dlms.version"_s));
        };
        restart();
        say(update(1, 2));
        QTRY_VERIFY_WITH_TIMEOUT(!m_watchdog->requestsOf<control::Release>().isEmpty(), limit);
        say(R"({"command":"reboot_system","command_no":2})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["error"_L1], QJsonValue(u"busy"_s));
        QVERIFY(m_watchdog->requestsOf<control::Reboot>().isEmpty());
    }

    void aFailedUpdateBringsItsLogAlong()
    {
        m_settings->config.clientPassword = u"canary-password"_s;
        m_watchdog->lastLines = {{u"ocr"_s, {u"no camera"_s, u"login with canary-password failed"_s}}};
        m_web.setHandler([](const HttpRequest &request, QTcpSocket *socket) {
            const QTemporaryDir folder;
            (void)makeZip(folder.filePath(u"a.zip"_s), meterRelease(-2));
            HttpServer::serve(request, socket, readWhole(folder.filePath(u"a.zip"_s)));
        });
        restart();
        say(update(1, 2));
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

    void aHeldUpdateIsToldAgainToWhoeverComes()
    {
        QVERIFY(test::writeFile(m_settings->tree.hold(), {}));
        const auto heldMessages = [this] {
            qsizetype held = 0;
            for (const QJsonObject &message : m_link->messages()) {
                held += message["state"_L1] == u"waiting"_s && message["remarks"_L1].toString().contains(u"cfg/hold"_s);
            }
            return held;
        };
        say(update(1, 2, ",\"progress\":true"));
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

    void thePackagesTellTheirVersion()
    {
        m_settings->config.sitePackages = m_folder->filePath(u"packages"_s);
        restart();
        say(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QVERIFY(!m_link->messages().last().contains("packages_version"_L1));
        QVERIFY(test::writeFile(m_folder->filePath(u"packages/version"_s), "4\n"));
        say(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QCOMPARE(m_link->messages().last()["packages_version"_L1], QJsonValue(4));
    }

    void whatIsKnownIsToldWithoutAWatchdog()
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
        say(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        const QJsonArray processes = m_link->messages().last()["processes"_L1].toArray();
        QCOMPARE(processes.size(), 2);
        QCOMPARE(processes[0]["process_name"_L1], QJsonValue(u"uplink"_s));
        QCOMPARE(processes[0]["version"_L1], QJsonValue(4));
        QCOMPARE(processes[0]["isDead"_L1], QJsonValue(false));
        QCOMPARE(processes[1]["isDead"_L1], QJsonValue(true));
    }

    // --- time

    void lateCommandsAreJudgedByTheServersTime()
    {
        const QByteArray inAnHour = QDateTime::currentDateTimeUtc().addSecs(3600).toString(Qt::ISODate).toLatin1();
        const QByteArray command = R"({"command":"cancel_update","cancels":9,"command_no":)";
        say(command + "1,\"not_after\":\"" + inAnHour + "\"}");
        QCOMPARE(m_link->sent.size(), 0); // waits for the server's time
        serverTime(2h);                   // our clock is behind
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["error"_L1], QJsonValue(u"expired"_s));
        serverTime(0ms);
        say(command + "2,\"not_after\":\"" + inAnHour + "\"}");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        QCOMPARE(m_link->messages().last()["error"_L1], QJsonValue(u"bad_request"_s));
    }

    void requestsFromTheStoreAreAnsweredOnce()
    {
        auto message = fromPanel(R"({"command":"version_req"})");
        message.delayed = true;
        for (int i = 0; i < 20; ++i) {
            Q_EMIT m_link->messageReceived(message);
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QVERIFY(settles(1));
    }

    // --- after a restart

    void whatARestartInterruptedIsAnswered()
    {
        {
            CommandJournal record(m_settings->tree.commandRecord());
            QVERIFY(record.load());
            QVERIFY(record.begin({1, QByteArray(32, 'a')}, u"restart_process"_s));
            QVERIFY(record.begin({2, QByteArray(32, 'b')}, u"upload_logs"_s));
        }
        restart();
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        for (const QJsonObject &message : m_link->messages()) {
            QCOMPARE(message["success"_L1], QJsonValue(false));
            QVERIFY(message["remarks"_L1].toString().contains(u"interrupted"_s));
        }
        QTRY_VERIFY_WITH_TIMEOUT(QDir(m_settings->tree.outbox()).isEmpty(), limit);
        restart();
        QVERIFY(settles(0));
    }

    void aRunningUpdateGoesOnAfterARestart()
    {
        const auto before = m_web.requests().size();
        m_web.setHandler({});
        say(update(1, 2));
        QTRY_COMPARE_WITH_TIMEOUT(m_web.requests().size(), before + 1, limit);
        m_web.setHandler([](const HttpRequest &, QTcpSocket *socket) { HttpServer::respond(socket, "410 Gone", {}); });
        restart();
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QCOMPARE(m_link->messages().first()["remarks"_L1], QJsonValue(u"download failed: HTTP 410 from 127.0.0.1"_s));
        QVERIFY(settles(1));
    }

    // --- logs and the panel map

    void logsGoWhereTheyAreTaken_data()
    {
        QTest::addColumn<bool>("serverTakes");
        QTest::addColumn<bool>("serverWorks");
        QTest::addColumn<bool>("hasAddress");
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<bool>("success");
        QTest::addColumn<bool>("posted");
        QTest::newRow("to the server") << true << true << true << QByteArray("200 OK") << true << false;
        QTest::newRow("to the address") << false << false << true << QByteArray("201 Created") << true << true;
        QTest::newRow("the server fails") << true << false << true << QByteArray("200 OK") << true << true;
        QTest::newRow("nobody takes them") << false << false << false << QByteArray() << false << false;
        QTest::newRow("the address refuses") << false << false << true << QByteArray("500 No") << false << true;
        QTest::newRow("the address redirects") << false << false << true << QByteArray("302 Found") << false << true;
    }

    void logsGoWhereTheyAreTaken()
    {
        QFETCH(const bool, serverTakes);
        QFETCH(const bool, serverWorks);
        QFETCH(const bool, hasAddress);
        QFETCH(const QByteArray, status);
        QFETCH(const bool, success);
        QFETCH(const bool, posted);
        m_web.setHandler([&](const HttpRequest &, QTcpSocket *socket) {
            HttpServer::respond(socket, status, {}, "Location: /elsewhere\r\n");
        });
        if (hasAddress) {
            m_settings->config.logUploadUrl = m_web.url(u"/logs"_s);
        }
        const auto before = m_web.requests().size();
        restart();
        if (serverTakes) {
            m_link->uploadAnswer = serverWorks ? Result<QUrl>(QUrl(u"https://files.example.org/1"_s))
                                               : fail(ErrorCode::Network, u"the store is full"_s);
        }
        QVERIFY(test::writeFile(m_settings->tree.log(u"ocr"_s), "a line\n"));
        say(R"({"command":"upload_logs","command_no":1})");
        say(R"({"command":"upload_logs"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 2, limit);
        for (const QJsonObject &reply : m_link->messages()) {
            QCOMPARE(reply["command"_L1], QJsonValue(u"upload_logs"_s));
            QCOMPARE(reply["success"_L1], QJsonValue(success));
            QCOMPARE(reply["remarks"_L1].toString().isEmpty(), success);
        }
        QCOMPARE(m_web.requests().size() - before, posted ? 1 : 0);
        if (posted) {
            const HttpRequest request = m_web.requests().last();
            QCOMPARE(request.method, "POST");
            QCOMPARE(request.headers.value("panel"), "b8:27:eb:00:00:01");
            QCOMPARE(request.headers.value("module"), "logs");
            QVERIFY(request.body.contains("name=\"file\""));
            QVERIFY(request.body.contains("logs/ocr.log"));
        }
    }

    void theServersWordOnItsFileStoreIsWaitedFor()
    {
        m_settings->fileStoreLimit = 20s;
        restart();
        QVERIFY(test::writeFile(m_settings->tree.log(u"ocr"_s), "a line\n"));
        say(R"({"command":"upload_logs"})");
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_settings->tree.downloads() + u"/logs.zip"_s), limit);
        QVERIFY(m_link->sent.isEmpty());
        m_link->uploadAnswer = Result<QUrl>(QUrl(u"https://files.example.org/1"_s));
        // Packing may still be hashing; told again, as after a new login.
        QTRY_VERIFY_WITH_TIMEOUT((Q_EMIT m_link->uploadAvailable(), !m_link->sent.isEmpty()), limit);
        QVERIFY(m_link->messages().first()["success"_L1].toBool());
    }

    void noLogsIsSaid()
    {
        say(R"({"command":"upload_logs"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_link->sent.size(), 1, limit);
        QVERIFY(m_link->messages().first()["remarks"_L1].toString().contains(u"no logs"_s));
    }

    void oldLogsAreLeftOutWhenTheyAreTooMany()
    {
        QVERIFY(test::writeFile(m_settings->tree.log(u"old"_s), QByteArray(600, 'o')));
        QVERIFY(test::writeFile(m_settings->tree.log(u"new"_s), QByteArray(600, 'n')));
        QFile old(m_settings->tree.log(u"old"_s));
        QVERIFY(old.open(QIODevice::ReadWrite));
        QVERIFY(old.setFileTime(QDateTime::currentDateTime().addDays(-1), QFileDevice::FileModificationTime));
        old.close();
        const QString zip = m_folder->filePath(u"logs.zip"_s);
        const auto bundle = packLogs(m_settings->tree.logs(), zip, 1000, {});
        QVERIFY(bundle);
        QCOMPARE(bundle->leftOut, 1);
        const auto entries = listZip(zip);
        QVERIFY(entries && entries->size() == 1);
        QCOMPARE(entries->first().path, u"logs/new.log"_s);
    }

    void thePanelMapIsKept_data()
    {
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<bool>("kept");
        QTest::newRow("object") << QByteArray("200 OK") << QByteArray(R"({"panel":1})") << true;
        QTest::newRow("list") << QByteArray("201 Created") << QByteArray("[1]") << true;
        QTest::newRow("not JSON") << QByteArray("200 OK") << QByteArray("<html>") << false;
        QTest::newRow("nothing") << QByteArray("200 OK") << QByteArray() << false;
        QTest::newRow("cut JSON") << QByteArray("200 OK") << QByteArray(R"({"panel":)") << false;
        QTest::newRow("error") << QByteArray("500 Oops") << QByteArray(R"({"panel":1})") << false;
        QTest::newRow("redirect") << QByteArray("302 Found") << QByteArray(R"({"panel":1})") << false;
        QTest::newRow("too large") << QByteArray("200 OK") << QByteArray('[' + QByteArray(2'000'000, ' ') + ']')
                                   << false;
    }

    void thePanelMapIsKept()
    {
        QFETCH(const QByteArray, status);
        QFETCH(const QByteArray, body);
        QFETCH(const bool, kept);
        m_web.setHandler([&](const HttpRequest &, QTcpSocket *socket) { HttpServer::respond(socket, status, body); });
        const QString file = m_folder->filePath(u"panelmap.json"_s);
        QVERIFY(test::writeFile(file, "old"));
        PanelMapCall call(m_web.url(u"/api/panelmap"_s), u"b8:27"_s, file, {}, {24h, 1h, 1h});
        std::optional<std::optional<Error>> called;
        connect(&call, &PanelMapCall::called, this, [&](const auto &failure) { called = failure; });
        call.start();
        QTRY_VERIFY_WITH_TIMEOUT(called.has_value(), limit);
        QCOMPARE(!called->has_value(), kept);
        QCOMPARE(readWhole(file), kept ? body : "old");
        const HttpRequest request = m_web.requests().last();
        QCOMPARE(request.path, "/api/panelmap");
        QCOMPARE(request.body, R"({"panel_id":"b8:27"})");
        QCOMPARE(request.headers.value("accept"), "application/json");
        QCOMPARE(request.headers.value("content-type"), "application/json");
    }

    // --- facts

    void factsAreReadOrLeftOut()
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

QTEST_GUILESS_MAIN(TestAgent)
#include "tst_agent.moc"
