// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/DeviceSecret.h"
#include "integration/AgentDevice.h"
#include "integration/XmppEndpoint.h"
#include "protocol/Command.h"

#include <QtTest>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 60'000;
const QString oldJid = u"device@localhost"_s;
const QString newJid = u"moved@localhost"_s;
const QString panelJid = u"panel@localhost"_s;

} // namespace

// config_update with the real agent on a real server: another account, a wrong password, kills, a damaged file.
class TestAgentConfig : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QByteArray fileFor(const QString &jid, const QString &password) const
    {
        const QJsonObject config{{u"xmpp_client"_s, QJsonObject{{u"client_jid"_s, jid},
                                                                {u"client_password"_s, password},
                                                                {u"cpanel_jid"_s, panelJid},
                                                                {u"host"_s, m_server->address()},
                                                                {u"port"_s, m_server->port()}}},
                                 {u"rpi_unique_id"_s, QString::fromLatin1(AgentDevice::id)},
                                 {u"serial"_s, QDateTime::currentMSecsSinceEpoch()},
                                 {u"allow_http"_s, true}};
        const auto secret = loadDeviceSecret(m_device->path(u"cfg/device.key"_s));
        return encryptV2(QJsonDocument(config).toJson(), secret.value()).value();
    }
    [[nodiscard]] static QByteArray command(const QByteArray &file, int timeoutS = 300)
    {
        Command command;
        command.body = ConfigUpdate{file, timeoutS};
        command.number = 10;
        return encode(command);
    }
    [[nodiscard]] QList<QJsonObject> results() const
    {
        QList<QJsonObject> all;
        for (const QByteArray &body : m_panel->bodies()) {
            const QJsonObject message = QJsonDocument::fromJson(body).object();
            if (message.contains("succcess"_L1)) {
                all += message;
            }
        }
        return all;
    }
    [[nodiscard]] bool isOnline(const QString &jid) const
    {
        return QTest::qWaitFor([&] { return m_device->log().contains(u"online as "_s + jid); }, limit);
    }
    [[nodiscard]] QByteArray inPlace() const { return readWhole(m_device->path(u"cfg/config_file.bin"_s)); }

    std::unique_ptr<ProsodyServer> m_server;
    std::unique_ptr<AgentDevice> m_device;
    std::unique_ptr<Endpoint> m_panel;

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<ProsodyServer>();
        QVERIFY2(m_server->start({{oldJid, u"o"_s}, {newJid, u"n"_s}, {panelJid, u"p"_s}}),
                 qPrintable(m_server->errorString()));
        m_device = std::make_unique<AgentDevice>();
        QVERIFY(m_device->configure(*m_server, oldJid, u"o"_s, panelJid));
        QVERIFY(createDeviceSecret(m_device->path(u"cfg/device.key"_s)).has_value());
        QVERIFY(m_device->listen());
        QVERIFY(install(m_device->root(), meterRelease(1)));
        m_panel = std::make_unique<Endpoint>(accountOn(*m_server, panelJid, u"p"_s), quickOptions(xmpp::Role::Panel));
        m_panel->session.start();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->session.isOnline(), limit);
        m_device->start();
        QVERIFY(isOnline(oldJid));
    }
    void cleanup()
    {
        m_device->kill();
        if (QTest::currentTestFailed()) {
            qWarning().noquote() << m_device->log();
        }
        m_panel->session.stop();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->stops > 0, limit);
        m_panel.reset();
        m_device.reset();
        m_server.reset();
    }

    void movesToAnotherAccount()
    {
        const QByteArray file = fileFor(newJid, u"n"_s);
        const auto pid = m_device->process().processId();
        m_panel->session.send(oldJid, command(file));
        QTRY_COMPARE_WITH_TIMEOUT(results().size(), 1, limit);
        QVERIFY2(results().first()["succcess"_L1].toBool(), qPrintable(results().first()["remarks"_L1].toString()));
        QCOMPARE(results().first()["command"_L1], QJsonValue(u"config_update"_s));
        QVERIFY(isOnline(newJid));
        QCOMPARE(inPlace(), file);
        QCOMPARE(m_device->process().processId(), pid); // the watchdog sees no crash
        QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(m_device->path(u"downloads/config-update.json"_s)), limit);
        // A repeat is answered from the record.
        m_panel->session.send(newJid, command(file));
        QTRY_COMPARE_WITH_TIMEOUT(results().size(), 2, limit);
        QCOMPARE(results().last(), results().first());
    }

    void rollsBackWhatDoesNotComeOnline()
    {
        const QByteArray before = inPlace();
        m_panel->session.send(oldJid, command(fileFor(newJid, u"wrong"_s), 30));
        QTRY_COMPARE_WITH_TIMEOUT(results().size(), 1, 2 * limit);
        QVERIFY(!results().first()["succcess"_L1].toBool());
        QCOMPARE(results().first()["error"_L1], QJsonValue(u"install_failed"_s));
        QCOMPARE(results().first()["remarks"_L1].toString(),
                 u"the device didn't come online by the new configuration within 30 s"_s);
        QCOMPARE(inPlace(), before);
    }

    void refusesWhatIsNotForThisDevice()
    {
        const QByteArray before = inPlace();
        const SecureBytes other(QByteArrayView(QByteArray(32, 'o')));
        m_panel->session.send(oldJid, command(encryptV2("{}", other).value()));
        QTRY_COMPARE_WITH_TIMEOUT(results().size(), 1, limit);
        QCOMPARE(results().first()["error"_L1], QJsonValue(u"bad_request"_s));
        QCOMPARE(inPlace(), before);
    }

    // Killed while it is being tried, whenever that is, and started again as the watchdog would.
    void goesOnAfterKills()
    {
        const QByteArray file = fileFor(newJid, u"n"_s);
        m_panel->session.send(oldJid, command(file));
        const QString journal = m_device->path(u"downloads/config-update.json"_s);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(journal) || !results().isEmpty(), limit);
        for (int i = 0; i < 3; ++i) {
            m_device->kill();
            m_device->start();
        }
        QTRY_VERIFY_WITH_TIMEOUT(!results().isEmpty(), limit);
        QVERIFY(results().first()["succcess"_L1].toBool());
        QCOMPARE(inPlace(), file);
        QVERIFY(isOnline(newJid));
    }

    void comesOnlineWithTheCopy()
    {
        const QByteArray good = inPlace();
        QTRY_COMPARE_WITH_TIMEOUT(readWhole(m_device->path(u"cfg/config_file.bin.good"_s)), good, limit);
        QVERIFY(m_device->stop());
        QVERIFY(test::writeFile(m_device->path(u"cfg/config_file.bin"_s), QByteArray(good.size(), '\0')));
        const qsizetype logins = m_device->log().count(u"online as "_s);
        m_device->start();
        QTRY_VERIFY_WITH_TIMEOUT(m_device->log().count(u"online as "_s) > logins, limit);
        QVERIFY(m_device->log().contains(u"config_file.bin was replaced by its last good copy"_s));
        QCOMPARE(inPlace(), good);
        QVERIFY(QFile::exists(m_device->path(u"cfg/config_file.bin.damaged"_s)));
        m_panel->session.send(oldJid, R"({"command":"version_req"})");
        const auto problem = [this] {
            for (const QByteArray &body : m_panel->bodies()) {
                const QJsonObject message = QJsonDocument::fromJson(body).object();
                if (message.contains("problem"_L1)) {
                    return message["problem"_L1].toString();
                }
            }
            return QString();
        };
        QTRY_VERIFY_WITH_TIMEOUT(problem().startsWith(u"config_file.bin was replaced by its last good copy"_s), limit);
    }
};

QTEST_GUILESS_MAIN(TestAgentConfig)
#include "tst_agent_config.moc"
