// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/WholeDevice.h"
#include "support/HttpServer.h"
#include "support/ReleaseKit.h"
#include "support/TestCa.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace sgn;
using namespace sgn::test;

namespace {

constexpr int limit = 90'000;
const QString secret = u"secret"_s;

// In front of a meter's first heartbeat: it uses the packages of this device, as the user's own are used on a real one.
const QByteArray usesPackages = R"(
sys.path.insert(0, root + "/home/site-packages")
import meterlib
)";

} // namespace

// The real agent, the real watchdog, real processes and a real server: everything that can be replaced besides the
// meter and the agent, the rollbacks, and the restart of the machine.
class TestAgentComponents : public QObject
{
    Q_OBJECT

private:
    // One for each test, so that nothing of another one is still under way.
    std::unique_ptr<ProsodyServer> m_server;
    TestCa m_otherCa;
    HttpServer m_web;
    QByteArray m_offered;
    std::unique_ptr<WatchdogDevice> m_device;
    std::unique_ptr<TypingPanel> m_panel;

    // The one result of a command; empty when it doesn't come or more than one comes.
    QJsonObject resultOf(int number) const
    {
        const auto results = [this, number] {
            QList<QJsonObject> all = m_panel->results();
            all.removeIf([number](const QJsonObject &result) { return result["command_no"_L1] != number; });
            return all;
        };
        if (!QTest::qWaitFor([&] { return !results().isEmpty(); }, limit)) {
            return {};
        }
        return results().size() == 1 ? results().first() : QJsonObject();
    }
    // For QVERIFY2.
    static QByteArray describe(const QJsonObject &result)
    {
        return QJsonDocument(result).toJson(QJsonDocument::Compact);
    }
    void order(int number, const QByteArray &command, const QByteArray &more = {})
    {
        m_panel->type("{\"command\":\"" + command + "\",\"command_no\":" + QByteArray::number(number) + ",\"url\":\"" +
                      m_web.url().toEncoded() + '"' + more + '}');
    }
    void offer(const Files &files)
    {
        const QTemporaryDir folder;
        QVERIFY(makeZip(folder.filePath(u"a.zip"_s), files));
        m_offered = readWhole(folder.filePath(u"a.zip"_s));
    }
    qsizetype timesOnline() const { return m_device->read(u"logs/agent.log"_s).count(": online as "); }
    // What a process of the meter does with its packages.
    QByteArray packageInUse() const { return m_device->read(u"uses"_s); }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(m_otherCa.isValid(), qPrintable(m_otherCa.errorString()));
        m_web.setHandler(
            [this](const HttpRequest &request, QTcpSocket *socket) { HttpServer::serve(request, socket, m_offered); });
    }

    void init()
    {
        m_server = std::make_unique<ProsodyServer>();
        QVERIFY2(m_server->start(accountsWith(secret)), qPrintable(m_server->errorString()));
        m_device = std::make_unique<WatchdogDevice>();
        for (const QString &folder : {u"home"_s, u"home/site-packages"_s}) {
            m_device->makeFolder(folder);
        }
        equip(*m_device, *m_server, secret,
              {{u"site_packages"_s, m_device->path(u"home/site-packages"_s)}, {u"allow_http"_s, true}});
        m_device->write(u"reboot"_s, "#!/bin/sh\necho \"$(id -u)\" >> " + m_device->path(u"reboots"_s).toUtf8() + '\n',
                        0755);
        m_panel = std::make_unique<TypingPanel>(*m_server);
        m_panel->session.start();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->session.isOnline(), limit);
        // Ten times as fast, so that a crash loop is known in seconds.
        QVERIFY(m_device->start(10, {}, {u"--reboot-program"_s, m_device->path(u"reboot"_s)}));
        QTRY_VERIFY_WITH_TIMEOUT(timesOnline() == 1, limit);
    }

    void cleanup()
    {
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->read(u"logs/agent.log"_s) << m_device->read(u"logs/watchdog.log"_s);
        }
        m_panel->session.stop();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->stops > 0, limit);
        m_device.reset();
        m_panel.reset();
        m_server.reset();
    }

    void replacesThePythonPackages()
    {
        m_device->write(u"home/site-packages/meterlib.py"_s,
                        "open(__import__('__main__').root + '/uses', 'w').write('old')\n");
        m_device->addMeter(u"ocr"_s, usesPackages);
        offer({{u"SmartMeter/ocr.py"_s, m_device->read(u"SmartMeter/ocr.py"_s)}});
        order(1, "smart_meter_update", R"(,"processes":[{"process_name":"ocr","version":1}])");
        QJsonObject result = resultOf(1);
        QVERIFY2(result["succcess"_L1].toBool(), describe(result));
        QCOMPARE(packageInUse(), "old");

        offer({{u"site-packages/meterlib.py"_s, "open(__import__('__main__').root + '/uses', 'w').write('new')\n"}});
        order(2, "python_package_update", R"(,"version":2)");
        result = resultOf(2);
        QVERIFY2(result["succcess"_L1].toBool(), describe(result));
        QCOMPARE(packageInUse(), "new");
        QJsonObject report = m_panel->askVersions(limit);
        QCOMPARE(report["packages_version"_L1], QJsonValue(2));
        QCOMPARE(report["processes"_L1].toArray().first()["state"_L1], QJsonValue(u"running"_s));

        // Packages that the process can't live with.
        offer({{u"site-packages/meterlib.py"_s, "raise ImportError('meterlib needs a newer Python')\n"}});
        order(3, "python_package_update", R"(,"version":3)");
        result = resultOf(3);
        QCOMPARE(result["error"_L1], QJsonValue(u"not_healthy"_s));
        QCOMPARE(result["rolled_back"_L1], QJsonValue(true));
        QVERIFY2(result["remarks"_L1].toString().contains(u"needs a newer Python"_s), describe(result));
        QVERIFY2(describe(result).contains("ocr: ImportError"), describe(result));
        report = m_panel->askVersions(limit);
        QCOMPARE(report["packages_version"_L1], QJsonValue(2));
        QCOMPARE(report["processes"_L1].toArray().first()["state"_L1], QJsonValue(u"running"_s));

        m_panel->type(R"({"command":"rollback","command_no":4,"component":"site-packages"})");
        result = resultOf(4);
        QVERIFY2(result["succcess"_L1].toBool(), describe(result));
        QCOMPARE(packageInUse(), "old");
    }

    void replacesTheCaFile()
    {
        const QByteArray before = readWhole(m_server->caFile());
        const QByteArray both = before + readWhole(m_otherCa.caFile());
        m_offered = readWhole(m_otherCa.caFile());
        order(10, "ca_cert_file_update");
        QJsonObject result = resultOf(10);
        QCOMPARE(result["error"_L1], QJsonValue(u"install_failed"_s));
        QVERIFY2(result["remarks"_L1].toString().contains(u"isn't from a certification authority"_s), describe(result));
        QCOMPARE(m_device->read(u"certs/cacert.pem"_s), before);
        // It has stayed online all the time.
        QVERIFY(!m_panel->askVersions(limit).isEmpty());
        QCOMPARE(timesOnline(), 1);

        m_offered = both;
        order(11, "ca_cert_file_update");
        result = resultOf(11);
        QVERIFY2(result["succcess"_L1].toBool(), describe(result));
        QCOMPARE(m_device->read(u"certs/cacert.pem"_s), both);
        // The next connection is made with it.
        QVERIFY2(m_server->restart(), qPrintable(m_server->errorString()));
        QTRY_VERIFY_WITH_TIMEOUT(timesOnline() == 2, limit);
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->session.isOnline(), limit);
        order(12, "ca_cert_file_update");
        QCOMPARE(resultOf(12)["remarks"_L1], QJsonValue(u"already installed"_s));
    }

    void restartsTheMachineOnce()
    {
        m_panel->type(R"({"command":"reboot_system","command_no":20})");
        QTRY_VERIFY_WITH_TIMEOUT(!m_device->read(u"reboots"_s).isEmpty(), limit);
        QCOMPARE(m_device->read(u"reboots"_s), QByteArray::number(::geteuid()) + '\n');
        // The machine goes down and comes up again, with another id.
        m_device->stop();
        m_device->killAll();
        QJsonObject journal = QJsonDocument::fromJson(m_device->read(u"downloads/reboot.json"_s)).object();
        QVERIFY(!journal["boot_id"_L1].toString().isEmpty());
        QVERIFY(m_panel->results().isEmpty());
        journal["boot_id"_L1] = u"the one before"_s;
        m_device->write(u"downloads/reboot.json"_s, QJsonDocument(journal).toJson());
        QVERIFY(m_device->start(10, {}, {u"--reboot-program"_s, m_device->path(u"reboot"_s)}));
        const QJsonObject result = resultOf(20);
        QVERIFY2(result["succcess"_L1].toBool(), describe(result));
        m_panel->type(R"({"command":"reboot_system","command_no":20})");
        QTRY_COMPARE_WITH_TIMEOUT(m_panel->results().size(), 2, limit);
        QCOMPARE(m_device->read(u"reboots"_s).count('\n'), 1);
    }

    void onlyTheAgentMayHaveTheMachineRestarted()
    {
        ControlClient client(*m_device);
        const auto refused = client.ask(control::Reboot{});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Refused);
        QVERIFY(m_device->read(u"reboots"_s).isEmpty());
    }

    void rollsTheMeterBackAndWaitsForAnOperator()
    {
        const auto release = [this](int version) {
            m_device->addMeter(u"ocr"_s, {}, version);
            return Files{{u"SmartMeter/ocr.py"_s, m_device->read(u"SmartMeter/ocr.py"_s)}};
        };
        const Files second = release(2);
        offer(release(1));
        order(30, "smart_meter_update", R"(,"processes":[{"process_name":"ocr","version":1}])");
        QJsonObject result = resultOf(30);
        QVERIFY2(result["succcess"_L1].toBool(), describe(result));

        m_device->write(u"cfg/hold"_s, {});
        offer(second);
        order(31, "smart_meter_update", R"(,"progress":true,"processes":[{"process_name":"ocr","version":2}])");
        const auto told = [this] {
            const auto progress = m_panel->messagesWith(u"percent"_s);
            return progress.isEmpty() ? QString() : progress.last()["remarks"_L1].toString();
        };
        QTRY_VERIFY_WITH_TIMEOUT(told().contains(u"cfg/hold"_s), limit);
        // Whatever happens to the device meanwhile.
        m_device->stop();
        m_device->killAll();
        QVERIFY(m_device->start(10));
        QTRY_VERIFY_WITH_TIMEOUT(timesOnline() == 2, limit);
        QCOMPARE(m_panel->askVersions(limit)["processes"_L1].toArray().first()["version"_L1], QJsonValue(1));
        QCOMPARE(m_panel->results().size(), 1);
        QVERIFY(QFile::remove(m_device->path(u"cfg/hold"_s)));
        result = resultOf(31);
        QVERIFY2(result["succcess"_L1].toBool(), describe(result));

        m_panel->type(R"({"command":"rollback","command_no":32,"component":"SmartMeter"})");
        result = resultOf(32);
        QVERIFY2(result["succcess"_L1].toBool(), describe(result));
        const QJsonValue process = m_panel->askVersions(limit)["processes"_L1].toArray().first();
        QCOMPARE(process["version"_L1], QJsonValue(1));
        QCOMPARE(process["state"_L1], QJsonValue(u"running"_s));
    }

    void rollsTheAgentBack()
    {
        offer({{u"JabberClient/sgn-agent"_s, m_device->read(u"JabberClient/sgn-agent"_s)}});
        order(40, "jabber_client_update", R"(,"version":2)");
        QJsonObject result = resultOf(40);
        QVERIFY2(result["succcess"_L1].toBool(), describe(result));
        QCOMPARE(m_panel->askVersions(limit)["agent_version"_L1], QJsonValue(2));
        m_panel->type(R"({"command":"rollback","command_no":41,"component":"JabberClient"})");
        result = resultOf(41);
        QVERIFY2(result["succcess"_L1].toBool(), describe(result));
        QCOMPARE(m_panel->askVersions(limit)["agent_version"_L1], QJsonValue(1));
        QCOMPARE(m_device->read(u"downloads/previous-JabberClient/version"_s), "2\n");
    }
};

QTEST_GUILESS_MAIN(TestAgentComponents)
#include "tst_agent_components.moc"
