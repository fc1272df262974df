// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/FleetServer.h"
#include "support/TestCa.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QTest>

#include <array>

using namespace sgn::test;

namespace {

constexpr int limitMs = 20'000;
const FleetServer::Accounts panelOnly{{QStringLiteral("panel@localhost"), QStringLiteral("secret")}};

/// The least of an XMPP client that can find out whether the server takes a password.
class Login
{
public:
    Login(quint16 port, const QString &caFile, const QString &domain = QStringLiteral("localhost"))
    {
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setCaCertificates(QSslCertificate::fromPath(caFile));
        m_socket.setSslConfiguration(configuration);
        m_socket.connectToHostEncrypted(QStringLiteral("localhost"), port, domain);
    }

    bool encrypted()
    {
        return QTest::qWaitFor(
                   [this] { return m_socket.isEncrypted() || m_socket.error() != QAbstractSocket::UnknownSocketError; },
                   limitMs) &&
               m_socket.isEncrypted();
    }

    QByteArray plain(const QByteArray &user, const QByteArray &password)
    {
        if (!encrypted()) {
            return m_socket.errorString().toUtf8();
        }
        m_socket.write("<stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
                       "xmlns:stream='http://etherx.jabber.org/streams'>");
        const QByteArray secret = (QByteArray(1, '\0') + user + QByteArray(1, '\0') + password).toBase64();
        m_socket.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + secret + "</auth>");
        static const QRegularExpression verdict(QStringLiteral("<(success|failure)"));
        QByteArray answer;
        [[maybe_unused]] const bool came = QTest::qWaitFor(
            [&] { return verdict.match(QString::fromUtf8(answer += m_socket.readAll())).hasMatch(); }, limitMs);
        return verdict.match(QString::fromUtf8(answer)).captured(1).toUtf8();
    }

    QAbstractSocket::SocketState state() const { return m_socket.state(); }
    QSslCertificate certificate() const { return m_socket.peerCertificate(); }

private:
    QSslSocket m_socket;
};

class FleetServerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesTheAccountsAndOnlyThem()
    {
        const auto server = FleetServer::make();
        QVERIFY2(server->start(panelOnly), qPrintable(server->errorString()));
        QCOMPARE(Login(server->port(), server->caFile()).plain("panel", "secret"), "success");
        QCOMPARE(Login(server->port(), server->caFile()).plain("panel", "wrong"), "failure");
        QCOMPARE(Login(server->port(), server->caFile()).plain("stranger", "secret"), "failure");
    }

    void takesAnAccountWhileItRuns()
    {
        const auto server = FleetServer::make();
        QVERIFY2(server->start(), qPrintable(server->errorString()));
        QVERIFY(server->addAccount(QStringLiteral("Late_1.x@localhost"), QStringLiteral("first:pässword")));
        QCOMPARE(Login(server->port(), server->caFile()).plain("late_1.x", "first:pässword"), "success");
        QVERIFY(server->addAccount(QStringLiteral("late_1.x@localhost"), QStringLiteral("second")));
        QCOMPARE(Login(server->port(), server->caFile()).plain("late_1.x", "first:pässword"), "failure");
        QCOMPARE(Login(server->port(), server->caFile()).plain("late_1.x", "second"), "success");
    }

    void refusesAnAccountThatIsNone_data()
    {
        QTest::addColumn<QString>("jid");
        QTest::addColumn<QString>("password");
        QTest::newRow("no domain") << QStringLiteral("panel") << QStringLiteral("x");
        QTest::newRow("another domain") << QStringLiteral("panel@elsewhere.net") << QStringLiteral("x");
        QTest::newRow("a resource") << QStringLiteral("panel@localhost/desk") << QStringLiteral("x");
        QTest::newRow("out of the folder") << QStringLiteral("../../x@localhost/../y") << QStringLiteral("x");
        QTest::newRow("no password") << QStringLiteral("panel@localhost") << QString();
        QTest::newRow("two lines") << QStringLiteral("panel@localhost") << QStringLiteral("x\naccount y@localhost:y");
    }

    void refusesAnAccountThatIsNone()
    {
        QFETCH(const QString, jid);
        QFETCH(const QString, password);
        const auto server = FleetServer::make();
        QVERIFY2(server->start(panelOnly), qPrintable(server->errorString()));
        QVERIFY(!server->addAccount(jid, password));
        QVERIFY(!server->errorString().isEmpty());
        QCOMPARE(Login(server->port(), server->caFile()).plain("panel", "secret"), "success");
    }

    void goesOnWithTheSamePortsAndAccounts()
    {
        const auto server = FleetServer::make();
        QVERIFY2(server->start(panelOnly), qPrintable(server->errorString()));
        const quint16 port = server->port();
        const QString uploadUrl = server->uploadUrl();
        Login client(port, server->caFile());
        QVERIFY(client.encrypted());

        QVERIFY2(server->restart(), qPrintable(server->errorString()));
        QTRY_COMPARE_WITH_TIMEOUT(client.state(), QAbstractSocket::UnconnectedState, limitMs);
        QCOMPARE(server->port(), port);
        QCOMPARE(server->uploadUrl(), uploadUrl);
        QCOMPARE(Login(port, server->caFile()).plain("panel", "secret"), "success");

        server->kill();
        QVERIFY(!server->isRunning());
        QVERIFY(!Login(port, server->caFile()).encrypted());
        QVERIFY2(server->start(), qPrintable(server->errorString()));
        QCOMPARE(server->port(), port);
        QCOMPARE(Login(port, server->caFile()).plain("panel", "secret"), "success");
    }

    void severalRunAtOnce()
    {
        std::array<std::unique_ptr<FleetServer>, 3> servers;
        for (auto &server : servers) {
            server = FleetServer::make();
            QVERIFY2(server->start(panelOnly), qPrintable(server->errorString()));
        }
        for (const auto &server : servers) {
            QCOMPARE(Login(server->port(), server->caFile()).plain("panel", "secret"), "success");
        }
    }

    void manyStartAtOnce()
    {
        if (FleetServer::isEjabberd()) {
            QSKIP("of local-server");
        }
        std::array<QProcess, 6> servers;
        for (QProcess &server : servers) {
            server.start(QStringLiteral(SGN_SOURCE_DIR "/deploy/prosody/local-server"), {});
        }
        for (QProcess &server : servers) {
            QVERIFY(QTest::qWaitFor([&] { return server.canReadLine(); }, 3 * limitMs));
            QVERIFY(server.readLine().contains("\"ready\": true"));
            server.closeWriteChannel();
        }
        for (QProcess &server : servers) {
            QVERIFY(QTest::qWaitFor([&] { return server.state() == QProcess::NotRunning; }, limitMs));
            QCOMPARE(server.exitCode(), 0);
        }
    }

    void isTrustedByItsOwnCaOnly()
    {
        const auto server = FleetServer::make();
        QVERIFY2(server->start(), qPrintable(server->errorString()));
        TestCa other;
        QVERIFY2(other.isValid(), qPrintable(other.errorString()));
        QVERIFY(Login(server->port(), server->caFile()).encrypted());
        QVERIFY(!Login(server->port(), other.caFile()).encrypted());
    }

    void servesAnyDomain()
    {
        const auto server = FleetServer::make({.host = QStringLiteral("im.example.net"), .groups = false});
        QVERIFY2(server->start({{QStringLiteral("a@im.example.net"), QStringLiteral("x")}}),
                 qPrintable(server->errorString()));
        Login client(server->port(), server->caFile(), server->host());
        QVERIFY(client.encrypted());
        const QStringList names = client.certificate().subjectAlternativeNames().values(QSsl::DnsEntry);
        for (const QString &name : {server->host(), server->uploadHost(), QStringLiteral("localhost")}) {
            QVERIFY2(names.contains(name), qPrintable(name));
        }
    }

    void issuesCertificatesForAnyTimeAndName()
    {
        TestCa ca;
        QVERIFY2(ca.isValid(), qPrintable(ca.errorString()));
        const auto now = QDateTime::currentDateTimeUtc();
        const auto good = ca.issue(QStringLiteral("localhost"));
        QVERIFY2(!good.certificate.isNull(), qPrintable(ca.errorString()));
        QVERIFY(!good.key.isNull());
        QVERIFY(QSslCertificate::verify({good.certificate, ca.caCertificate()}, QStringLiteral("localhost")).size() <=
                1);
        QVERIFY(good.certificate.effectiveDate() < now && now < good.certificate.expiryDate());
        QVERIFY(ca.issue(QStringLiteral("localhost"), {.fromDay = -3, .untilDay = -1}).certificate.expiryDate() < now);
        QVERIFY(ca.issue(QStringLiteral("localhost"), {.fromDay = 1, .untilDay = 9}).certificate.effectiveDate() > now);
        QCOMPARE(ca.issue(QStringLiteral("127.0.0.1")).certificate.subjectAlternativeNames().size(), 1);
    }
};

} // namespace

QTEST_GUILESS_MAIN(FleetServerTest)
#include "tst_fleet_server.moc"
