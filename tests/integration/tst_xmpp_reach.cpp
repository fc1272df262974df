// SPDX-License-Identifier: GPL-3.0-or-later
// How a session finds its server: name servers, dead addresses and proxies, in a network of the test's own.
#include "integration/XmppEndpoint.h"
#include "integration/XmppFakeServer.h"
#include "support/HttpProxy.h"
#include "support/NameServer.h"
#include "support/OwnNetwork.h"
#include "support/TestCa.h"
#include "xmpp/TlsProbe.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <sys/mount.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::test;
using namespace sgn::xmpp;
using namespace std::chrono_literals;

namespace {

const QString domain = u"meters.test"_s;
const QString meterJid = u"meter@meters.test"_s;
const QString secret = u"abcd1234"_s;
const QString nameServerAddress = u"127.0.0.53"_s;
// Packets to these vanish.
const QHostAddress deadV4(u"192.0.2.9"_s);
const QHostAddress deadV6(u"2001:db8:77::1"_s);

// Puts `content` in place of a file of /etc, for this process and those that it starts.
bool replaceFile(const QString &path, const QString &folder, const QByteArray &content)
{
    QFile file(folder + u'/' + path.section(u'/', -1));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) {
        return false;
    }
    file.close();
    const QString target = QFileInfo(path).canonicalFilePath();
    return ::mount(QFile::encodeName(file.fileName()).constData(), QFile::encodeName(target).constData(), nullptr,
                   MS_BIND, nullptr) == 0;
}

// Passes bytes on from a fixed port.
class Relay
{
public:
    Relay(quint16 from, quint16 to)
    {
        if (!m_server.listen(QHostAddress::LocalHost, from)) {
            qFatal("the relay can't listen");
        }
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this, to] {
            while (QTcpSocket *const client = m_server.nextPendingConnection()) {
                relay(client, to);
            }
        });
    }

private:
    QTcpServer m_server;
};

} // namespace

class XmppReachTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        // Nothing may follow it.
        qputenv("no_proxy", "*");
        qputenv("http_proxy", "http://127.0.0.1:9");
        m_trouble = ::geteuid() == 0 ? enterOwnNetwork() : u"only root may have a name server of its own"_s;
        if (m_trouble.isEmpty() &&
            (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
             !replaceFile(u"/etc/resolv.conf"_s, m_folder.path(),
                          "nameserver " + nameServerAddress.toLatin1() + "\noptions timeout:1 attempts:1\n") ||
             !replaceFile(u"/etc/nsswitch.conf"_s, m_folder.path(),
                          "hosts: files dns\npasswd: files\ngroup: files\n"))) {
            m_trouble = u"this machine allows no mount namespace"_s;
        }
        if (!m_trouble.isEmpty()) {
            return;
        }
        for (const char *change :
             {"link add black type veth peer name hole", "link set black up", "link set hole up",
              "address add 192.0.2.2/24 dev black", "-6 address add 2001:db8:77::2/64 dev black nodad",
              "neighbour add 192.0.2.9 lladdr 02:00:00:00:00:01 dev black nud permanent",
              "-6 neighbour add 2001:db8:77::1 lladdr 02:00:00:00:00:01 dev black nud permanent"}) {
            if (!changeNetwork(QString::fromLatin1(change))) {
                m_trouble = u"this machine lets us add no network device"_s;
                return;
            }
        }
        m_names = std::make_unique<NameServer>();
        QVERIFY(m_names->listen(QHostAddress(nameServerAddress)));
        m_server = std::make_unique<ProsodyServer>(ProsodyServer::Options{.host = domain});
        QVERIFY2(m_server->start({{meterJid, secret}}), qPrintable(m_server->errorString()));
    }

    void cleanupTestCase() { m_server.reset(); }

    void init()
    {
        if (!m_trouble.isEmpty()) {
            QSKIP(qPrintable(m_trouble));
        }
        m_names->isSilent = false;
        m_names->clear();
    }

    // Each row is a zone; "box" is a name of the real server.
    void findsTheServer_data()
    {
        using Zone = std::function<void(XmppReachTest &)>;
        QTest::addColumn<Zone>("zone");
        QTest::addColumn<bool>("startTls");
        QTest::addColumn<int>("failures");
        const auto row = [](const char *name, bool startTls, int failures, const Zone &zone) {
            QTest::newRow(name) << zone << startTls << failures;
        };
        row("a record of direct TLS", false, 0, [](XmppReachTest &test) { test.offerDirect(0, "box"); });
        row("a record of STARTTLS", false, 0, [](XmppReachTest &test) { test.offerStartTls(0, "box"); });
        row("STARTTLS is demanded", true, 0, [](XmppReachTest &test) {
            test.m_names->addService("_xmpps-client._tcp.meters.test", 0, "box", 9);
            test.offerStartTls(0, "box");
        });
        row("the first server is silent", false, 0, [](XmppReachTest &test) {
            test.m_names->addAddress("dead", deadV4);
            test.offerDirect(0, "dead");
            test.offerDirect(1, "box");
        });
        row("the first server refuses", false, 0, [](XmppReachTest &test) {
            test.m_names->addService("_xmpps-client._tcp.meters.test", 0, "box", 9);
            test.offerDirect(1, "box");
        });
        row("the first server isn't known", false, 0, [](XmppReachTest &test) {
            test.offerDirect(0, "nowhere");
            test.offerDirect(1, "box");
        });
        row("the first server is another one", false, 1, [](XmppReachTest &test) {
            test.m_names->addService("_xmpps-client._tcp.meters.test", 0, "box", test.m_foreign->port());
            test.offerDirect(1, "box");
        });
        row("the first server speaks no TLS", false, 1, [](XmppReachTest &test) {
            test.m_names->addService("_xmpps-client._tcp.meters.test", 0, "box", test.m_server->startTlsPort());
            test.offerDirect(1, "box");
        });
        row("IPv6 leads nowhere", false, 0, [](XmppReachTest &test) {
            test.m_names->addAddress("box", deadV6);
            test.offerDirect(0, "box");
        });
        row("one of two addresses leads nowhere", false, 0, [](XmppReachTest &test) {
            test.m_names->addAddress("both", deadV4);
            test.m_names->addAddress("both", QHostAddress(QHostAddress::LocalHost));
            test.offerDirect(0, "both");
        });
        row("no records, the usual port", false, 0, [](XmppReachTest &test) {
            test.m_names->addAddress("meters.test", QHostAddress(QHostAddress::LocalHost));
            test.m_relays.emplace_back(std::make_unique<Relay>(quint16{5223}, test.m_server->port()));
        });
        row("no records, only STARTTLS", false, 0, [](XmppReachTest &test) {
            test.m_names->addAddress("meters.test", QHostAddress(QHostAddress::LocalHost));
            test.m_relays.emplace_back(std::make_unique<Relay>(quint16{5222}, test.m_server->startTlsPort()));
        });
    }

    void findsTheServer()
    {
        QFETCH(const std::function<void(XmppReachTest &)>, zone);
        QFETCH(const bool, startTls);
        QFETCH(const int, failures);
        const TestCa::ServerCertificate certificate = m_foreignCa.issue(u"other.test"_s);
        m_foreign = std::make_unique<FakeServer>(FakeServer::Transport::Tls, certificate);
        m_names->addAddress("box", QHostAddress(QHostAddress::LocalHost));
        zone(*this);
        Account found = account();
        found.tls = startTls ? Account::Tls::StartTls : Account::Tls::Direct;
        Endpoint meter(found, options());
        QElapsedTimer timer;
        timer.start();
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        qInfo("online after %lld ms", timer.elapsed());
        QCOMPARE(meter.losses.size(), failures);

        meter.session.stop();
        SGN_EVENTUALLY(meter.stops == 1);
        m_relays.clear();
        m_foreign.reset();
    }

    void aNameServerThatIsSilentCostsAMoment()
    {
        // The address is known without it, as where a router answers for addresses only.
        m_names->isSilent = true;
        Account named = account();
        named.jid = u"meter@127.0.0.1"_s;
        const Relay relay(5223, m_server->port());
        Endpoint byAddress(named, options());
        byAddress.session.start();
        SGN_EVENTUALLY(!byAddress.losses.isEmpty());
        // Found at once; the server knows itself by another name.
        QVERIFY2(byAddress.losses.first().message.contains(u"doesn't serve the domain"_s),
                 qPrintable(byAddress.losses.first().message));

        Endpoint meter(account(), options());
        meter.session.start();
        QElapsedTimer timer;
        timer.start();
        SGN_EVENTUALLY(!meter.losses.isEmpty());
        QVERIFY2(meter.losses.first().message.contains(u"the name of the server, meters.test, cannot be found"_s) ||
                     meter.losses.first().message.contains(u"doesn't answer"_s),
                 qPrintable(meter.losses.first().message));
        m_names->isSilent = false;
        offerDirect(0, "box");
        m_names->addAddress("box", QHostAddress(QHostAddress::LocalHost));
        SGN_EVENTUALLY(meter.session.isOnline());
    }

    // By TCP glibc waits for an answer for ever, in a thread for each question.
    void aNameServerThatIsSilentByTcpIsNotWaitedFor()
    {
        m_names->isTruncating = true;
        m_names->addAddress("box", QHostAddress(QHostAddress::LocalHost));
        offerDirect(0, "box");
        const qsizetype threads = threadCount();
        Endpoint meter(account(), options());
        int attempts = 0;
        QObject::connect(&meter.session, &Session::stateChanged, this,
                         [&attempts](Session::State state) { attempts += state == Session::State::Connecting; });
        meter.session.start();
        SGN_EVENTUALLY(attempts >= 20);
        QVERIFY2(threadCount() <= threads + 8, qPrintable(QString::number(threadCount() - threads)));
        m_names->isTruncating = false;
        SGN_EVENTUALLY(meter.session.isOnline());
    }

    // What a proxy sends behind a refusal must not keep the program from everything else.
    void aProxyThatSendsWithoutAnEndIsLeft()
    {
        HttpProxy proxy;
        proxy.reply = "HTTP/1.1 407 Who\r\nContent-Length: 9000000000000000000\r\n\r\n";
        proxy.isEndless = true;
        Account inside = account();
        inside.host = u"inside.test"_s;
        inside.port = 7000;
        inside.proxy = proxy.url();
        Endpoint meter(inside, options());
        QElapsedTimer since;
        qint64 longest = 0;
        QTimer pulse;
        connect(&pulse, &QTimer::timeout, this, [&] { longest = std::max(longest, since.restart()); });
        pulse.start(10);
        since.start();
        meter.session.start();
        SGN_EVENTUALLY(!meter.losses.isEmpty());
        qInfo("the event loop stood still for %lld ms", longest);
        QVERIFY2(longest < 8'000, qPrintable(QString::number(longest)));
    }

    void namesWhyThereIsNoServer_data()
    {
        using Zone = std::function<void(XmppReachTest &)>;
        QTest::addColumn<Zone>("zone");
        QTest::addColumn<QString>("words");
        QTest::newRow("no such name") << Zone([](XmppReachTest &) {})
                                      << u"the name of the server, meters.test, cannot be found"_s;
        QTest::newRow("nothing answers") << Zone([](XmppReachTest &test) {
            test.m_names->addAddress("meters.test", QHostAddress(QHostAddress::LocalHost));
        }) << u"nothing answers at meters.test, port 5222; nothing answers at meters.test, port 5223"_s;
        QTest::newRow("not served") << Zone([](XmppReachTest &test) {
            test.m_names->addService("_xmpps-client._tcp.meters.test", 0, ".", 0);
            test.m_names->addService("_xmpp-client._tcp.meters.test", 0, ".", 0);
        }) << u"the domain meters.test states that it has no XMPP server"_s;
    }

    void namesWhyThereIsNoServer()
    {
        QFETCH(const std::function<void(XmppReachTest &)>, zone);
        QFETCH(const QString, words);
        zone(*this);
        Endpoint meter(account(), options());
        int attempts = 0;
        QObject::connect(&meter.session, &Session::stateChanged, this,
                         [&attempts](Session::State state) { attempts += state == Session::State::Connecting; });
        meter.session.start();
        SGN_EVENTUALLY(attempts >= 3);
        // Reported once, because it stays the same.
        QCOMPARE(meter.losses.size(), 1);
        QCOMPARE(meter.losses.first().message, words);
    }

    // The name is known to the proxy alone.
    void goesThroughAProxy_data()
    {
        QTest::addColumn<bool>("startTls");
        QTest::addColumn<bool>("password");
        QTest::newRow("direct TLS") << false << false;
        QTest::newRow("STARTTLS") << true << false;
        QTest::newRow("with a password") << false << true;
    }

    void goesThroughAProxy()
    {
        QFETCH(const bool, startTls);
        QFETCH(const bool, password);
        HttpProxy proxy;
        proxy.ports[u"inside.test"_s] = startTls ? m_server->startTlsPort() : m_server->port();
        if (password) {
            proxy.authorization = "Basic " + QByteArray("me:secret").toBase64();
        }
        Account inside = account();
        inside.host = u"inside.test"_s;
        inside.port = 7000;
        inside.tls = startTls ? Account::Tls::StartTls : Account::Tls::Direct;
        inside.proxy = proxy.url(password ? u"me:secret@"_s : QString());
        Endpoint meter(inside, options());
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        QCOMPARE(proxy.requests.last(), QByteArray("CONNECT inside.test:7000 HTTP/1.1"));

        TlsProbe probe(inside, 20s);
        QSignalSpy finished(&probe, &TlsProbe::finished);
        probe.start();
        SGN_EVENTUALLY(finished.size() == 1);
        QVERIFY(!finished.first().first().value<std::optional<Error>>());
    }

    void namesWhatIsWrongWithAProxy_data()
    {
        QTest::addColumn<QByteArray>("reply");
        QTest::addColumn<QString>("words");
        QTest::newRow("forbids") << QByteArray("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                                 << u"the proxy doesn't connect to inside.test, port 7000: .*403.*"_s;
        QTest::newRow("wants a password")
            << QByteArray("HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")
            << u"the proxy doesn't connect to inside.test, port 7000: .*407.*"_s;
        QTest::newRow("speaks no HTTP") << QByteArray("SSH-2.0-OpenSSH\r\n\r\n")
                                        << u"the proxy doesn't connect to inside.test, port 7000: .+"_s;
        QTest::newRow("an endless line") << QByteArray("HTTP/1.1 200 ") + QByteArray(1024 * 1024, 'x')
                                         << u"the proxy doesn't connect to inside.test, port 7000: .+"_s;
        QTest::newRow("silent") << QByteArray() << u"the server inside.test(, port 7000,)? doesn't answer"_s;
    }

    void namesWhatIsWrongWithAProxy()
    {
        QFETCH(const QByteArray, reply);
        QFETCH(const QString, words);
        HttpProxy proxy;
        proxy.ports[u"inside.test"_s] = m_server->port();
        proxy.reply = reply;
        Account inside = account();
        inside.host = u"inside.test"_s;
        inside.port = 7000;
        inside.proxy = proxy.url();
        SessionOptions quick = options();
        if (reply.isEmpty()) {
            quick.connectTimeout = 1s;
        }
        Endpoint meter(inside, quick);
        meter.session.start();
        SGN_EVENTUALLY(!meter.losses.isEmpty());
        const QString message = meter.losses.first().message;
        QVERIFY2(QRegularExpression(QRegularExpression::anchoredPattern(words)).match(message).hasMatch(),
                 qPrintable(message));
    }

private:
    [[nodiscard]] static qsizetype threadCount()
    {
        return QDir(u"/proc/self/task"_s).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size();
    }
    [[nodiscard]] Account account() const
    {
        return {
            .jid = meterJid, .password = secret, .host = {}, .port = 0, .caFile = m_server->caFile(), .resource = {}};
    }
    [[nodiscard]] static SessionOptions options()
    {
        SessionOptions options = quickOptions(Role::Device);
        options.connectTimeout = 20s;
        return options;
    }
    void offerDirect(quint16 priority, const QByteArray &target)
    {
        m_names->addService("_xmpps-client._tcp.meters.test", priority, target, m_server->port());
    }
    void offerStartTls(quint16 priority, const QByteArray &target)
    {
        m_names->addService("_xmpp-client._tcp.meters.test", priority, target, m_server->startTlsPort());
    }

    QTemporaryDir m_folder;
    QString m_trouble;
    TestCa m_foreignCa;
    std::unique_ptr<NameServer> m_names;
    std::unique_ptr<ProsodyServer> m_server;
    std::unique_ptr<FakeServer> m_foreign;
    std::vector<std::unique_ptr<Relay>> m_relays;
};

QTEST_GUILESS_MAIN(XmppReachTest)
#include "tst_xmpp_reach.moc"
