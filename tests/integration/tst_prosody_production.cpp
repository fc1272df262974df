// SPDX-License-Identifier: GPL-3.0-or-later
// What deploy/prosody/server makes of a machine: a folder stands for it, the Prosody in it is real.
#include "integration/XmppEndpoint.h"
#include "support/ProductionServer.h"
#include "support/TestCa.h"
#include "xmpp/TlsConfig.h"

#include <csignal>
#include <QDirIterator>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QRegularExpression>
#include <QSslSocket>
#include <QTcpServer>
#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::test;
using namespace sgn::xmpp;

namespace {

constexpr int limitMs = 20'000;
const QString panelJid = u"panel@localhost"_s;
const QString secret = u"påss,word"_s;
const QString debian = u"ID=debian\nVERSION_ID=\"12\"\n"_s;

// Name and content, or mode, of everything below a folder.
QMap<QString, QByteArray> everythingIn(const QString &folder)
{
    QMap<QString, QByteArray> all;
    QDirIterator it(folder, QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot | QDir::System,
                    QDirIterator::Subdirectories);
    while (it.hasNext()) {
        QFile file(it.next());
        all.insert(file.fileName(), !it.fileInfo().isDir() && file.open(QIODevice::ReadOnly) ? file.readAll() : "");
    }
    return all;
}

mode_t modeOf(const QString &path)
{
    struct stat facts = {};
    return ::stat(QFile::encodeName(path).constData(), &facts) == 0 ? facts.st_mode & 07777 : 0;
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class ProsodyProductionTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<ProductionServer> m_server;
    QTemporaryDir m_folder;

    QString write(const QString &name, const QByteArray &content, QFile::Permissions mode = QFile::Permissions(0x6600))
    {
        QFile file(m_folder.filePath(name));
        [[maybe_unused]] const bool isWritten =
            file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.setPermissions(mode);
        return file.fileName();
    }
    // The panel and two devices, all with the same password.
    void setUp()
    {
        const auto installed = m_server->run(m_server->installation());
        QVERIFY2(installed.isGood(), qPrintable(installed.errors));
        const QByteArray password = secret.toUtf8() + '\n';
        const auto added =
            m_server->run({u"account"_s, u"add"_s, u"panel"_s, u"meter-1"_s, u"meter-2"_s, u"--password-stdin"_s},
                          password + password + password);
        QVERIFY2(added.isGood(), qPrintable(added.errors));
    }
    void setUpAndStart()
    {
        setUp();
        QVERIFY(m_server->start());
    }
    Account account(const QString &jid) const { return accountOn(*m_server, jid, secret); }
    // What the server offers on its port for direct TLS.
    QByteArray features() const
    {
        QSslSocket socket;
        socket.setSslConfiguration(tlsConfiguration());
        socket.connectToHostEncrypted(u"localhost"_s, m_server->port());
        if (!QTest::qWaitFor([&socket] { return socket.isEncrypted(); }, limitMs)) {
            return socket.errorString().toUtf8();
        }
        socket.write("<stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
                     "xmlns:stream='http://etherx.jabber.org/streams'>");
        QByteArray answer;
        [[maybe_unused]] const bool came =
            QTest::qWaitFor([&] { return (answer += socket.readAll()).contains("</stream:features>"); }, limitMs);
        return answer;
    }
    QSslConfiguration tlsConfiguration() const
    {
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setCaCertificates(QSslCertificate::fromPath(m_server->caFile()));
        return configuration;
    }
    // The first certificate that the server shows; null unless its own authority has signed it.
    QSslCertificate shownCertificate(quint16 port) const
    {
        QSslSocket socket;
        socket.setSslConfiguration(tlsConfiguration());
        socket.connectToHostEncrypted(u"localhost"_s, port);
        return QTest::qWaitFor([&socket] { return socket.isEncrypted(); }, limitMs) ? socket.peerCertificate()
                                                                                    : QSslCertificate();
    }
    QByteArray get(const QUrl &url) const
    {
        QNetworkAccessManager network;
        QNetworkRequest request(url);
        request.setSslConfiguration(tlsConfiguration());
        const std::unique_ptr<QNetworkReply> reply(network.get(request));
        return QTest::qWaitFor([&reply] { return reply->isFinished(); }, limitMs) ? reply->readAll() : QByteArray();
    }
    // Uploads a file; its URL, or why there is none.
    std::optional<Result<QUrl>> upload(Endpoint &sender, const QString &path)
    {
        std::optional<Result<QUrl>> result;
        connect(sender.session.uploadFile(path), &Upload::finished, this,
                [&result](const Result<QUrl> &url) { result = url; });
        [[maybe_unused]] const bool came = QTest::qWaitFor([&result] { return result.has_value(); }, limitMs);
        return result;
    }

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void init() { m_server = std::make_unique<ProductionServer>(); }
    void cleanup() { m_server.reset(); }

    void aDryRunChangesNothing()
    {
        const auto answer = m_server->run(m_server->installation() + QStringList{u"--dry-run"_s});
        QVERIFY2(answer.isGood(), qPrintable(answer.errors));
        QVERIFY2(answer.errors.contains(u"would write "_s + m_server->path(u"etc/prosody/prosody.cfg.lua"_s)),
                 qPrintable(answer.errors));
        QCOMPARE(everythingIn(m_server->root()).size(), 0);
    }

    void changesNothingTheSecondTime()
    {
        setUp();
        const auto before = everythingIn(m_server->root());
        for (const QStringList &again : {m_server->installation(), QStringList{u"install"_s}, QStringList{u"renew"_s},
                                         QStringList{u"install"_s, u"--panel"_s, u"Panel"_s}}) {
            const auto answer = m_server->run(again);
            QVERIFY2(answer.changedNothing(), qPrintable(answer.errors));
        }
        QCOMPARE(everythingIn(m_server->root()), before);
        // Another order changes what it names.
        const auto answer = m_server->run({u"install"_s, u"--archive-weeks"_s, u"3"_s});
        QVERIFY2(answer.isGood() && !answer.changedNothing(), qPrintable(answer.errors));
        const QByteArray configuration = contentOf(m_server->path(u"etc/prosody/prosody.cfg.lua"_s));
        QVERIFY(configuration.contains("archive_expires_after = \"3w\""));
        QVERIFY(configuration.contains("c2s_direct_tls_ports = { " + QByteArray::number(m_server->port()) + " }"));
    }

    void keepsSecretsToItself()
    {
        setUp();
        QCOMPARE(modeOf(m_server->path(u"etc/sgn-server/authority"_s)), 0700U);
        QCOMPARE(modeOf(m_server->path(u"etc/sgn-server/authority/ca.key"_s)), 0600U);
        QCOMPARE(modeOf(m_server->path(u"etc/prosody/certs/sgn-server.pem"_s)), 0640U);
        QCOMPARE(modeOf(m_server->path(u"var/lib/prosody"_s)), 0750U);
        for (auto all = everythingIn(m_server->root()); const auto &[name, content] : all.asKeyValueRange()) {
            QVERIFY2(!content.contains(secret.toUtf8()), qPrintable(name));
        }
        const auto printed = m_server->run({u"account"_s, u"password"_s, u"meter-1"_s});
        QVERIFY(
            QRegularExpression(u"^jid,password\nmeter-1@localhost,[\\w-]{32}\n$"_s).match(printed.output).hasMatch());
    }

    void refusesWhatIsOff_data()
    {
        QTest::addColumn<QStringList>("more");
        QTest::addColumn<QString>("osRelease");
        QTest::addColumn<QString>("reason");
        QTest::newRow("Debian 11") << QStringList() << u"ID=debian\nVERSION_ID=\"11\"\nPRETTY_NAME=\"Debian 11\"\n"_s
                                   << u"this machine runs Debian 11"_s;
        QTest::newRow("Ubuntu") << QStringList() << u"ID=ubuntu\nVERSION_ID=\"13\"\nPRETTY_NAME=Ubuntu\n"_s
                                << u"this machine runs Ubuntu"_s;
        QTest::newRow("no system") << QStringList() << u"\n"_s << u"an unknown system"_s;
        QTest::newRow("a domain that is none")
            << QStringList{u"--domain"_s, u"im_example.net"_s} << debian << u"--domain"_s;
        QTest::newRow("Lua in the domain")
            << QStringList{u"--domain"_s, u"a\" os.execute()"_s} << debian << u"--domain"_s;
        QTest::newRow("a path in the domain") << QStringList{u"--domain"_s, u"../../etc"_s} << debian << u"--domain"_s;
        QTest::newRow("a URL as file host")
            << QStringList{u"--file-host"_s, u"https://im.example.net"_s} << debian << u"--file-host"_s;
        QTest::newRow("a panel with a domain")
            << QStringList{u"--panel"_s, u"p@x"_s} << debian << u"'p@x' is no name"_s;
        QTest::newRow("a name as address") << QStringList{u"--listen"_s, u"eth0"_s} << debian << u"--listen"_s;
        QTest::newRow("one port twice") << QStringList{u"--tls-port"_s, u"5222"_s, u"--starttls-port"_s, u"5222"_s}
                                        << debian << u"three different numbers"_s;
        QTest::newRow("no port") << QStringList{u"--tls-port"_s, u"70000"_s} << debian << u"three different numbers"_s;
        QTest::newRow("files without a limit") << QStringList{u"--file-mib"_s, u"0"_s} << debian << u"--file-mib"_s;
        QTest::newRow("an authority that isn't there")
            << QStringList{u"--ca-file"_s, u"/nowhere/ca.pem"_s} << debian << u"/nowhere/ca.pem can't be read"_s;
        QTest::newRow("an authority that is none")
            << QStringList{u"--ca-file"_s, QString::fromUtf8(SGN_SOURCE_DIR "/README.md")} << debian
            << u"can't be read"_s;
    }

    void refusesWhatIsOff()
    {
        QFETCH(const QStringList, more);
        QFETCH(const QString, osRelease);
        QFETCH(const QString, reason);
        QVERIFY(QDir(m_server->root()).mkpath(u"etc"_s));
        QFile release(m_server->path(u"etc/os-release"_s));
        QVERIFY(release.open(QIODevice::WriteOnly) && release.write(osRelease.toUtf8()) > 0);
        release.close();
        const auto answer = m_server->run(m_server->installation() + more);
        QCOMPARE(answer.exitCode, 1);
        QVERIFY2(answer.errors.contains(reason), qPrintable(answer.errors));
        QVERIFY(!QFile::exists(m_server->path(u"etc/prosody/prosody.cfg.lua"_s)));
    }

    void refusesAPortOfAnotherProgram()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        const auto answer = m_server->run(m_server->installation() +
                                          QStringList{u"--files-port"_s, QString::number(other.serverPort())});
        QCOMPARE(answer.exitCode, 1);
        QVERIFY2(answer.errors.contains(u"port %1 is in use by "_s.arg(other.serverPort())), qPrintable(answer.errors));
        QVERIFY2(answer.errors.contains(u"tst_prosody_production"_s), qPrintable(answer.errors));
    }

    void refusesAnotherDomainLater()
    {
        setUp();
        const auto before = everythingIn(m_server->root());
        const auto answer = m_server->run({u"install"_s, u"--domain"_s, u"other.example"_s});
        QCOMPARE(answer.exitCode, 1);
        QVERIFY2(answer.errors.contains(u"this server is localhost's"_s), qPrintable(answer.errors));
        QCOMPARE(everythingIn(m_server->root()), before);
    }

    void keepsAForeignConfiguration()
    {
        setUp();
        const QString name = m_server->path(u"etc/prosody/prosody.cfg.lua"_s);
        const QByteArray ours = contentOf(name);
        QFile changed(name);
        QVERIFY(changed.open(QIODevice::Append) && changed.write("-- by hand\n") > 0);
        changed.close();
        const auto found = m_server->run({u"check"_s});
        QVERIFY2(found.errors.contains(u"isn't what `server` wrote"_s), qPrintable(found.errors));

        const auto answer = m_server->run({u"install"_s});
        QVERIFY2(answer.isGood() && answer.errors.contains(u"keep a configuration"_s), qPrintable(answer.errors));
        QCOMPARE(contentOf(name), ours);
        const QStringList kept = QDir(m_server->path(u"etc/prosody"_s)).entryList({u"prosody.cfg.lua.before-sgn-*"_s});
        QCOMPARE(kept.size(), 1);
        QCOMPARE(contentOf(m_server->path(u"etc/prosody/"_s + kept.first())), ours + "-- by hand\n");
    }

    void offersScramSha256AndNoRegistration()
    {
        setUpAndStart();
        const QString offered = QString::fromUtf8(features());
        QStringList mechanisms;
        static const QRegularExpression mechanism(u"<mechanism>([^<]+)</mechanism>"_s);
        for (auto it = mechanism.globalMatch(offered); it.hasNext();) {
            mechanisms += it.next().captured(1);
        }
        mechanisms.removeAll(u"SCRAM-SHA-256-PLUS"_s);
        QCOMPARE(mechanisms, QStringList{u"SCRAM-SHA-256"_s});
        QVERIFY2(!offered.contains(u"register"_s), qPrintable(offered));

        Account startTls = account(panelJid);
        startTls.port = m_server->startTlsPort();
        startTls.tls = Account::Tls::StartTls;
        Endpoint panel(startTls, quickOptions(Role::Panel));
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
    }

    void devicesSeeThePanelsAndNoOtherDevice()
    {
        setUpAndStart();
        // All of them look at everything that the server sends.
        const SessionOptions options = quickOptions(Role::Panel);
        Endpoint panel(account(panelJid), options);
        Endpoint first(account(u"meter-1@localhost"_s), options);
        Endpoint second(account(u"meter-2@localhost"_s), options);
        for (Endpoint *endpoint : {&panel, &first, &second}) {
            endpoint->acceptsAll = false;
            endpoint->session.start();
        }
        SGN_EVENTUALLY(panel.presence.value(u"meter-1@localhost"_s) && panel.presence.value(u"meter-2@localhost"_s));
        SGN_EVENTUALLY(first.presence.value(panelJid) && second.presence.value(panelJid));
        SGN_EVENTUALLY(!panel.roster.isEmpty() && !first.roster.isEmpty() && !second.roster.isEmpty());
        QCOMPARE(panel.roster.keys(), QStringList({u"meter-1@localhost"_s, u"meter-2@localhost"_s}));
        QCOMPARE(first.roster.keys(), QStringList(panelJid));
        QCOMPARE(second.roster.keys(), QStringList(panelJid));
        QCOMPARE(first.presence.keys(), QStringList(panelJid));

        // One that is added later, while a panel is online.
        QVERIFY(m_server->run({u"account"_s, u"add"_s, u"meter-3@localhost"_s, u"--password-stdin"_s}, secret.toUtf8())
                    .isGood());
        Endpoint third(account(u"meter-3@localhost"_s), quickOptions(Role::Device));
        third.session.setTrustedPeers({panelJid});
        third.session.start();
        SGN_EVENTUALLY(panel.presence.value(u"meter-3@localhost"_s));
        QCOMPARE(first.presence.keys(), QStringList(panelJid));
    }

    void archivesThePanelOnlyAndKeepsWhatADeviceMisses()
    {
        setUpAndStart();
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(u"meter-1@localhost"_s), quickOptions(Role::Device));
        panel.session.start();
        meter.session.start();
        SGN_EVENTUALLY(panel.session.isOnline() && meter.session.isOnline());
        meter.session.send(panelJid, R"({"n":1})");
        SGN_EVENTUALLY(panel.bodies().contains(R"({"n":1})"));
        panel.session.send(u"meter-2@localhost"_s, R"({"n":2})");
        SGN_EVENTUALLY(panel.acknowledged.size() == 1);
        Endpoint late(account(u"meter-2@localhost"_s), quickOptions(Role::Device));
        late.session.start();
        SGN_EVENTUALLY(late.bodies() == QByteArrayList{R"({"n":2})"});

        panel.messages.clear();
        panel.session.queryArchive({});
        SGN_EVENTUALLY(panel.archive.has_value());
        QVERIFY(panel.archive->has_value());
        QVERIFY(panel.bodies().contains(R"({"n":1})"));
        const QDir archive(m_server->path(u"var/lib/prosody/localhost/archive"_s));
        QCOMPARE(archive.entryList({u"meter*"_s}), QStringList());
        QCOMPARE(archive.entryList({u"panel.list"_s}).size(), 1);
    }

    void storesFilesWithinALimit()
    {
        QVERIFY(m_server->run(m_server->installation() + QStringList{u"--file-mib"_s, u"1"_s}).isGood());
        setUpAndStart();
        Endpoint meter(account(u"meter-1@localhost"_s), quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.canUpload());
        QCOMPARE(meter.session.uploadLimit(), std::optional<qint64>(1024 * 1024));
        const auto stored = upload(meter, write(u"logs.zip"_s, "PK logs"));
        QVERIFY(stored.has_value());
        QVERIFY2(stored->has_value(), stored->has_value() ? "" : qPrintable(stored->error().message));
        QCOMPARE(get(stored->value()), "PK logs");
        const auto refused = upload(meter, write(u"large.zip"_s, QByteArray(1024 * 1024 + 1, 'x')));
        QVERIFY(refused.has_value() && !refused->has_value());
        QCOMPARE(refused->error().code, ErrorCode::TooLarge);
    }

    void importsATableOfAccounts()
    {
        setUpAndStart();
        const QString table = write(u"accounts.csv"_s, "jid,password\n"
                                                       "meter-7@localhost,\"a,\"\"b\"\"\"\n"
                                                       "Meter-8@LOCALHOST,b\n"
                                                       "meter-9@elsewhere.net,b\n"
                                                       "a[x]@localhost,b\n"
                                                       "../../x@localhost,b\n"
                                                       "meter-10@localhost,\"b\x07\"\n"
                                                       "meter-11@localhost\n"
                                                       "meter-12@localhost,\n");
        auto answer = m_server->run({u"account"_s, u"import"_s, table});
        QCOMPARE(answer.exitCode, 1);
        for (int line = 4; line <= 9; ++line) {
            QVERIFY2(answer.errors.contains(u"line %1: "_s.arg(line)), qPrintable(answer.errors));
        }
        QVERIFY2(answer.errors.contains(u"2 new, 0 changed, 0 as they were"_s), qPrintable(answer.errors));
        answer = m_server->run({u"account"_s, u"list"_s});
        QCOMPARE(answer.output.count(u'\n'), 5);
        answer = m_server->run({u"account"_s, u"import"_s, table});
        QVERIFY2(answer.errors.contains(u"0 new, 0 changed, 2 as they were"_s), qPrintable(answer.errors));

        Endpoint meter(accountOn(*m_server, u"meter-7@localhost"_s, u"a,\"b\""_s), quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        // A lost device is out at once, and stays out.
        answer = m_server->run({u"account"_s, u"remove"_s, u"meter-7"_s, u"meter-7"_s});
        QVERIFY2(answer.isGood(), qPrintable(answer.errors));
        SGN_EVENTUALLY(meter.losses.size() > 1 && !meter.session.isOnline());
        QVERIFY(m_server->stored(u"accounts"_s, u"meter%2d7.dat"_s).isEmpty());
        answer = m_server->run({u"account"_s, u"remove"_s, u"panel"_s});
        QCOMPARE(answer.exitCode, 1);
    }

    void refusesOtherTables_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("mode");
        QTest::addColumn<QString>("reason");
        QTest::newRow("readable to others") << QByteArray("jid,password\n") << 0x6644 << u"others may open it"_s;
        QTest::newRow("other columns") << QByteArray("password,jid\n") << 0x6600 << u"its first line has to be"_s;
        QTest::newRow("empty") << QByteArray() << 0x6600 << u"its first line has to be"_s;
        QTest::newRow("not UTF-8") << QByteArray("jid,password\nm\xe4ter@localhost,b\n") << 0x6600 << u"not in UTF-8"_s;
        QTest::newRow("a quote without its end")
            << QByteArray("jid,password\nmeter@localhost,\"b\n") << 0x6600 << u"line 2"_s;
    }

    void refusesOtherTables()
    {
        QFETCH(const QByteArray, content);
        QFETCH(const int, mode);
        QFETCH(const QString, reason);
        setUp();
        const auto answer =
            m_server->run({u"account"_s, u"import"_s, write(u"t.csv"_s, content, QFile::Permissions(mode))});
        QCOMPARE(answer.exitCode, 1);
        QVERIFY2(answer.errors.contains(reason), qPrintable(answer.errors));
        QCOMPARE(m_server->run({u"account"_s, u"list"_s}).output.count(u'\n'), 3);
    }

    void renewsWithoutEndingASession()
    {
        setUpAndStart();
        Endpoint meter(account(u"meter-1@localhost"_s), quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        const QList<quint16> ports{m_server->port(), m_server->filesPort()};
        const QSslCertificate before = shownCertificate(ports.first());
        QVERIFY(!before.isNull());
        const QStringList names = before.subjectAlternativeNames().values(QSsl::DnsEntry);
        QVERIFY(names.contains(u"localhost"_s) && names.contains(u"upload.localhost"_s));
        const auto answer = m_server->run({u"renew"_s, u"--now"_s});
        QVERIFY2(answer.isGood(), qPrintable(answer.errors));
        for (const quint16 port : ports) {
            SGN_EVENTUALLY(!shownCertificate(port).isNull() && shownCertificate(port) != before);
        }
        QVERIFY(meter.session.isOnline());
        QCOMPARE(meter.losses.size(), 0);
    }

    void takesACertificateFromAnAuthorityElsewhere()
    {
        const QString authority = m_folder.filePath(u"authority"_s);
        const QString request = m_folder.filePath(u"request.pem"_s);
        const QString signedFile = m_folder.filePath(u"signed.pem"_s);
        QVERIFY(m_server->run({u"authority"_s, authority}).isGood());
        auto answer = m_server->run({u"authority"_s, authority});
        QVERIFY2(!answer.isGood() && answer.errors.contains(u"is there already"_s), qPrintable(answer.errors));

        answer = m_server->run(m_server->installation() +
                               QStringList{u"--ca-file"_s, authority + u"/ca.pem"_s, u"--request"_s, request});
        QVERIFY2(answer.isGood(), qPrintable(answer.errors));
        QVERIFY(!QFile::exists(m_server->path(u"etc/sgn-server/authority"_s)));
        QVERIFY(!contentOf(request).contains("PRIVATE"));
        // Not by an authority that devices don't trust.
        TestCa other;
        const auto foreign = other.issue(u"localhost"_s);
        answer = m_server->run({u"renew"_s, u"--certificate"_s, foreign.certificateFile, u"--key"_s, foreign.keyFile});
        QVERIFY2(!answer.isGood() && answer.errors.contains(u"devices would refuse"_s), qPrintable(answer.errors));

        answer = m_server->run({u"sign"_s, request, u"--authority"_s, authority, u"--out"_s, signedFile});
        QVERIFY2(answer.isGood() && answer.errors.contains(u"localhost, upload.localhost"_s),
                 qPrintable(answer.errors));
        const QStringList install{u"renew"_s, u"--certificate"_s, signedFile};
        QVERIFY(m_server->run(install).isGood());
        QVERIFY(m_server->run(install).changedNothing());
        answer = m_server->run({u"renew"_s, u"--now"_s});
        QVERIFY2(!answer.isGood() && answer.errors.contains(u"--request FILE"_s), qPrintable(answer.errors));
        setUpAndStart();
        QVERIFY(!shownCertificate(m_server->port()).isNull());
    }

    void aBackupIsRestoredOnAFreshMachine()
    {
        setUpAndStart();
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(u"meter-1@localhost"_s), quickOptions(Role::Device));
        panel.session.start();
        meter.session.start();
        SGN_EVENTUALLY(panel.session.isOnline() && meter.session.canUpload());
        meter.session.send(panelJid, R"({"n":1})");
        SGN_EVENTUALLY(panel.bodies().contains(R"({"n":1})"));
        panel.session.send(u"meter-2@localhost"_s, R"({"n":2})");
        SGN_EVENTUALLY(panel.acknowledged.size() == 1);
        const auto stored = upload(meter, write(u"logs.zip"_s, "PK logs"));
        QVERIFY(stored.has_value() && stored->has_value());

        const QString file = m_folder.filePath(u"server.tar.gz"_s);
        const auto backup = m_server->run({u"backup"_s, file});
        QVERIFY2(backup.isGood(), qPrintable(backup.errors));
        QCOMPARE(modeOf(file), 0600U);
        QVERIFY(!m_server->run({u"backup"_s, file}).isGood());
        QVERIFY2(panel.losses.isEmpty() && meter.losses.isEmpty(), "nothing but a moment's silence");
        const QByteArray trusted = contentOf(m_server->caFile());
        const auto certificate = shownCertificate(m_server->port());
        const int port = m_server->port();
        m_server->stop();
        // The same ports, so that the file's URL is still right.
        ProductionServer fresh;
        const auto restored = fresh.run({u"restore"_s, file});
        QVERIFY2(restored.isGood(), qPrintable(restored.errors));
        QCOMPARE(contentOf(fresh.caFile()), trusted);
        QVERIFY(fresh.run({u"install"_s}).changedNothing());
        QVERIFY(fresh.start());
        QCOMPARE(shownCertificate(static_cast<quint16>(port)), certificate);

        Account newAccount = account(panelJid);
        newAccount.caFile = fresh.caFile();
        Endpoint newPanel(newAccount, quickOptions(Role::Panel));
        newAccount.jid = u"meter-2@localhost"_s;
        Endpoint late(newAccount, quickOptions(Role::Device));
        newPanel.session.start();
        late.session.start();
        SGN_EVENTUALLY(late.bodies() == QByteArrayList{R"({"n":2})"});
        SGN_EVENTUALLY(newPanel.session.isOnline());
        newPanel.session.queryArchive({});
        SGN_EVENTUALLY(newPanel.archive.has_value());
        QVERIFY(newPanel.bodies().contains(R"({"n":1})"));
        QCOMPARE(get(stored->value()), "PK logs");
    }

    void keepsTheLastBackups()
    {
        setUp();
        const QDir series(m_folder.filePath(u"series"_s));
        const QStringList keepOne{u"backup"_s, series.path(), u"--keep"_s, u"1"_s, u"--without-authority-key"_s};
        QVERIFY(m_server->run(keepOne).isGood());
        QCOMPARE(modeOf(series.path()), 0700U);
        const QString old = u"sgn-server-localhost-20200101T000000Z.tar.gz"_s;
        const QString others = u"sgn-server-localhost.example-20200101T000000Z.tar.gz"_s;
        write(u"series/"_s + old, {});
        write(u"series/"_s + others, {});
        QVERIFY(m_server->run(keepOne).isGood());
        QStringList left = series.entryList(QDir::Files | QDir::Hidden);
        QCOMPARE(left.size(), 2);
        QVERIFY(left.removeOne(others) && left.first() != old);

        // What its authority signs comes from elsewhere then.
        const ProductionServer fresh;
        QVERIFY(fresh.run({u"restore"_s, series.filePath(left.first())}).isGood());
        QVERIFY(QFile::exists(fresh.path(u"etc/sgn-server/authority/ca.pem"_s)));
        QVERIFY(!QFile::exists(fresh.path(u"etc/sgn-server/authority/ca.key"_s)));
        const auto answer = fresh.run({u"renew"_s, u"--now"_s});
        QVERIFY2(!answer.isGood() && answer.errors.contains(u"--request FILE"_s), qPrintable(answer.errors));
    }

    void restoresOverAccountsOnlyWhenOrdered()
    {
        setUpAndStart();
        const QString file = m_folder.filePath(u"over.tar.gz"_s);
        QVERIFY(m_server->run({u"backup"_s, file}).isGood());
        auto answer = m_server->run({u"restore"_s, file});
        QVERIFY2(!answer.isGood() && answer.errors.contains(u"--replace"_s), qPrintable(answer.errors));
        answer = m_server->run({u"restore"_s, file, u"--replace"_s});
        QVERIFY2(!answer.isGood() && answer.errors.contains(u"Prosody runs"_s), qPrintable(answer.errors));
        m_server->stop();
        QVERIFY(m_server->run({u"account"_s, u"remove"_s, u"meter-1"_s}).isGood());
        answer = m_server->run({u"restore"_s, file, u"--replace"_s});
        QVERIFY2(answer.isGood(), qPrintable(answer.errors));
        QVERIFY(m_server->run({u"account"_s, u"list"_s}).output.contains(u"meter-1"_s));
        QCOMPARE(QDir(m_server->path(u"var/lib"_s)).entryList({u"prosody.before-restore-*"_s}).size(), 1);
    }

    void refusesWhatIsNoBackup_data()
    {
        QTest::addColumn<QByteArray>("script");
        // Each gets the members of a good backup, and writes others.
        QTest::newRow("out of the folder") << QByteArray("add('var/lib/prosody/../../../x')");
        QTest::newRow("absolute") << QByteArray("add('/etc/x')");
        QTest::newRow("another file of the system") << QByteArray("add('etc/passwd')");
        QTest::newRow("beside its folder") << QByteArray("add('etc/sgn-server/../passwd')");
        QTest::newRow("a hidden folder") << QByteArray("add('etc/sgn-server/.ssh/keys')");
        QTest::newRow("another program's configuration") << QByteArray("add('etc/prosody/prosody.cfg.lua')");
        QTest::newRow("a hidden file") << QByteArray("add('var/lib/prosody/.profile')");
        QTest::newRow("a link") << QByteArray(
            "m = tarfile.TarInfo('var/lib/prosody/localhost/a'); m.type = tarfile.SYMTYPE; "
            "m.linkname = '/etc'; members.append((m, b''))");
        QTest::newRow("a device") << QByteArray(
            "m = tarfile.TarInfo('var/lib/prosody/localhost/a'); m.type = tarfile.CHRTYPE; "
            "members.append((m, b''))");
        QTest::newRow("one file twice") << QByteArray(
            "add('var/lib/prosody/localhost/a'); add('var/lib/prosody/localhost/a')");
        QTest::newRow("no manifest") << QByteArray("del members[0]");
        QTest::newRow("a later format") << QByteArray("members[0] = change('manifest.json', b'{\"format\": 2}')");
        QTest::newRow("no settings") << QByteArray(
            "members = [m for m in members if m[0].name != 'etc/sgn-server/server.json']");
        QTest::newRow("settings of a later version")
            << QByteArray("members.append(change('etc/sgn-server/server.json', b'{\"format\": 1, \"new\": 1}'))");
        QTest::newRow("settings with Lua")
            << QByteArray("members.append(change('etc/sgn-server/server.json', "
                          "b'{\"format\": 1, \"domain\": \"localhost\\\\\"\", \"panels\": [\"panel\"]}'))");
        QTest::newRow("cut") << QByteArray("cut = True");
        QTest::newRow("damaged") << QByteArray("damaged = True");
    }

    void refusesWhatIsNoBackup()
    {
        QFETCH(const QByteArray, script);
        setUp();
        const QString good = m_folder.filePath(u"good.tar.gz"_s);
        QFile::remove(good);
        QVERIFY(m_server->run({u"backup"_s, good}).isGood());
        const QString bad = m_folder.filePath(u"bad.tar.gz"_s);
        QProcess python;
        python.start(u"python3"_s, {u"-c"_s, QString::fromUtf8(R"(
import gzip, io, sys, tarfile
with tarfile.open(sys.argv[1]) as source:
    members = [(m, source.extractfile(m).read()) for m in source]
def change(name, content):
    m = tarfile.TarInfo(name); m.size = len(content); return m, content
def add(name):
    members.append(change(name, b'x'))
cut = damaged = False
)" + script + R"(
out = io.BytesIO()
with tarfile.open(fileobj=out, mode='w') as target:
    for m, content in members:
        target.addfile(m, io.BytesIO(content))
packed = bytearray(gzip.compress(out.getvalue()))
if cut: packed = packed[:-100]
if damaged: packed[len(packed) // 2] ^= 1
open(sys.argv[2], 'wb').write(packed)
)"),
                                    good, bad});
        QVERIFY(python.waitForFinished() && python.exitCode() == 0);
        const ProductionServer fresh;
        const auto answer = fresh.run({u"restore"_s, bad});
        QCOMPARE(answer.exitCode, 1);
        QVERIFY2(answer.errors.startsWith(u"server: "_s) && !answer.errors.contains(u"Traceback"_s),
                 qPrintable(answer.errors));
        for (auto all = everythingIn(fresh.root()); const auto &[name, content] : all.asKeyValueRange()) {
            QVERIFY2(QFileInfo(name).isDir(), qPrintable(name));
        }
    }

    void aKilledBackupLeavesProsodyRunning()
    {
        setUpAndStart();
        QProcess python;
        python.start(u"python3"_s, {u"-B"_s, u"-c"_s, uR"(
import os, signal, sys
sys.path.insert(0, sys.argv[1])
import prosody_machine, machine
server = prosody_machine.ProsodyMachine(sys.argv[2], False)
with server.frozen():
    print(machine.state_of(server.service_pid()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
)"_s,
                                    QStringLiteral(SGN_SOURCE_DIR "/deploy/prosody"), m_server->root()});
        QVERIFY(python.waitForFinished());
        QCOMPARE(python.readAllStandardOutput(), "T\n");
        QCOMPARE(python.exitStatus(), QProcess::CrashExit);
        Endpoint meter(account(u"meter-1@localhost"_s), quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
    }
};

QTEST_GUILESS_MAIN(ProsodyProductionTest)
#include "tst_prosody_production.moc"
