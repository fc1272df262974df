// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/AgentDevice.h"
#include "integration/XmppEndpoint.h"
#include "integration/XmppFakeServer.h"
#include "protocol/Reply.h"
#include "support/HttpProxy.h"
#include "support/HttpServer.h"

#include <QDirIterator>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QNetworkAccessManager>
#include <QNetworkReply>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 30'000;
const QString deviceJid = u"device@localhost"_s;
const QString panelJid = u"panel@localhost"_s;
const QString strangerJid = u"stranger@localhost"_s;
const QString secret = u"canary-password"_s;

} // namespace

// The real agent on a real server. The panel is nothing but a chat client: what it sends is typed by hand, what it gets
// is looked at as JSON.
class TestAgentDevice : public QObject
{
    Q_OBJECT

private:
    // One for each test, so that nothing of another one is still under way.
    std::unique_ptr<ProsodyServer> m_server;
    std::unique_ptr<AgentDevice> m_device;
    std::unique_ptr<Endpoint> m_panel;
    HttpServer m_web;
    QByteArray m_zip;
    bool m_webIsSilent = false;

    QList<QJsonObject> messages() const
    {
        QList<QJsonObject> all;
        for (const QByteArray &body : m_panel->bodies()) {
            all += QJsonDocument::fromJson(body).object();
        }
        return all;
    }
    QList<QJsonObject> resultsOf(int number) const
    {
        QList<QJsonObject> all = messages();
        all.removeIf([number](const QJsonObject &message) {
            return message["command_no"_L1].toInt() != number || !message.contains("succcess"_L1);
        });
        return all;
    }
    QList<QJsonObject> named(const QString &command) const
    {
        QList<QJsonObject> all = messages();
        all.removeIf([&command](const QJsonObject &message) { return message["command"_L1] != command; });
        return all;
    }
    void type(const QByteArray &body) { m_panel->session.send(deviceJid, body); }
    QByteArray updateCommand(int number, int version) const
    {
        QByteArray command = R"({"command":"smart_meter_update","command_no":NUMBER,"url":"URL","processes":[)"
                             R"({"process_name":"ocr","version":VERSION},{"process_name":"dlms","version":VERSION}]})";
        return command.replace("NUMBER", QByteArray::number(number))
            .replace("URL", m_web.url().toEncoded())
            .replace("VERSION", QByteArray::number(version));
    }
    bool deviceIsOnline()
    {
        // The server may still show the one that was killed before, so the agent's own word is needed too.
        return QTest::qWaitFor(
            [this] { return m_panel->presence.value(deviceJid) && m_device->log().contains(u"online as"_s); }, limit);
    }

    // In no log and nowhere else on the card, but for the encrypted configuration.
    void thePasswordIsNowhere()
    {
        QDirIterator it(m_device->root(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            const QByteArray content = readWhole(it.next());
            for (const QByteArray &canary : {secret.toUtf8(), secret.toUtf8().toBase64().chopped(2)}) {
                QVERIFY2(!content.contains(canary), qPrintable(u"the password is in "_s + it.filePath()));
            }
        }
        QVERIFY(!m_device->log().isEmpty());
    }

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<ProsodyServer>();
        QVERIFY2(m_server->start({{deviceJid, secret}, {panelJid, u"p"_s}, {strangerJid, u"s"_s}}),
                 qPrintable(m_server->errorString()));
        m_device = std::make_unique<AgentDevice>();
        QVERIFY(m_device->configure(*m_server, deviceJid, secret, panelJid));
        QVERIFY(m_device->listen());
        QVERIFY(install(m_device->root(), meterRelease(1)));
        const QTemporaryDir folder;
        QVERIFY(makeZip(folder.filePath(u"a.zip"_s), meterRelease(2)));
        m_zip = readWhole(folder.filePath(u"a.zip"_s));
        m_webIsSilent = false;
        m_web.setHandler([this](const HttpRequest &request, QTcpSocket *socket) {
            if (!m_webIsSilent) {
                HttpServer::serve(request, socket, m_zip);
            }
        });
        m_panel = std::make_unique<Endpoint>(accountOn(*m_server, panelJid, u"p"_s), quickOptions(xmpp::Role::Panel));
        m_panel->session.start();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->session.isOnline(), limit);
        m_device->start();
        QVERIFY(deviceIsOnline());
    }

    void cleanup()
    {
        thePasswordIsNowhere();
        m_device->kill();
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->log();
        }
        m_panel->session.stop();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->stops > 0, limit);
        m_device.reset();
        m_panel.reset();
        m_server.reset();
    }

    // A second machine with a copy of the card signs in as this one.
    void reportsACopyOfItsCard()
    {
        xmpp::Account copied = accountOn(*m_server, deviceJid, secret);
        copied.resource = u"sgn-agent"_s;
        {
            Endpoint copy(copied, quickOptions(xmpp::Role::Device));
            copy.session.start();
            QTRY_VERIFY_WITH_TIMEOUT(copy.session.isOnline(), limit);
            QTRY_VERIFY_WITH_TIMEOUT(m_device->log().contains(u"another program logged in"), limit);
            copy.session.stop();
            QTRY_VERIFY_WITH_TIMEOUT(copy.stops > 0, limit);
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_device->log().count(u"online as"_s), 2, limit);
        type(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(named(u"version_req"_s).size(), 1, limit);
        QVERIFY(named(u"version_req"_s).first()["problem"_L1].toString().contains(u"copy of its card"));
    }

    // The two share OpenSSL's queue of errors, which is one for each thread.
    void aFailedDownloadEndsNoSession()
    {
        TestCa foreign;
        FakeServer server(FakeServer::Transport::Tls, foreign.issue(u"localhost"_s));
        const QByteArray url = "https://localhost:" + QByteArray::number(server.port()) + "/release.zip";
        for (int number = 1; number <= 3; ++number) {
            type(updateCommand(number, 2).replace(m_web.url().toEncoded(), url));
            QTRY_COMPARE_WITH_TIMEOUT(resultsOf(number).size(), 1, limit);
            QVERIFY2(resultsOf(number).first()["remarks"_L1].toString().contains(u"certificat"),
                     qPrintable(resultsOf(number).first()["remarks"_L1].toString()));
        }
        type(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(named(u"version_req"_s).size(), 1, limit);
        QCOMPARE(m_device->log().count(u"online as"_s), 1);
        QVERIFY(!m_device->log().contains(u"offline:"_s));
    }

    // The names are known to the proxy alone.
    void reachesEverythingThroughAProxy()
    {
        HttpProxy proxy;
        proxy.ports[u"inside.test"_s] = m_server->port();
        proxy.ports[u"releases.test"_s] = static_cast<quint16>(m_web.url().port());
        QVERIFY(m_device->stop());
        QVERIFY(m_device->configure(*m_server, deviceJid, secret, panelJid,
                                    {{u"xmpp_client"_s, QJsonObject{{u"client_jid"_s, deviceJid},
                                                                    {u"client_password"_s, secret},
                                                                    {u"cpanel_jid"_s, panelJid},
                                                                    {u"host"_s, u"inside.test"_s},
                                                                    {u"port"_s, 7000}}},
                                     {u"http_proxy"_s, proxy.url().toString()}}));
        m_device->start();
        QTRY_COMPARE_WITH_TIMEOUT(m_device->log().count(u"online as"_s), 2, limit);
        QVERIFY(proxy.requests.contains("CONNECT inside.test:7000 HTTP/1.1"));

        type(updateCommand(1, 2).replace(m_web.url().toEncoded(), "http://releases.test/release.zip"));
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(1).size(), 1, limit);
        QVERIFY2(resultsOf(1).first()["succcess"_L1].toBool(),
                 qPrintable(resultsOf(1).first()["remarks"_L1].toString()));
        QVERIFY(proxy.requests.contains("GET http://releases.test/release.zip HTTP/1.1"));

        const qsizetype before = proxy.requests.size();
        type(R"({"command":"upload_logs"})");
        QTRY_COMPARE_WITH_TIMEOUT(named(u"upload_logs"_s).size(), 1, limit);
        QVERIFY(named(u"upload_logs"_s).first()["success"_L1].toBool());
        QVERIFY(proxy.requests.size() > before && proxy.requests.last().startsWith("CONNECT "));
    }

    void reportsVersions()
    {
        type(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(named(u"version_req"_s).size(), 1, limit);
        QVERIFY2(m_panel->messages.last().archiveId.isEmpty(), "no later desk has any use for it");
        const QJsonObject report = named(u"version_req"_s).first();
        QCOMPARE(report["from"_L1], QJsonValue(QString::fromLatin1(AgentDevice::id)));
        const QJsonArray processes = report["processes"_L1].toArray();
        QCOMPARE(processes.size(), 2);
        QCOMPARE(processes.at(1)["process_name"_L1], QJsonValue(u"ocr"_s));
        QCOMPARE(processes.at(1)["version"_L1], QJsonValue(1));
        QCOMPARE(processes.at(1)["isDead"_L1], QJsonValue(false));
        QCOMPARE(report["agent_version"_L1], QJsonValue(1));
        QCOMPARE(report["watchdog_version"_L1], QJsonValue(7));
        QVERIFY(report["uptime_s"_L1].toInt() > 0);
        QVERIFY(!report["os"_L1].toString().isEmpty());

        QElapsedTimer timer;
        timer.start();
        type(R"({"command":"version_req"})");
        QVERIFY(QTest::qWaitFor([this] { return named(u"version_req"_s).size() == 2; }, limit));
        qInfo("version_req answered in %lld ms", timer.elapsed());
    }

    void answersWithoutAWatchdog()
    {
        type(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(named(u"version_req"_s).size(), 1, limit);
        m_device->stopListening();
        type(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(named(u"version_req"_s).size(), 2, limit);
        const QJsonObject report = named(u"version_req"_s).last();
        QVERIFY(!report.contains("watchdog_version"_L1));
        QCOMPARE(report["processes"_L1].toArray().size(), 2);
        // No watchdog supervises them, and no pid of theirs is known.
        QCOMPARE(report["processes"_L1].toArray().at(0)["isDead"_L1], QJsonValue(true));
    }

    void updatesTheMeter()
    {
        type(updateCommand(10, 2));
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(10).size(), 1, limit);
        const QJsonObject result = resultsOf(10).first();
        QCOMPARE(result["succcess"_L1], QJsonValue(true));
        QCOMPARE(result["success"_L1], QJsonValue(true));
        QCOMPARE(result["from"_L1], QJsonValue(QString::fromLatin1(AgentDevice::id)));
        QCOMPARE(result["remarks"_L1], QJsonValue(u""_s));
        QCOMPARE(installedFiles(m_device->root(), u"SmartMeter"_s), meterRelease(2));
        QVERIFY(named(u"progress"_s).isEmpty());

        // The same again is answered from the record; other content under the same number is another command.
        const auto downloads = m_web.requests().size();
        type(updateCommand(10, 2));
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(10).size(), 2, limit);
        QCOMPARE(resultsOf(10).last(), result);
        QCOMPARE(m_web.requests().size(), downloads);
        type(updateCommand(10, 1));
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(10).size(), 3, limit);
        QCOMPARE(resultsOf(10).last()["error"_L1], QJsonValue(u"downgrade"_s));
    }

    void reportsWhyAnUpdateFailed()
    {
        m_web.setHandler(
            [](const HttpRequest &, QTcpSocket *socket) { HttpServer::respond(socket, "404 Not Found", {}); });
        type(updateCommand(11, 2));
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(11).size(), 1, limit);
        QCOMPARE(resultsOf(11).first()["succcess"_L1], QJsonValue(false));
        QCOMPARE(resultsOf(11).first()["error"_L1], QJsonValue(u"download_failed"_s));
        QCOMPARE(resultsOf(11).first()["remarks"_L1], QJsonValue(u"download failed: HTTP 404 from 127.0.0.1"_s));
    }

    void killedInTheMiddleOfAnUpdate_data()
    {
        QTest::addColumn<QString>("state");
        QTest::newRow("downloading") << u"downloading"_s;
        QTest::newRow("waiting") << u"waiting"_s;
        QTest::newRow("confirming") << u"confirming"_s;
    }

    void killedInTheMiddleOfAnUpdate()
    {
        QFETCH(const QString, state);
        m_webIsSilent = state == u"downloading"_s;
        m_device->keepsSilent = state == u"waiting"_s;
        type(updateCommand(12, 2));
        // Confirming takes some seconds by itself.
        QTRY_COMPARE_WITH_TIMEOUT(m_device->journalState(), state, limit);
        m_device->kill();
        m_webIsSilent = false;
        m_device->keepsSilent = false;
        m_device->start();
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(12).size(), 1, limit);
        QCOMPARE(resultsOf(12).first()["succcess"_L1], QJsonValue(true));
        QCOMPARE(installedFiles(m_device->root(), u"SmartMeter"_s), meterRelease(2));
        // A second start has nothing to report any more.
        QTRY_VERIFY_WITH_TIMEOUT(QDir(m_device->path(u"downloads/outbox"_s)).isEmpty(), limit);
        m_device->kill();
        m_device->start();
        type(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(named(u"version_req"_s).size(), 1, limit);
        QCOMPARE(resultsOf(12).size(), 1);
    }

    void commandsWaitForAnOfflineDevice()
    {
        QVERIFY(m_device->stop());
        QTRY_VERIFY_WITH_TIMEOUT(!m_panel->presence.value(deviceJid), limit);
        type(R"({"command":"version_req"})");
        type(R"({"command":"version_req"})");
        type(updateCommand(13, 2));
        QByteArray expired = updateCommand(14, 3);
        expired.chop(1);
        type(expired + R"(,"not_after":"2020-01-01T00:00:00Z"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_panel->acknowledged.size(), 4, limit);
        m_device->start();
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(13).size(), 1, limit);
        QCOMPARE(resultsOf(13).first()["succcess"_L1], QJsonValue(true));
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(14).size(), 1, limit);
        QCOMPARE(resultsOf(14).first()["error"_L1], QJsonValue(u"expired"_s));
        QCOMPARE(named(u"version_req"_s).size(), 1);
        const auto isReport = [](const xmpp::IncomingMessage &message) {
            return message.body.contains("\"processes\"");
        };
        const auto report = std::ranges::find_if(m_panel->messages, isReport);
        QVERIFY2(!report->archiveId.isEmpty(), "who has requested it may be gone");
    }

    void obeysOnlyThePanel()
    {
        Endpoint stranger(accountOn(*m_server, strangerJid, u"s"_s), quickOptions(xmpp::Role::Panel));
        stranger.session.start();
        QTRY_VERIFY_WITH_TIMEOUT(stranger.session.isOnline(), limit);
        stranger.session.send(deviceJid, updateCommand(15, 2));
        stranger.session.send(deviceJid, R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(stranger.acknowledged.size(), 2, limit);
        QTRY_VERIFY_WITH_TIMEOUT(m_device->log().contains(u"dropped a message from stranger@localhost"_s), limit);
        type(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(named(u"version_req"_s).size(), 1, limit);
        QVERIFY(stranger.messages.isEmpty());
        QVERIFY(resultsOf(15).isEmpty());
        QCOMPARE(installedFiles(m_device->root(), u"SmartMeter"_s), meterRelease(1));
    }

    void nonsenseIsAnsweredOrLogged()
    {
        type("hello?");
        type(R"({"command":"make_coffee"})");
        type(R"({"command":"make_coffee","command_no":16})");
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(16).size(), 1, limit);
        QCOMPARE(resultsOf(16).first()["error"_L1], QJsonValue(u"unknown_command"_s));
        type(R"({"command":"smart_meter_update","command_no":17,"url":"file:/etc/passwd","processes":[]})");
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(17).size(), 1, limit);
        QCOMPARE(resultsOf(17).first()["error"_L1], QJsonValue(u"bad_request"_s));
        QCOMPARE(messages().size(), 2);
    }

    void sendsItsLogs()
    {
        QVERIFY(test::writeFile(m_device->path(u"logs/ocr.log"_s), "line of ocr\n"));
        type(R"({"command":"upload_logs"})");
        QTRY_COMPARE_WITH_TIMEOUT(named(u"upload_logs"_s).size(), 1, limit);
        const QJsonObject reply = named(u"upload_logs"_s).first();
        QVERIFY2(reply["success"_L1].toBool(), qPrintable(reply["remarks"_L1].toString()));
        QCOMPARE(reply["from"_L1], QJsonValue(QString::fromLatin1(AgentDevice::id)));

        QNetworkAccessManager network;
        QNetworkRequest request(QUrl(reply["url"_L1].toString()));
        QSslConfiguration tls = request.sslConfiguration();
        tls.setCaCertificates(QSslCertificate::fromPath(m_server->caFile()));
        request.setSslConfiguration(tls);
        const std::unique_ptr<QNetworkReply> download(network.get(request));
        QTRY_VERIFY_WITH_TIMEOUT(download->isFinished(), limit);
        const QByteArray zip = download->readAll();
        QCOMPARE(zip.size(), reply["size"_L1].toInteger());
        QCOMPARE(QString::fromLatin1(Sha256::hash(zip).toHex()), reply["sha256"_L1].toString());
        QVERIFY(zip.contains("logs/ocr.log"));
        QVERIFY(!QFile::exists(m_device->path(u"downloads/logs.zip"_s)));
    }

    void eventsGoToAPanelThatWantsThem()
    {
        ProcessReport process;
        process.name = u"ocr"_s;
        process.state = ProcessState::Dead;
        process.isDead = true;
        m_device->sendEvent(control::Event(control::ProcessChanged{process}));
        type(R"({"command":"version_req","features":["events"]})");
        QTRY_COMPARE_WITH_TIMEOUT(named(u"version_req"_s).size(), 1, limit);
        QVERIFY(named(u"process_event"_s).isEmpty());
        m_device->sendEvent(control::Event(control::ProcessChanged{process}));
        QTRY_COMPARE_WITH_TIMEOUT(named(u"process_event"_s).size(), 1, limit);
        QCOMPARE(named(u"process_event"_s).first()["process"_L1]["state"_L1], QJsonValue(u"dead"_s));
    }

    void restartsAProcess()
    {
        type(R"({"command":"restart_process","command_no":18,"process_name":"ocr"})");
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(18).size(), 1, limit);
        QCOMPARE(resultsOf(18).first()["succcess"_L1], QJsonValue(true));
        QCOMPARE(m_device->watchdog.requestsOf<control::Restart>().size(), 1);
        m_device->watchdog.refusal = Error{ErrorCode::NotFound, u"no process is called x"_s};
        type(R"({"command":"restart_process","command_no":19,"process_name":"x"})");
        QTRY_COMPARE_WITH_TIMEOUT(resultsOf(19).size(), 1, limit);
        QCOMPARE(resultsOf(19).first()["remarks"_L1], QJsonValue(u"no process is called x"_s));
        QCOMPARE(resultsOf(19).first()["error"_L1], QJsonValue(u"bad_request"_s));
    }

    void reportsToTheWatchdogThatItIsOnline()
    {
        QTRY_VERIFY_WITH_TIMEOUT(!m_device->watchdog.requestsOf<control::Online>().isEmpty(), limit);
        QCOMPARE(m_device->watchdog.requestsOf<control::Hello>().first().version, 1);
    }

    void resultsSurviveTheServer()
    {
        m_device->keepsSilent = true;
        type(updateCommand(20, 2));
        QTRY_COMPARE_WITH_TIMEOUT(m_device->journalState(), u"waiting"_s, limit);
        m_server->kill();
        m_device->keepsSilent = false;
        m_device->stopListening();
        QVERIFY(m_device->listen());
        QTRY_VERIFY_WITH_TIMEOUT(!QDir(m_device->path(u"downloads/outbox"_s)).isEmpty(), limit);
        QVERIFY2(m_server->restart(), qPrintable(m_server->errorString()));
        QTRY_VERIFY_WITH_TIMEOUT(!resultsOf(20).isEmpty(), 2 * limit);
        QCOMPARE(resultsOf(20).first()["succcess"_L1], QJsonValue(true));
        QTRY_VERIFY_WITH_TIMEOUT(QDir(m_device->path(u"downloads/outbox"_s)).isEmpty(), limit);
    }

    void oneAgentARoot()
    {
        QProcess second;
        second.start(QStringLiteral(SGN_BIN_DIR "/sgn-agent"), {u"--root"_s, m_device->root()});
        QVERIFY(second.waitForFinished(limit));
        QCOMPARE(second.exitCode(), 1);
        QVERIFY(second.readAllStandardError().contains("another sgn-agent already runs"));
    }

    void aDamagedConfigurationStopsTheStart()
    {
        QVERIFY(m_device->stop());
        QVERIFY(QFile::remove(m_device->path(u"cfg/config_file.bin.good"_s))); // as on a device that never was online
        QVERIFY(test::writeFile(m_device->path(u"cfg/config_file.bin"_s), "not encrypted at all, you see..."));
        m_device->start();
        QVERIFY(m_device->process().waitForFinished(limit));
        QCOMPARE(m_device->process().exitCode(), 1);
        QVERIFY(m_device->process().readAll().contains("config_file.bin"));
    }

    void aWrongPasswordIsReportedOnceAndCured()
    {
        QVERIFY(m_device->stop());
        QVERIFY(m_device->configure(*m_server, deviceJid, u"wrong"_s, panelJid));
        m_device->start();
        QTRY_VERIFY_WITH_TIMEOUT(m_device->log().contains(u"offline: wrong password"_s), limit);
        QVERIFY(m_server->addAccount(deviceJid, u"wrong"_s));
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->presence.value(deviceJid), limit);
        QCOMPARE(m_device->log().count(u"wrong password"_s), 1);
    }

    void staysSmall()
    {
        type(R"({"command":"version_req"})");
        QTRY_COMPARE_WITH_TIMEOUT(named(u"version_req"_s).size(), 1, limit);
        const QByteArray rollup = readWhole(u"/proc/%1/smaps_rollup"_s.arg(m_device->process().processId()));
        const qsizetype at = rollup.indexOf("Pss:");
        QVERIFY(at > 0);
        qInfo("PSS of the idle agent: %lld KiB", rollup.sliced(at + 4).trimmed().split(' ').first().toLongLong());
    }
};

QTEST_GUILESS_MAIN(TestAgentDevice)
#include "tst_agent_session.moc"
