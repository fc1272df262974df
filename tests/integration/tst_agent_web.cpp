// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/AgentDevice.h"
#include "integration/XmppFakeServer.h"
#include "support/HostileWebServer.h"
#include "support/Sanitizer.h"

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 60'000;
constexpr qint64 allowedKib = 16 * 1024;

struct Cost
{
    qint64 pss = 0;      // KiB over idle, sampled
    qint64 resident = 0; // likewise, by the kernel's own count
    QString end;
};

} // namespace

// Web servers that misbehave: what fetches from them or sends to them ends, and stays small.
class TestAgentWeb : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    TestCa m_ca;
    QSslConfiguration m_tls;

    std::optional<Cost> drive(const QString &kind, const QUrl &url)
    {
        QProcess process;
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QStringLiteral(SGN_BIN_DIR "/../tests/web_driver"),
                      {kind, url.toString(), m_folder.path(), m_ca.caFile()});
        if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, limit)) {
            process.kill();
            return std::nullopt;
        }
        const QStringList words = QString::fromUtf8(process.readAllStandardOutput()).trimmed().split(u' ');
        return Cost{words.value(0).toLongLong(), words.value(1).toLongLong(), words.mid(3).join(u' ')};
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(m_ca.isValid(), qPrintable(m_ca.errorString()));
        const auto certificate = m_ca.issue(u"127.0.0.1"_s);
        m_tls.setLocalCertificate(certificate.certificate);
        m_tls.setPrivateKey(certificate.key);
    }

    void aServerCannotTakeTheMemory_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char *const kind :
             {"download", "range", "panel map", "log upload", "logs to the panel", "release to the panel"}) {
            QTest::newRow(kind) << QString::fromLatin1(kind);
        }
    }

    // 30 servers for each kind; the figure is that of the worst.
    void aServerCannotTakeTheMemory()
    {
        QFETCH(const QString, kind);
        const bool isTls = kind.endsWith(" to the panel"_L1);
        qint64 worst = 0;
        qint64 worstResident = 0;
        for (const WebAttack &attack : webAttacks()) {
            // What is sent, or left over of the last attack.
            QVERIFY(test::writeFile(m_folder.filePath(u"file"_s), QByteArray(8 * 1024 * 1024, 'l')));
            QFile::remove(m_folder.filePath(u"file.from"_s));
            const HostileWebServer server(attack, 1, isTls ? m_tls : QSslConfiguration());
            const auto cost = drive(kind, server.url());
            QVERIFY2(cost, attack.name);
            QVERIFY2(!cost->end.isEmpty(), attack.name);
            if (qEnvironmentVariableIsSet("SGN_TEST_VERBOSE")) {
                qInfo().noquote() << attack.name << cost->pss << cost->resident << server.sent() << cost->end;
            }
            QVERIFY2(
                isSanitized || cost->resident <= allowedKib,
                qPrintable(u"%1: %2 KiB, %3"_s.arg(QLatin1StringView(attack.name)).arg(cost->resident).arg(cost->end)));
            worst = std::max(worst, cost->pss);
            worstResident = std::max(worstResident, cost->resident);
        }
        qInfo("%s: PSS %.1f MiB over idle at most, resident %.1f MiB", qPrintable(kind),
              static_cast<double>(worst) / 1024, static_cast<double>(worstResident) / 1024);
    }

    // As devices do, which will fetch the release from the same address; but never over plain HTTP.
    void aReleasesRedirectIsFollowed_data()
    {
        QTest::addColumn<QByteArray>("location");
        QTest::addColumn<int>("connections");
        QTest::newRow("on the same server") << QByteArray("/other.zip") << 2;
        QTest::newRow("without TLS") << QByteArray("http://127.0.0.1/other.zip") << 1;
        QTest::newRow("to a file") << QByteArray("file:///etc/passwd") << 1;
    }

    void aReleasesRedirectIsFollowed()
    {
        QFETCH(const QByteArray, location);
        QFETCH(const int, connections);
        WebAttack redirect;
        redirect.name = "a redirect";
        redirect.begin = "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n";
        redirect.bytes = 0;
        const HostileWebServer server(redirect, 1, m_tls);
        const auto cost = drive(u"release to the panel"_s, server.url());
        QVERIFY(cost);
        QVERIFY2(cost->end.startsWith(u"failed"_s), qPrintable(cost->end));
        QCOMPARE(server.connections(), connections);
    }

    // The whole agent, with so little address space that what has no limit ends it.
    void theAgentGoesOn_data()
    {
        QTest::addColumn<int>("attack");
        const auto attacks = webAttacks();
        for (int i = 0; i < attacks.size(); ++i) {
            if (attacks[i].begin.startsWith("HTTP/1.1 200 OK\r\nX: ") || attacks[i].again.startsWith('0')) {
                QTest::newRow(attacks[i].name) << i;
            }
        }
    }

    void theAgentGoesOn()
    {
        QFETCH(const int, attack);
        WebAttack endless = webAttacks()[attack];
        endless.bytes = qint64{1} << 30;
        const HostileWebServer web(endless);
        FakeServer server(FakeServer::Transport::Tls, m_ca.issue(u"localhost"_s));
        server.letIn({}, "device@localhost/sgn-agent");
        AgentDevice device;
        const QJsonObject config{{u"xmpp_client"_s, QJsonObject{{u"client_jid"_s, u"device@localhost"_s},
                                                                {u"client_password"_s, u"secret"_s},
                                                                {u"cpanel_jid"_s, u"panel@localhost"_s},
                                                                {u"host"_s, u"127.0.0.1"_s},
                                                                {u"port"_s, server.port()}}},
                                 {u"rpi_unique_id"_s, u"b8:27"_s},
                                 {u"allow_http"_s, true}};
        QVERIFY(test::writeFile(device.path(u"cfg/config_file.bin"_s), *encryptV1(QJsonDocument(config).toJson())));
        QVERIFY(test::writeFile(device.path(u"certs/cacert.pem"_s), readWhole(m_ca.caFile())));
        QVERIFY(device.listen());
        const QStringList little{u"prlimit"_s, u"--as=%1"_s.arg(700 * 1024 * 1024), u"--"_s};
        device.start({}, isSanitized ? QStringList() : little);
        QTRY_VERIFY_WITH_TIMEOUT(device.log().contains(u"online as"_s), limit);
        QByteArray body =
            R"({"command":"smart_meter_update","command_no":5,"url":"URL","processes":[{"process_name":"ocr","version":2}]})";
        body.replace("URL", web.url().toEncoded());
        server.send("<message from='panel@localhost/desk' type='chat'><body>" +
                    QString::fromLatin1(body).toHtmlEscaped().toLatin1() + "</body></message>");
        // The second try gets a 404, and so the update its end.
        QTRY_VERIFY_WITH_TIMEOUT(server.received().contains("succcess"), limit);
        QVERIFY(web.connections() >= 2);
        QCOMPARE(device.log().count(u"starts in"_s), 1);
        QCOMPARE(device.process().state(), QProcess::Running);
    }
};

QTEST_GUILESS_MAIN(TestAgentWeb)
#include "tst_agent_web.moc"
