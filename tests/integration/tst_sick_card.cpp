// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/WholeDevice.h"
#include "support/HttpServer.h"
#include "support/ReadOnlyCard.h"
#include "support/ReleaseKit.h"
#include "support/TreeSnapshot.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace sgn;
using namespace sgn::test;

namespace {

constexpr int limit = 60'000;
const QString secret = u"secret"_s;

} // namespace

// A whole device, real watchdog, agent and meter, on a card that takes no more writes. It has to run, to answer and to
// report what is wrong with it, because a technician has to be sent there.
class TestSickCard : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ProsodyServer> m_server;
    HttpServer m_web;      // serves no request
    QTemporaryDir m_notes; // of what happened, on another card
    std::unique_ptr<WatchdogDevice> m_device;
    std::unique_ptr<TypingPanel> m_panel;

    void orderUpdate(int number, int version)
    {
        m_panel->type(QByteArray(R"({"command":"smart_meter_update","command_no":NUMBER,"url":"URL",)"
                                 R"("processes":[{"process_name":"ocr","version":VERSION}]})")
                          .replace("NUMBER", QByteArray::number(number))
                          .replace("URL", m_web.url().toEncoded())
                          .replace("VERSION", QByteArray::number(version)));
    }
    [[nodiscard]] qsizetype logins() const { return m_device->read(u"logs/agent.log"_s).count("online as"); }
    [[nodiscard]] bool startDevice()
    {
        const qsizetype before = logins();
        return m_device->start(5, {}, {u"--reboot-program"_s, m_device->path(u"reboot"_s)}) &&
               QTest::qWaitFor([&] { return logins() > before; }, limit);
    }
    // As the power does it.
    void killDevice()
    {
        m_device->kill();
        m_device->killAll();
        QTRY_VERIFY_WITH_TIMEOUT(m_device->running().isEmpty(), limit);
    }
    void expectAWornCard()
    {
        QVERIFY(ControlClient(*m_device).waitForState(u"ocr"_s, ProcessState::Running));
        const QJsonObject report = m_panel->askVersions(limit);
        QCOMPARE(report["read_only"_L1], QJsonValue(true));
        const QJsonArray processes = report["processes"_L1].toArray();
        QCOMPARE(processes.size(), 1);
        QCOMPARE(processes[0]["version"_L1], QJsonValue(1));

        orderUpdate(7, 2);
        QTRY_COMPARE_WITH_TIMEOUT(m_panel->results().size(), 1, limit);
        const QJsonObject result = m_panel->results().first();
        QCOMPARE(result["succcess"_L1], QJsonValue(false));
        QCOMPARE(result["error"_L1], QJsonValue(u"install_failed"_s));
        QVERIFY2(result["remarks"_L1].toString().contains(u"the card is read-only"), QJsonDocument(result).toJson());
        QVERIFY(m_web.requests().isEmpty());
        QTRY_COMPARE_WITH_TIMEOUT(m_device->running(u"ocr.py"_s).size(), 1, limit);
    }

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<ProsodyServer>();
        QVERIFY2(m_server->start(accountsWith(secret)), qPrintable(m_server->errorString()));
        m_device = std::make_unique<WatchdogDevice>();
        equip(*m_device, *m_server, secret, {{u"allow_http"_s, true}});
        m_device->addMeter(u"ocr"_s);
        m_device->write(u"reboot"_s, "#!/bin/sh\necho >> " + m_notes.filePath(u"reboots"_s).toUtf8() + '\n', 0755);
        m_panel = std::make_unique<TypingPanel>(*m_server);
        m_panel->session.start();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->session.isOnline(), limit);
        QVERIFY(startDevice());
        QVERIFY(ControlClient(*m_device).startMeters({u"ocr"_s}));
    }

    void cleanup()
    {
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->read(u"logs/watchdog.log"_s) << m_device->read(u"logs/agent.log"_s);
        }
        m_device.reset();
        m_panel.reset();
        m_server.reset();
    }

    void startsOnAReadOnlyCard()
    {
        killDevice();
        const TreeSnapshot before = snapshotOf(m_device->root());
        {
            const ReadOnlyCard card(m_device->root());
            if (!card.isWorn()) {
                QSKIP("mounting isn't allowed here");
            }
            QVERIFY(startDevice());
            expectAWornCard();
            QVERIFY(m_device->read(u"logs/watchdog.log"_s).contains("the card is read-only"));
            // What is in memory survives the watchdog.
            m_device->kill();
            QVERIFY(m_device->start(5));
            QVERIFY(!m_panel->askVersions(limit).isEmpty());
            killDevice();
        }
        QCOMPARE(snapshotOf(m_device->root()), before);
    }

    void goesOnWhenTheCardWearsOut()
    {
        QVERIFY(!m_panel->askVersions(limit).contains("read_only"_L1));
        const ReadOnlyCard card(m_device->root());
        if (!card.isWorn()) {
            QSKIP("mounting isn't allowed here");
        }
        const QList<qint64> agents = m_device->running(u"sgn-agent"_s);
        QCOMPARE(agents.size(), 1);
        const qsizetype before = logins();
        ::kill(static_cast<pid_t>(agents.first()), SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(logins() > before, limit);
        expectAWornCard();
        // The command is answered before the restart: it would come again, and again, to a device that remembers none.
        m_panel->type(R"({"command":"reboot_system","command_no":8})");
        QTRY_COMPARE_WITH_TIMEOUT(m_panel->results().size(), 2, limit);
        const QJsonObject result = m_panel->results().last();
        QCOMPARE(result["succcess"_L1], QJsonValue(true));
        QVERIFY2(result["remarks"_L1].toString().contains(u"before the restart"), QJsonDocument(result).toJson());
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_notes.filePath(u"reboots"_s)), limit);
        killDevice();
    }
};

QTEST_GUILESS_MAIN(TestSickCard)
#include "tst_sick_card.moc"
