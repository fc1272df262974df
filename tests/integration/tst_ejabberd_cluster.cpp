// SPDX-License-Identifier: GPL-3.0-or-later
// What deploy/ejabberd/server makes of two machines and a database: folders stand for the machines, the two nodes of
// ejabberd in them and PostgreSQL are real.
#include "integration/XmppEndpoint.h"
#include "support/ClusterServers.h"
#include "support/EjabberdServer.h"
#include "support/ProductionServer.h"
#include "xmpp/PrivateNodes.h"

#include <QDirIterator>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QRegularExpression>
#include <QSslSocket>
#include <QTcpServer>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::test;
using namespace sgn::xmpp;

namespace {

const QString panelJid = u"panel@localhost"_s;
const QString firstJid = u"meter-1@localhost"_s;
const QString secondJid = u"meter-2@localhost"_s;
const QString secret = u"påss,word"_s;
const QString notesNode = u"urn:sgn:test:1"_s;

// Each starts nodes, or waits for the other node to find one dead.
#define SGN_IN_THE_END(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 90'000)

QMap<QString, QByteArray> everythingIn(const QString &folder)
{
    QMap<QString, QByteArray> all;
    QDirIterator it(folder, QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot | QDir::System,
                    QDirIterator::Subdirectories);
    while (it.hasNext()) {
        QFile file(it.next());
        all.insert(file.fileName(), it.fileInfo().isFile() && file.open(QIODevice::ReadOnly) ? file.readAll() : "");
    }
    return all;
}

// One address for both nodes, as records in DNS give clients: it leads to the first node that takes a connection.
class Door : public QObject
{
public:
    explicit Door(QList<const XmppServer *> servers)
        : m_servers(std::move(servers))
    {
        if (!m_listener.listen(QHostAddress::LocalHost)) {
            qFatal("the door can't listen");
        }
        connect(&m_listener, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *const client = m_listener.nextPendingConnection()) {
                open(client, 0);
            }
        });
    }

    quint16 port() const { return m_listener.serverPort(); }
    // Where the last client was led to.
    QString last;

private:
    void open(QTcpSocket *client, qsizetype index)
    {
        if (index == m_servers.size()) {
            client->abort();
            client->deleteLater();
            return;
        }
        auto *const server = new QTcpSocket(client);
        connect(server, &QTcpSocket::connected, this, [this, client, server, index] {
            last = m_servers.at(index)->address();
            connect(client, &QTcpSocket::readyRead, server, [client, server] { server->write(client->readAll()); });
            connect(server, &QTcpSocket::readyRead, client, [client, server] { client->write(server->readAll()); });
            connect(client, &QTcpSocket::disconnected, server, &QTcpSocket::disconnectFromHost);
            connect(server, &QTcpSocket::disconnected, client, &QTcpSocket::disconnectFromHost);
            server->write(client->readAll());
        });
        connect(server, &QTcpSocket::errorOccurred, this, [this, client, server, index] {
            if (server->error() == QAbstractSocket::ConnectionRefusedError) {
                server->deleteLater();
                open(client, index + 1);
            } else {
                client->abort();
            }
        });
        server->connectToHost(m_servers.at(index)->address(), m_servers.at(index)->port());
    }

    QList<const XmppServer *> m_servers;
    QTcpServer m_listener;
};

} // namespace

class EjabberdClusterTest : public QObject
{
    Q_OBJECT

    ClusterPorts m_ports;
    std::unique_ptr<PostgresServer> m_postgres;
    std::unique_ptr<ClusterNode> m_first;
    std::unique_ptr<ClusterNode> m_second;
    QTemporaryDir m_folder;
    QNetworkAccessManager m_network;

    static QByteArray passwords(int count) { return (secret.toUtf8() + '\n').repeated(count); }
    static Account accountAt(const XmppServer &server, const QString &jid) { return accountOn(server, jid, secret); }
    void setUpFirst();
    void setUpSecond();
    std::unique_ptr<QNetworkReply> get(const QUrl &url);
    QByteArray conversation(const ClusterNode &node, const QByteArray &words, const QByteArray &until) const;

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanupTestCase();
    void changesNothingTheSecondTime();
    void offersScramAlone();
    void devicesSeeThePanelAndNoOtherDevice();
    void passesMessagesBetweenNodes();
    void keepsCommandsForADeviceThatComesToTheOtherNode();
    void givesThePanelItsArchiveAtEitherNode();
    void desksShareNotesAcrossNodes();
    void removesAnAccountFromAllNodes();
    void keepsPasswordsOutOfTheLogs();
    void clientsGoOnAtTheOtherNodeAfterAKill();
    void aPlannedStopMovesClients();
    void beginsAnewWhereTheLastNodeIsLost();
    void filesAreOnTheNodeThatTookThem();
    void goesOnOnceTheDatabaseIsBack();
    void restoresIntoAnEmptyDatabase();
    void takesAccountsOfProsody();
    void refusesPanelsThatAreNoAccounts();
};

void EjabberdClusterTest::initTestCase()
{
    if (EjabberdServer::version().isEmpty() || PostgresServer::programs().isEmpty()) {
        QSKIP("ejabberd or PostgreSQL isn't installed");
    }
    QVERIFY(m_folder.isValid());
    m_postgres = std::make_unique<PostgresServer>();
    QVERIFY(m_postgres->start());
    setUpFirst();
    if (!QTest::currentTestFailed()) {
        setUpSecond();
    }
}

void EjabberdClusterTest::setUpFirst()
{
    m_first = std::make_unique<ClusterNode>(1, m_ports);
    const auto installed = m_first->run(m_first->installation(*m_postgres) + QStringList{u"--archive-weeks"_s, u"3"_s});
    QVERIFY2(installed.isGood(), qPrintable(installed.errors));
    QVERIFY(m_first->start());
    const auto added = m_first->run(
        {u"account"_s, u"add"_s, u"panel"_s, u"meter-1"_s, u"meter-2"_s, u"--password-stdin"_s}, passwords(3));
    QVERIFY2(added.isGood(), qPrintable(added.errors));
}

void EjabberdClusterTest::setUpSecond()
{
    m_second = std::make_unique<ClusterNode>(2, m_ports);
    const QString file = m_folder.filePath(u"second.json"_s);
    const auto written = m_first->run({u"node-file"_s, file, u"--node-address"_s, m_second->address(), u"--listen"_s,
                                       m_second->address(), u"--file-host"_s, u"files2.localhost"_s});
    QVERIFY2(written.isGood(), qPrintable(written.errors));
    const auto prepared = m_second->run({u"join"_s, file});
    QVERIFY2(prepared.isGood(), qPrintable(prepared.errors));
    QVERIFY(m_second->start());
    const auto joined = m_second->run({u"join"_s});
    QVERIFY2(joined.isGood() && joined.errors.contains(u"join the cluster of ejabberd@127.0.0.1"_s),
             qPrintable(joined.errors));
}

// A case may have left a node dead.
void EjabberdClusterTest::init()
{
    for (ClusterNode *node : {m_first.get(), m_second.get()}) {
        QVERIFY(node);
        if (!node->isRunning()) {
            QVERIFY(node->start());
        }
    }
    for (const ClusterNode *node : {m_first.get(), m_second.get()}) {
        const auto found = node->run({u"check"_s});
        QVERIFY2(found.isGood(), qPrintable(found.errors));
        QVERIFY2(found.output.contains(u"nodes that run: ejabberd@127.0.0.1, ejabberd@127.0.0.2"_s),
                 qPrintable(found.output));
    }
}

void EjabberdClusterTest::cleanupTestCase()
{
    m_second.reset();
    m_first.reset();
    m_postgres.reset();
}

void EjabberdClusterTest::changesNothingTheSecondTime()
{
    const auto before = everythingIn(m_first->path(u"etc"_s));
    for (const QStringList &again :
         {m_first->installation(*m_postgres), QStringList{u"install"_s}, QStringList{u"renew"_s},
          QStringList{u"panel"_s, u"add"_s, u"panel"_s}, QStringList{u"panel"_s, u"regroup"_s}}) {
        const auto answer = m_first->run(again);
        QVERIFY2(answer.changedNothing(), qPrintable(answer.errors));
    }
    QCOMPARE(everythingIn(m_first->path(u"etc"_s)), before);
    const auto again = m_second->run({u"join"_s});
    QVERIFY2(again.changedNothing(), qPrintable(again.errors));
    const auto dry = m_first->run({u"install"_s, u"--archive-weeks"_s, u"4"_s, u"--dry-run"_s});
    QVERIFY2(dry.isGood() && dry.errors.contains(u"would write "_s), qPrintable(dry.errors));
    QCOMPARE(everythingIn(m_first->path(u"etc"_s)), before);
}

// What the node replies to words on its port for direct TLS, up to a text in it.
QByteArray EjabberdClusterTest::conversation(const ClusterNode &node, const QByteArray &words,
                                             const QByteArray &until) const
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setCaCertificates(QSslCertificate::fromPath(node.caFile()));
    QSslSocket socket;
    socket.setSslConfiguration(configuration);
    socket.connectToHostEncrypted(node.address(), node.port(), u"localhost"_s);
    if (!QTest::qWaitFor([&socket] { return socket.isEncrypted(); }, 20'000)) {
        return socket.errorString().toUtf8();
    }
    QByteArray answer;
    const auto awaitText = [&](const QByteArray &text) {
        return QTest::qWaitFor([&] { return (answer += socket.readAll()).contains(text); }, 20'000);
    };
    socket.write("<stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
                 "xmlns:stream='http://etherx.jabber.org/streams'>");
    if (awaitText("</stream:features>") && !words.isEmpty()) {
        socket.write(words);
        [[maybe_unused]] const bool came = awaitText(until);
    }
    return answer;
}

void EjabberdClusterTest::offersScramAlone()
{
    for (const ClusterNode *node : {m_first.get(), m_second.get()}) {
        const QString offered = QString::fromUtf8(conversation(*node, {}, {}));
        QStringList mechanisms;
        static const QRegularExpression mechanism(u"<mechanism>([^<]+)</mechanism>"_s);
        for (auto it = mechanism.globalMatch(offered); it.hasNext();) {
            mechanisms += it.next().captured(1);
        }
        mechanisms.removeAll(u"SCRAM-SHA-256-PLUS"_s);
        QCOMPARE(mechanisms, QStringList{u"SCRAM-SHA-256"_s});
        QVERIFY2(!offered.contains(u"register"_s), qPrintable(offered));

        const QByteArray plain = ('\0' + QByteArray("meter-1") + '\0' + secret.toUtf8()).toBase64();
        const QByteArray answer =
            conversation(*node, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + plain + "</auth>",
                         "</failure>");
        QVERIFY2(answer.contains("<failure") && !answer.contains("<success"), answer.constData());
    }
    Endpoint panel(accountAt(*m_second, panelJid), quickOptions(Role::Panel));
    panel.session.start();
    SGN_EVENTUALLY(panel.session.isOnline());
}

void EjabberdClusterTest::devicesSeeThePanelAndNoOtherDevice()
{
    // All of them look at everything that the servers send.
    const SessionOptions options = quickOptions(Role::Panel);
    Endpoint panel(accountAt(*m_first, panelJid), options);
    Endpoint first(accountAt(*m_second, firstJid), options);
    Endpoint second(accountAt(*m_first, secondJid), options);
    for (Endpoint *endpoint : {&panel, &first, &second}) {
        endpoint->acceptsAll = false;
        endpoint->session.start();
    }
    SGN_EVENTUALLY(panel.presence.value(firstJid) && panel.presence.value(secondJid));
    SGN_EVENTUALLY(first.presence.value(panelJid) && second.presence.value(panelJid));
    SGN_EVENTUALLY(panel.roster.contains(firstJid) && !first.roster.isEmpty() && !second.roster.isEmpty());
    QVERIFY(panel.roster.contains(secondJid) && !panel.roster.contains(panelJid));
    QCOMPARE(first.roster.keys(), QStringList(panelJid));
    QCOMPARE(second.roster.keys(), QStringList(panelJid));
    QVERIFY(!first.presence.contains(secondJid) && !second.presence.contains(firstJid));
    QVERIFY2(panel.requests.isEmpty(), qPrintable(panel.requests.join(u' ')));

    // One that is added at the other node while the panel is online: it is a contact at once.
    const auto added = m_second->run({u"account"_s, u"add"_s, u"meter-3"_s, u"--password-stdin"_s}, passwords(1));
    QVERIFY2(added.isGood(), qPrintable(added.errors));
    SGN_EVENTUALLY(panel.roster.contains(u"meter-3@localhost"_s));
    Endpoint third(accountAt(*m_second, u"meter-3@localhost"_s), quickOptions(Role::Device));
    third.session.start();
    SGN_EVENTUALLY(panel.presence.value(u"meter-3@localhost"_s));
}

void EjabberdClusterTest::passesMessagesBetweenNodes()
{
    Endpoint panel(accountAt(*m_first, panelJid), quickOptions(Role::Panel));
    Endpoint meter(accountAt(*m_second, firstJid), quickOptions(Role::Device));
    meter.session.setTrustedPeers({panelJid});
    panel.session.start();
    meter.session.start();
    SGN_EVENTUALLY(panel.presence.value(firstJid) && meter.presence.value(panelJid));
    panel.session.send(firstJid, "{\"to\":\"second\"}");
    SGN_EVENTUALLY(meter.bodies().contains("{\"to\":\"second\"}"));
    meter.session.send(panelJid, "{\"to\":\"first\"}");
    SGN_EVENTUALLY(panel.bodies().contains("{\"to\":\"first\"}"));
}

void EjabberdClusterTest::keepsCommandsForADeviceThatComesToTheOtherNode()
{
    Endpoint panel(accountAt(*m_first, panelJid), quickOptions(Role::Panel));
    panel.session.start();
    SGN_EVENTUALLY(panel.session.isOnline());
    panel.session.send(secondJid, "{\"command_no\":1}");
    panel.session.send(secondJid, "{\"command_no\":2}");
    SGN_EVENTUALLY(panel.acknowledged.size() == 2);
    QVERIFY(panel.undeliverable.isEmpty());
    Endpoint meter(accountAt(*m_second, secondJid), quickOptions(Role::Device));
    meter.session.start();
    SGN_EVENTUALLY(meter.messages.size() == 2);
    QCOMPARE(meter.bodies(), QByteArrayList({"{\"command_no\":1}", "{\"command_no\":2}"}));
}

void EjabberdClusterTest::givesThePanelItsArchiveAtEitherNode()
{
    const QByteArray result("{\"archived\":true}");
    {
        Endpoint meter(accountAt(*m_second, firstJid), quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        meter.session.send(panelJid, result);
        SGN_EVENTUALLY(!meter.acknowledged.isEmpty());
    }
    for (const ClusterNode *node : {m_first.get(), m_second.get()}) {
        Endpoint panel(accountAt(*node, panelJid), quickOptions(Role::Panel));
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        panel.session.queryArchive({});
        SGN_EVENTUALLY(panel.archive.has_value());
        QVERIFY(panel.archive->has_value());
        const bool isThere =
            std::any_of(panel.messages.cbegin(), panel.messages.cend(), [&](const IncomingMessage &message) {
                return message.fromArchive && message.body == result && message.fromBare == firstJid;
            });
        QVERIFY(isThere);
    }
    // A device's messages aren't kept for the device.
    Endpoint meter(accountAt(*m_first, firstJid), quickOptions(Role::Panel));
    meter.session.start();
    SGN_EVENTUALLY(meter.session.isOnline());
    meter.session.queryArchive({});
    SGN_EVENTUALLY(meter.archive.has_value());
    QVERIFY(std::none_of(meter.messages.cbegin(), meter.messages.cend(),
                         [](const IncomingMessage &message) { return message.fromArchive; }));
}

void EjabberdClusterTest::desksShareNotesAcrossNodes()
{
    SessionOptions watching = quickOptions(Role::Panel);
    watching.watchedNodes = QStringList{notesNode};
    Endpoint desk(accountAt(*m_first, panelJid), watching);
    Endpoint other(accountAt(*m_second, panelJid), watching);
    QList<PrivateItem> published;
    connect(&other.session.privateNodes(), &PrivateNodes::itemPublished, this,
            [&published](const QString &, const PrivateItem &item) { published += item; });
    desk.session.start();
    other.session.start();
    SGN_EVENTUALLY(desk.session.isOnline() && other.session.isOnline());
    std::optional<Outcome> done;
    const PrivateItem note{u"meter-1"_s, "{\"note\":\"cellar\"}"_ba};
    desk.session.privateNodes().publish(notesNode, note, 1000, [&done](const Outcome &outcome) { done = outcome; });
    SGN_EVENTUALLY(done);
    QVERIFY2(*done, qPrintable(done->has_value() ? QString() : done->error().message));
    SGN_EVENTUALLY(published.contains(note));
}

void EjabberdClusterTest::removesAnAccountFromAllNodes()
{
    const QString lost = u"lost@localhost"_s;
    QVERIFY(m_first->run({u"account"_s, u"add"_s, u"lost"_s, u"--password-stdin"_s}, passwords(1)).isGood());
    Endpoint device(accountAt(*m_second, lost), quickOptions(Role::Device));
    device.session.start();
    SGN_EVENTUALLY(device.session.isOnline());
    const auto removed = m_first->run({u"account"_s, u"remove"_s, u"lost"_s});
    QVERIFY2(removed.isGood(), qPrintable(removed.errors));
    SGN_EVENTUALLY(!device.losses.isEmpty());
    const auto refused = [&device] {
        return !device.session.isOnline() && device.losses.last().code == ErrorCode::Authentication;
    };
    SGN_EVENTUALLY(refused());
    QVERIFY(!m_second->run({u"account"_s, u"list"_s}).output.contains(u"lost"_s));
}

void EjabberdClusterTest::keepsPasswordsOutOfTheLogs()
{
    QVERIFY(m_first->run({u"account"_s, u"password"_s, u"meter-3"_s, u"--password-stdin"_s}, passwords(1)).isGood() ||
            m_first->run({u"account"_s, u"add"_s, u"meter-3"_s, u"--password-stdin"_s}, passwords(1)).isGood());
    for (const ClusterNode *node : {m_first.get(), m_second.get()}) {
        QVERIFY(node->log().contains("is started in the node"));
        for (auto all = everythingIn(node->root()); const auto &[name, content] : all.asKeyValueRange()) {
            QVERIFY2(!content.contains(secret.toUtf8()), qPrintable(name));
            QVERIFY2(!content.contains("database: ") || name.contains(u"/etc/"_s), qPrintable(name));
        }
    }
}

void EjabberdClusterTest::clientsGoOnAtTheOtherNodeAfterAKill()
{
    const Door door({m_first.get(), m_second.get()});
    Account doorstep = accountAt(*m_first, firstJid);
    doorstep.port = door.port();
    doorstep.host = u"127.0.0.1"_s;
    Endpoint panel(accountAt(*m_second, panelJid), quickOptions(Role::Panel));
    Endpoint meter(doorstep, quickOptions(Role::Device));
    panel.session.start();
    meter.session.start();
    SGN_EVENTUALLY(panel.presence.value(firstJid) && meter.session.isOnline());
    QCOMPARE(door.last, m_first->address());

    m_first->kill();
    SGN_IN_THE_END(meter.logins > 1 && meter.session.isOnline());
    QCOMPARE(door.last, m_second->address());
    // A message before that may be routed to the dead session, and lost: the panel repeats what isn't answered.
    const auto found = m_second->run({u"check"_s});
    QVERIFY2(found.errors.contains(u"the node ejabberd@127.0.0.1 of the cluster doesn't run"_s),
             qPrintable(found.errors));
    panel.session.send(firstJid, "{\"command_no\":3}");
    SGN_EVENTUALLY(meter.bodies().contains("{\"command_no\":3}"));
    meter.session.send(panelJid, "{\"result\":3}");
    SGN_EVENTUALLY(panel.bodies().contains("{\"result\":3}"));
    // Accounts can be made meanwhile, and the node finds them when it returns.
    QVERIFY(m_second->run({u"account"_s, u"add"_s, u"meter-4"_s, u"--password-stdin"_s}, passwords(1)).isGood());
    QVERIFY(m_first->start());
    Endpoint added(accountAt(*m_first, u"meter-4@localhost"_s), quickOptions(Role::Device));
    added.session.setTrustedPeers({panelJid});
    added.session.start();
    SGN_IN_THE_END(added.presence.value(panelJid) && panel.presence.value(u"meter-4@localhost"_s));
}

void EjabberdClusterTest::aPlannedStopMovesClients()
{
    const Door door({m_second.get(), m_first.get()});
    Account doorstep = accountAt(*m_second, secondJid);
    doorstep.port = door.port();
    doorstep.host = u"127.0.0.1"_s;
    Endpoint panel(accountAt(*m_first, panelJid), quickOptions(Role::Panel));
    Endpoint meter(doorstep, quickOptions(Role::Device));
    panel.session.start();
    meter.session.start();
    SGN_EVENTUALLY(panel.presence.value(secondJid));
    QCOMPARE(door.last, m_second->address());
    const auto stopped = m_second->run({u"stop"_s});
    if (!stopped.isGood()) {
        qWarning().noquote() << m_second->log().right(4'000);
    }
    QVERIFY2(stopped.isGood() &&
                 stopped.errors.contains(u"sessions ended; their clients connect to ejabberd@127.0.0.1"_s),
             qPrintable(stopped.errors));
    QVERIFY(m_second->awaitEnd());
    SGN_EVENTUALLY(meter.logins > 1 && meter.session.isOnline());
    panel.session.send(secondJid, "{\"command_no\":4}");
    SGN_EVENTUALLY(meter.bodies().contains("{\"command_no\":4}"));
    const auto alone = m_first->run({u"stop"_s});
    QVERIFY2(!alone.isGood() && alone.errors.contains(u"no other node runs"_s), qPrintable(alone.errors));
}

// A node that ended before the others waits for them when it starts.
void EjabberdClusterTest::beginsAnewWhereTheLastNodeIsLost()
{
    m_first->kill();
    m_second->kill();
    const auto anew = m_first->run({u"begin-anew"_s});
    QVERIFY2(anew.isGood() && anew.errors.contains(u"mnesia.before-"_s), qPrintable(anew.errors));
    QVERIFY(m_first->start());
    const auto alone = m_first->run({u"check"_s});
    QVERIFY2(alone.isGood() && alone.output.contains(u"nodes that run: ejabberd@127.0.0.1\n"_s),
             qPrintable(alone.output + alone.errors));
    QVERIFY(m_second->run({u"begin-anew"_s}).isGood());
    QVERIFY(m_second->start());
    const auto joined = m_second->run({u"join"_s});
    QVERIFY2(joined.isGood() && !joined.changedNothing(), qPrintable(joined.errors));
    Endpoint panel(accountAt(*m_first, panelJid), quickOptions(Role::Panel));
    Endpoint meter(accountAt(*m_second, firstJid), quickOptions(Role::Device));
    panel.session.start();
    meter.session.start();
    SGN_EVENTUALLY(panel.presence.value(firstJid) && meter.session.isOnline());
}

// Whatever name its certificate has: one is of the other node.
std::unique_ptr<QNetworkReply> EjabberdClusterTest::get(const QUrl &url)
{
    std::unique_ptr<QNetworkReply> reply(m_network.get(QNetworkRequest(url)));
    reply->ignoreSslErrors();
    [[maybe_unused]] const bool came = QTest::qWaitFor([&reply] { return reply->isFinished(); }, 20'000);
    return reply;
}

void EjabberdClusterTest::filesAreOnTheNodeThatTookThem()
{
    QFile file(m_folder.filePath(u"release.zip"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("a release") > 0);
    file.close();
    Endpoint panel(accountAt(*m_first, panelJid), quickOptions(Role::Panel));
    panel.session.start();
    SGN_EVENTUALLY(panel.session.isOnline() && panel.session.canUpload());
    std::optional<Result<QUrl>> result;
    connect(panel.session.uploadFile(file.fileName()), &Upload::finished, this,
            [&result](const Result<QUrl> &url) { result = url; });
    SGN_EVENTUALLY(result);
    QVERIFY2(*result, qPrintable(result->has_value() ? QString() : result->error().message));
    QUrl url = result->value();
    QCOMPARE(url.host(), u"localhost"_s); // the first node's
    const auto taken = get(url);
    QCOMPARE(taken->readAll(), "a release");
    QCOMPARE(taken->rawHeader("X-Content-Type-Options"), "nosniff");
    QCOMPARE(taken->rawHeader("Content-Security-Policy"), "default-src 'none'; sandbox");
    url.setHost(m_second->address());
    const auto missed = get(url);
    QCOMPARE(missed->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), 404);
    // Nothing else is served.
    for (const QString &path :
         {u"/admin/"_s, u"/api/status"_s, u"/api/v0/status"_s, u"/oauth/authorization_token"_s, u"/"_s}) {
        url.setPath(path);
        QCOMPARE(get(url)->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), 404);
    }
}

void EjabberdClusterTest::goesOnOnceTheDatabaseIsBack()
{
    Endpoint panel(accountAt(*m_first, panelJid), quickOptions(Role::Panel));
    Endpoint meter(accountAt(*m_second, firstJid), quickOptions(Role::Device));
    panel.session.start();
    meter.session.start();
    SGN_EVENTUALLY(panel.presence.value(firstJid) && meter.session.isOnline());
    m_postgres->stop();
    const auto found = m_first->run({u"check"_s});
    QVERIFY2(found.errors.contains(u"wrong: the database at "_s), qPrintable(found.errors));
    panel.session.send(firstJid, "{\"command_no\":5}");
    Endpoint late(accountAt(*m_second, secondJid), quickOptions(Role::Device));
    late.session.start();
    SGN_IN_THE_END(!late.losses.isEmpty());
    QCOMPARE(late.logins, 0);

    QVERIFY(m_postgres->resume());
    SGN_IN_THE_END(late.session.isOnline());
    // What was on its way meanwhile may be lost: the panel repeats what isn't answered.
    const auto answered = [&panel, &meter] {
        panel.session.send(firstJid, "{\"command_no\":6}");
        return meter.bodies().contains("{\"command_no\":6}");
    };
    SGN_IN_THE_END(answered());
    QVERIFY(meter.session.isOnline());
    meter.session.send(panelJid, "{\"result\":6}");
    SGN_IN_THE_END(panel.bodies().contains("{\"result\":6}"));
    qInfo() << "the message of the meantime" << (meter.bodies().contains("{\"command_no\":5}") ? "came" : "is lost");
}

void EjabberdClusterTest::restoresIntoAnEmptyDatabase()
{
    const QByteArray before("{\"before\":\"the backup\"}");
    {
        Endpoint panel(accountAt(*m_first, panelJid), quickOptions(Role::Panel));
        Endpoint meter(accountAt(*m_second, firstJid), quickOptions(Role::Device));
        panel.session.start();
        meter.session.start();
        SGN_EVENTUALLY(panel.session.isOnline() && meter.session.isOnline());
        meter.session.send(panelJid, before);
        SGN_EVENTUALLY(panel.bodies().contains(before));
        std::optional<Outcome> done;
        panel.session.privateNodes().publish(notesNode, {u"kept"_s, "{\"note\":\"kept\"}"_ba}, 1000,
                                             [&done](const Outcome &outcome) { done = outcome; });
        SGN_EVENTUALLY(done);
        QVERIFY(*done);
    }
    const QString file = m_folder.filePath(u"backup.tar.gz"_s);
    QFile::remove(file);
    const auto taken = m_second->run({u"backup"_s, file});
    QVERIFY2(taken.isGood(), qPrintable(taken.errors));
    QCOMPARE(QFileInfo(file).permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());

    PostgresServer empty;
    QVERIFY(empty.start());
    ClusterNode third(3, m_ports);
    const QStringList restore{u"restore"_s,        file,          u"--node-address"_s,
                              third.address(),     u"--listen"_s, third.address(),
                              u"--database"_s,     empty.place(), u"--database-password-file"_s,
                              empty.passwordFile()};
    const auto restored = third.run(restore);
    QVERIFY2(restored.isGood(), qPrintable(restored.errors));
    QVERIFY(third.start());
    const auto notes = third.run({u"restore-notes"_s});
    QVERIFY2(notes.isGood() && !notes.changedNothing(), qPrintable(notes.errors));
    const auto found = third.run({u"check"_s});
    QVERIFY2(found.isGood() && found.output.contains(u"nodes that run: ejabberd@127.0.0.3\n"_s),
             qPrintable(found.output + found.errors));

    Account desk = accountAt(third, panelJid);
    desk.caFile = m_first->caFile(); // what devices trust still holds
    Endpoint panel(desk, quickOptions(Role::Panel));
    panel.session.start();
    SGN_EVENTUALLY(panel.session.isOnline() && panel.roster.contains(firstJid));
    panel.session.queryArchive({});
    SGN_EVENTUALLY(panel.archive.has_value());
    QVERIFY(panel.bodies().contains(before));
    std::optional<Result<QList<PrivateItem>>> kept;
    panel.session.privateNodes().fetch(notesNode, {u"kept"_s},
                                       [&kept](const Result<QList<PrivateItem>> &items) { kept = items; });
    SGN_EVENTUALLY(kept);
    QVERIFY(*kept && (*kept)->size() == 1);
    Endpoint meter(accountAt(third, firstJid), quickOptions(Role::Device));
    meter.session.start();
    SGN_EVENTUALLY(panel.presence.value(firstJid));

    third.kill();
    QFile cookie(third.path(u"var/lib/ejabberd/.erlang.cookie"_s));
    QVERIFY(cookie.remove()); // a secret that a restore writes
    const auto again = third.run(restore);
    QVERIFY2(again.errors.contains(u"--replace"_s) && !cookie.exists(), qPrintable(again.errors));
}

void EjabberdClusterTest::takesAccountsOfProsody()
{
    const ProductionServer prosody;
    const auto installed = prosody.run(prosody.installation());
    QVERIFY2(installed.isGood(), qPrintable(installed.errors));
    QVERIFY(
        prosody
            .run({u"account"_s, u"add"_s, u"panel"_s, u"moved-1"_s, u"moved-2"_s, u"--password-stdin"_s}, passwords(3))
            .isGood());
    // One of a Prosody that keeps passwords as they are, and writes letters as bytes.
    QFile plain(prosody.path(u"var/lib/prosody/localhost/accounts/moved-3.dat"_s));
    QVERIFY(plain.open(QIODevice::WriteOnly));
    plain.write("return {\n\t[\"password\"] = \"p\\195\\164ss\";\n};\n");
    plain.close();
    const auto moved = m_first->run({u"import-prosody"_s, prosody.path(u"var/lib/prosody"_s)});
    QVERIFY2(moved.isGood(), qPrintable(moved.errors));
    QVERIFY2(moved.errors.contains(u"accounts: 3 new, 0 replaced, 1 here already"_s), qPrintable(moved.errors));
    Endpoint panel(accountAt(*m_first, panelJid), quickOptions(Role::Panel));
    Endpoint device(accountAt(*m_second, u"moved-1@localhost"_s), quickOptions(Role::Device));
    panel.session.start();
    device.session.start();
    SGN_EVENTUALLY(panel.presence.value(u"moved-1@localhost"_s));
    Endpoint umlaut(accountOn(*m_second, u"moved-3@localhost"_s, u"p\u00e4ss"_s), quickOptions(Role::Device));
    umlaut.session.start();
    SGN_EVENTUALLY(umlaut.session.isOnline());
    const auto again = m_second->run({u"import-prosody"_s, prosody.path(u"var/lib/prosody"_s)});
    QVERIFY2(again.changedNothing() || again.errors.contains(u"0 new"_s), qPrintable(again.errors));
}

void EjabberdClusterTest::refusesPanelsThatAreNoAccounts()
{
    for (const QString &name : {u"O'Brien"_s, u"a b"_s, u"panel@elsewhere.example"_s}) {
        const ClusterNode fresh(3, m_ports);
        const auto answer = fresh.run(fresh.installation(*m_postgres) + QStringList{u"--panel"_s, name});
        QVERIFY2(!answer.isGood() && answer.errors.contains(name, Qt::CaseInsensitive), qPrintable(answer.errors));
        QVERIFY(QDir(fresh.root()).isEmpty());
    }
}

QTEST_GUILESS_MAIN(EjabberdClusterTest)
#include "tst_ejabberd_cluster.moc"
