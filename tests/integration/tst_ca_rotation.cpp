// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/WholeDevice.h"
#include "support/HttpServer.h"
#include "support/ProductionServer.h"
#include "support/ReleaseKit.h"

using namespace sgn;
using namespace sgn::test;

namespace {

constexpr int limit = 90'000;
const QString secret = u"secret"_s;

} // namespace

// A fleet's authority is exchanged for a new one, as deploy/prosody/README.md describes it, and no device is lost: the
// real agent under the real watchdog, the server as deploy/prosody/server sets it up, a panel that is typed by hand.
class CaRotationTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<ProductionServer> m_server;
    HttpServer m_web;
    QByteArray m_offered;
    std::unique_ptr<WatchdogDevice> m_device;
    std::unique_ptr<TypingPanel> m_panel;

    void run(const QStringList &command, const QByteArray &input = {})
    {
        const auto answer = m_server->run(command, input);
        QVERIFY2(answer.isGood(), qPrintable(answer.errors));
    }
    // Sends what the server's devices have to trust now, and waits for the device's result.
    QJsonObject sendTrust(int number)
    {
        m_offered = readWhole(m_server->caFile());
        m_panel->type(R"({"command":"ca_cert_file_update","command_no":)" + QByteArray::number(number) + R"(,"url":")" +
                      m_web.url(u"/cacert.pem"_s).toEncoded() + R"("})");
        const auto result = [this, number]() -> QJsonObject {
            for (const QJsonObject &each : m_panel->results()) {
                if (each["command_no"_L1] == number) {
                    return each;
                }
            }
            return {};
        };
        return QTest::qWaitFor([&result] { return !result().isEmpty(); }, limit) ? result() : QJsonObject();
    }
    QByteArray installed() const { return m_device->read(u"certs/cacert.pem"_s); }
    qsizetype timesOnline() const { return m_device->read(u"logs/agent.log"_s).count(": online as "); }
    // Both have to log in again, each with what it trusts now.
    void restartServer(int logins)
    {
        m_server->stop();
        QVERIFY(m_server->start());
        QTRY_VERIFY_WITH_TIMEOUT(timesOnline() == logins, limit);
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->session.isOnline(), limit);
        QVERIFY(!m_panel->askVersions(limit).isEmpty());
    }

private Q_SLOTS:
    void init()
    {
        m_web.setHandler(
            [this](const HttpRequest &request, QTcpSocket *socket) { HttpServer::serve(request, socket, m_offered); });
        m_server = std::make_unique<ProductionServer>();
        run(m_server->installation());
        run({u"account"_s, u"add"_s, u"panel"_s, u"device"_s, u"--password-stdin"_s},
            (panelPassword + u'\n' + secret + u'\n').toUtf8());
        QVERIFY(m_server->start());
        m_device = std::make_unique<WatchdogDevice>();
        equip(*m_device, *m_server, secret, {{u"allow_http"_s, true}});
        m_panel = std::make_unique<TypingPanel>(*m_server);
        m_panel->session.start();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->session.isOnline(), limit);
        QVERIFY(m_device->start(10));
        QTRY_VERIFY_WITH_TIMEOUT(timesOnline() == 1, limit);
    }

    void cleanup()
    {
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->read(u"logs/agent.log"_s);
        }
        m_device.reset();
        m_panel.reset();
        m_server.reset();
    }

    void noDeviceIsLost()
    {
        const QByteArray old = readWhole(m_server->caFile());
        QCOMPARE(installed(), old);

        // 1. Old and new authority to the devices; the server still shows the old one's certificate.
        run({u"rotate"_s});
        const QByteArray both = readWhole(m_server->caFile());
        QVERIFY(both.startsWith(old) && both.size() > old.size());
        QJsonObject result = sendTrust(10);
        QVERIFY2(result["succcess"_L1].toBool(), QJsonDocument(result).toJson().constData());
        QCOMPARE(installed(), both);
        restartServer(2);

        // 2. The server's certificate from the new one; sessions go on until they end by themselves.
        run({u"renew"_s, u"--next"_s});
        QVERIFY(!m_panel->askVersions(limit).isEmpty());
        QCOMPARE(timesOnline(), 2);
        restartServer(3);

        // 3. The new authority alone.
        run({u"rotate"_s, u"--finish"_s});
        const QByteArray next = readWhole(m_server->caFile());
        QCOMPARE(old + next, both);
        result = sendTrust(11);
        QVERIFY2(result["succcess"_L1].toBool(), QJsonDocument(result).toJson().constData());
        QCOMPARE(installed(), next);
        restartServer(4);
    }

    void aStepTooEarlyIsRefused()
    {
        const QByteArray old = readWhole(m_server->caFile());
        auto answer = m_server->run({u"renew"_s, u"--next"_s});
        QVERIFY2(!answer.isGood() && answer.errors.contains(u"`server rotate` makes it"_s), qPrintable(answer.errors));
        run({u"rotate"_s});
        answer = m_server->run({u"rotate"_s, u"--finish"_s});
        QVERIFY2(!answer.isGood() && answer.errors.contains(u"`server renew --next` first"_s),
                 qPrintable(answer.errors));

        // A device that gets the new authority alone, while the server's certificate is the old one's, keeps the old.
        const QByteArray both = readWhole(m_server->caFile());
        QFile trusted(m_server->caFile());
        QVERIFY(trusted.open(QIODevice::WriteOnly) && trusted.write(both.sliced(old.size())) > 0);
        trusted.close();
        const QJsonObject result = sendTrust(10);
        QCOMPARE(result["error"_L1], QJsonValue(u"install_failed"_s));
        QCOMPARE(installed(), old);
        QVERIFY(!m_panel->askVersions(limit).isEmpty());
        QCOMPARE(timesOnline(), 1);
    }
};

QTEST_GUILESS_MAIN(CaRotationTest)
#include "tst_ca_rotation.moc"
