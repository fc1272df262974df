// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/WatchdogRelease.h"
#include "integration/WholeDevice.h"
#include "support/HttpServer.h"
#include "support/ReleaseKit.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace sgn;
using namespace sgn::test;

namespace {

constexpr int limit = 90'000;
const QString secret = u"canary-password"_s;

} // namespace

// The real agent, the real watchdog and a real server: releases of the meter and of the agent itself.
class TestAgentUpdate : public QObject
{
    Q_OBJECT

private:
    // One for each test, so that nothing of another one is still under way.
    std::unique_ptr<ProsodyServer> m_server;
    HttpServer m_web;
    QByteArray m_zip;
    std::unique_ptr<ReleasedDevice> m_device;
    std::unique_ptr<TypingPanel> m_panel;

    void offer(const Files &files)
    {
        const QTemporaryDir folder;
        QVERIFY(makeZip(folder.filePath(u"a.zip"_s), files));
        m_zip = readWhole(folder.filePath(u"a.zip"_s));
    }
    void orderAgent(int number, int version)
    {
        m_panel->type(R"({"command":"jabber_client_update","command_no":)" + QByteArray::number(number) +
                      R"(,"url":")" + m_web.url().toEncoded() + R"(","version":)" + QByteArray::number(version) + '}');
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_web.setHandler(
            [this](const HttpRequest &request, QTcpSocket *socket) { HttpServer::serve(request, socket, m_zip); });
    }

    void init()
    {
        m_server = std::make_unique<ProsodyServer>();
        QVERIFY2(m_server->start(accountsWith(secret)), qPrintable(m_server->errorString()));
        m_device = std::make_unique<ReleasedDevice>();
        equip(*m_device, *m_server, secret, {{u"allow_http"_s, true}});
        m_panel = std::make_unique<TypingPanel>(*m_server);
        m_panel->session.start();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->session.isOnline(), limit);
        QVERIFY(m_device->start());
        QTRY_VERIFY_WITH_TIMEOUT(m_device->read(u"logs/agent.log"_s).contains("online as"), limit);
    }

    void cleanup()
    {
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->read(u"logs/agent.log"_s);
        }
        m_panel->session.stop();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->stops > 0, limit);
        m_device.reset();
        m_panel.reset();
        m_server.reset();
    }

    void replacesItself()
    {
        QCOMPARE(m_panel->askVersions(limit)["agent_version"_L1], QJsonValue(1));
        offer({{u"JabberClient/sgn-agent"_s, agentProgram()}, {u"JabberClient/readme"_s, "two\n"}});
        orderAgent(10, 2);
        QTRY_COMPARE_WITH_TIMEOUT(m_panel->results().size(), 1, limit);
        const QJsonObject result = m_panel->results().first();
        QVERIFY2(result["succcess"_L1].toBool(), qPrintable(result["remarks"_L1].toString()));
        QCOMPARE(result["command_no"_L1], QJsonValue(10));
        QCOMPARE(m_panel->askVersions(limit)["agent_version"_L1], QJsonValue(2));
        QCOMPARE(m_device->read(u"JabberClient/version"_s), "2\n");
        QCOMPARE(m_device->running(u"sgn-agent"_s).size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(m_device->path(u"downloads/previous-JabberClient/sgn-agent"_s)),
                                 limit);
        orderAgent(11, 2);
        QTRY_COMPARE_WITH_TIMEOUT(m_panel->results().size(), 2, limit);
        QCOMPARE(m_panel->results().last()["remarks"_L1], QJsonValue(u"already installed"_s));
        orderAgent(12, 1);
        QTRY_COMPARE_WITH_TIMEOUT(m_panel->results().size(), 3, limit);
        QCOMPARE(m_panel->results().last()["error"_L1], QJsonValue(u"downgrade"_s));
    }

    void theOldAgentComesBack()
    {
        // It passes its self-test, and then doesn't do its work.
        offer({{u"JabberClient/sgn-agent"_s,
                "#!/bin/sh\ncase \"$*\" in *--self-test*) exit 0;; esac\necho no route to anywhere >&2\nexit 9\n"}});
        orderAgent(20, 2);
        QTRY_COMPARE_WITH_TIMEOUT(m_panel->results().size(), 1, limit);
        const QJsonObject result = m_panel->results().first();
        QCOMPARE(result["succcess"_L1], QJsonValue(false));
        QCOMPARE(result["error"_L1], QJsonValue(u"not_healthy"_s));
        QCOMPARE(result["rolled_back"_L1], QJsonValue(true));
        QVERIFY2(result["remarks"_L1].toString().contains(u"exit code 9"_s),
                 qPrintable(result["remarks"_L1].toString()));
        QCOMPARE(m_panel->askVersions(limit)["agent_version"_L1], QJsonValue(1));
        QTRY_VERIFY_WITH_TIMEOUT(!QFileInfo::exists(m_device->path(u"downloads/staged-JabberClient"_s)), limit);
    }

    void replacesTheWatchdog()
    {
        m_device->addMeter(u"ocr"_s);
        {
            ControlClient client(*m_device);
            QVERIFY(client.startMeters({u"ocr"_s}));
        }
        const auto running = m_device->running();
        const auto orderWatchdog = [this](int number, int version) {
            m_panel->type(R"({"command":"watchdog_update","command_no":)" + QByteArray::number(number) + R"(,"url":")" +
                          m_web.url().toEncoded() + R"(","version":)" + QByteArray::number(version) + '}');
        };
        const QByteArray watchdog = readWhole(ReleasedDevice::watchdog);
        const QByteArray updater = readWhole(ReleasedDevice::updater);
        offer({{u"WatchDog/sgn-watchdog"_s, watchdog}, {u"WatchDog/sgn-watchdog-update"_s, updater}});
        orderWatchdog(40, 2);
        QTRY_COMPARE_WITH_TIMEOUT(m_panel->results().size(), 1, limit);
        QVERIFY2(m_panel->results().first()["succcess"_L1].toBool(),
                 qPrintable(m_panel->results().first()["remarks"_L1].toString()));
        QCOMPARE(m_panel->askVersions(limit)["watchdog_version"_L1], QJsonValue(2));
        QCOMPARE(m_device->running(), running); // meter and agent go on
        QCOMPARE(m_device->mains(), QList{m_device->pid()});
        orderWatchdog(41, 2);
        QTRY_COMPARE_WITH_TIMEOUT(m_panel->results().size(), 2, limit);
        QCOMPARE(m_panel->results().last()["remarks"_L1], QJsonValue(u"already installed"_s));

        // One that passes its self-test and then ends.
        offer({{u"WatchDog/sgn-watchdog"_s, brokenWatchdog("sys.exit(3)")},
               {u"WatchDog/sgn-watchdog-update"_s, updater}});
        orderWatchdog(42, 3);
        QTRY_COMPARE_WITH_TIMEOUT(m_panel->results().size(), 3, limit);
        const QJsonObject result = m_panel->results().last();
        QCOMPARE(result["succcess"_L1], QJsonValue(false));
        QCOMPARE(result["error"_L1], QJsonValue(u"not_healthy"_s));
        QCOMPARE(result["rolled_back"_L1], QJsonValue(true));
        QCOMPARE(m_panel->askVersions(limit)["watchdog_version"_L1], QJsonValue(2));
        QCOMPARE(m_device->running(), running);
        QCOMPARE(m_device->mains().size(), 1);
        QCOMPARE(m_panel->results().size(), 3); // each number once
    }

    void updatesTheMeter()
    {
        m_device->addMeter(u"ocr"_s, {}, 2);
        Files release{{u"SmartMeter/ocr.py"_s, m_device->read(u"SmartMeter/ocr.py"_s)}};
        m_device->addMeter(u"ocr"_s, {}, 1);
        offer(release);
        m_panel->type(R"({"command":"smart_meter_update","command_no":30,"url":")" + m_web.url().toEncoded() +
                      R"(","processes":[{"process_name":"ocr","version":2}]})");
        QTRY_COMPARE_WITH_TIMEOUT(m_panel->results().size(), 1, limit);
        QVERIFY2(m_panel->results().first()["succcess"_L1].toBool(),
                 qPrintable(m_panel->results().first()["remarks"_L1].toString()));
        const QJsonArray processes = m_panel->askVersions(limit)["processes"_L1].toArray();
        QCOMPARE(processes.size(), 1);
        QCOMPARE(processes.first()["version"_L1], QJsonValue(2));
        QCOMPARE(processes.first()["state"_L1], QJsonValue(u"running"_s));
    }
};

QTEST_GUILESS_MAIN(TestAgentUpdate)
#include "tst_agent_update.moc"
