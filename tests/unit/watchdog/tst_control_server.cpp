// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/ManualClock.h"
#include "support/OddFile.h"
#include "watchdog/ControlServer.h"

#include <cstring>
#include <QtTest>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace sgn;
using namespace sgn::test;
using namespace sgn::watchdog;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 30'000; // ms

// The other end of a connection. Blocks in nothing.
class Client
{
public:
    explicit Client(const QString &path)
        : m_socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const QByteArray file = QFile::encodeName(path);
        std::memcpy(address.sun_path, file.constData(), static_cast<std::size_t>(file.size()));
        m_connected = ::connect(m_socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    }

    [[nodiscard]] bool isConnected() const { return m_connected; }
    // Whether all of it was taken.
    bool send(const QByteArray &bytes)
    {
        return ::send(m_socket.get(), bytes.constData(), static_cast<std::size_t>(bytes.size()),
                      MSG_NOSIGNAL | MSG_DONTWAIT) == bytes.size();
    }
    // Reads what is there; false at the end of the stream.
    bool read()
    {
        QByteArray chunk(64 * 1024, Qt::Uninitialized);
        const ssize_t n = ::recv(m_socket.get(), chunk.data(), static_cast<std::size_t>(chunk.size()), MSG_DONTWAIT);
        if (n > 0) {
            m_received += chunk.left(n);
        }
        return n > 0 || (n < 0 && errno == EAGAIN);
    }
    [[nodiscard]] QByteArrayList lines()
    {
        while (read() && m_received.size() % (64 * 1024) == 0 && !m_received.isEmpty()) {
        }
        QByteArrayList lines = m_received.split('\n');
        lines.removeLast();
        return lines;
    }
    [[nodiscard]] bool isClosed()
    {
        while (read()) {
            QByteArray more(1, '\0');
            if (::recv(m_socket.get(), more.data(), 1, MSG_DONTWAIT | MSG_PEEK) < 0) {
                return errno != EAGAIN;
            }
        }
        return true;
    }

private:
    Descriptor m_socket;
    bool m_connected = false;
    QByteArray m_received;
};

} // namespace

class TestControlServer : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString path() const { return m_folder->filePath(u"run/control.sock"_s); }
    void open()
    {
        m_server.reset();
        auto server = ControlServer::open(path(), ::geteuid(), ::getegid(), m_clock);
        QVERIFY(server.has_value());
        m_server = *std::move(server);
        connect(m_server.get(), &ControlServer::requestReceived, this,
                [this](ControlPeer *peer, const control::Request &request) {
                    m_requests += request;
                    m_peer = peer;
                    if (std::holds_alternative<control::Hello>(request.body)) {
                        peer->setHasSentHello();
                    }
                });
    }

    ManualClock m_clock;
    std::optional<QTemporaryDir> m_folder;
    std::unique_ptr<ControlServer> m_server;
    QList<control::Request> m_requests;
    QPointer<ControlPeer> m_peer;

private Q_SLOTS:
    void init()
    {
        m_folder.emplace();
        m_requests.clear();
        open();
    }
    void cleanup()
    {
        m_server.reset();
        m_folder.reset();
    }

    void admitsUsers_data()
    {
        QTest::addColumn<uint>("user");
        QTest::addColumn<bool>("admitted");
        QTest::newRow("root") << 0U << true;
        QTest::newRow("the owner of the device's folder") << 1000U << true;
        QTest::newRow("the watchdog's own user") << 1001U << true;
        QTest::newRow("another user") << 1002U << false;
        QTest::newRow("a system user") << 33U << false;
        QTest::newRow("no user") << static_cast<uint>(-1) << false;
    }

    void admitsUsers()
    {
        QFETCH(uint, user);
        QFETCH(bool, admitted);
        QCOMPARE(mayConnect(user, 1000, 1001), admitted);
    }

    void makesItsFolderAndItsSocket()
    {
        struct stat info
        {
        };
        QCOMPARE(::stat(QFile::encodeName(path()).constData(), &info), 0);
        QCOMPARE(info.st_mode & 07777U, 0660U);
        open(); // where an earlier one left it
        QVERIFY(Client(path()).isConnected());
    }

    void replacesNothingButASocket()
    {
        m_server.reset();
        QVERIFY(QFile::remove(path()));
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("mine") == 4);
        file.close();
        open();
        QVERIFY(Client(path()).isConnected());
        QFile moved(path() + u".damaged"_s);
        QVERIFY(moved.open(QIODevice::ReadOnly));
        QCOMPARE(moved.readAll(), "mine"_ba);
    }

    void opensWhateverBearsTheName_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char *kind : {"pipe", "folder", "folder with content", "socket", "link", "link to nothing"}) {
            QTest::newRow(kind) << QString::fromLatin1(kind);
        }
    }

    void opensWhateverBearsTheName()
    {
        QFETCH(const QString, kind);
        m_server.reset();
        QVERIFY(QFile::remove(path()));
        QVERIFY(putInPlaceOf(path(), kind));
        open();
        QVERIFY(Client(path()).isConnected());
    }

    void refusesAPathThatNoSocketCanHave()
    {
        const QString longPath = m_folder->filePath(QString(108, u'x'));
        QCOMPARE(ControlServer::open(longPath, ::geteuid(), ::getegid(), m_clock).error().code, ErrorCode::BadRequest);
        QCOMPARE(ControlServer::open(m_folder->filePath(u"a/b/c"_s), ::geteuid(), ::getegid(), m_clock).error().code,
                 ErrorCode::NotFound);
    }

    void namesThePeer()
    {
        Client client(path());
        QVERIFY(client.send(control::encode(control::Request{1, control::Status{}})));
        QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), 1, patience);
        QCOMPARE(m_peer->pid(), ::getpid());
        QCOMPARE(m_peer->user(), ::geteuid());
    }

    void takesRequestsHoweverTheyAreCut()
    {
        Client client(path());
        QByteArray bytes;
        for (quint32 id = 1; id <= 3; ++id) {
            bytes += control::encode(control::Request{id, control::Status{}});
        }
        for (const char byte : bytes.left(100)) {
            QVERIFY(client.send(QByteArray(1, byte)));
            QCoreApplication::processEvents();
        }
        QVERIFY(client.send(bytes.mid(100)));
        QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), 3, patience);
        for (quint32 id = 1; id <= 3; ++id) {
            QCOMPARE(m_requests[id - 1].id, id);
        }
    }

    void repliesUnderTheIdOfTheRequest()
    {
        Client client(path());
        QVERIFY(client.send(control::encode(control::Request{7, control::Status{}}) +
                            control::encode(control::Request{8, control::Status{}})));
        QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), 2, patience);
        m_peer->reply(8, control::Done{});
        m_peer->reply(7, fail(ErrorCode::Busy, u"later"_s));
        QByteArrayList lines;
        QTRY_COMPARE_WITH_TIMEOUT((lines = client.lines()).size(), 2, patience);
        const auto first = control::parseWatchdogLine(lines[0]);
        const auto second = control::parseWatchdogLine(lines[1]);
        QCOMPARE(std::get<control::Reply>(*first).id, 8U);
        QCOMPARE(std::get<control::Reply>(*second).id, 7U);
        QCOMPARE(std::get<control::Reply>(*second).body.error().code, ErrorCode::Busy);
    }

    void answersWhatItCannotRead_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<bool>("hasReply");
        QTest::newRow("unknown request") << QByteArray(R"({"id": 5, "request": "dance"})") << true;
        QTest::newRow("wrong field") << QByteArray(R"({"id": 5, "request": "hold", "component": 3})") << true;
        QTest::newRow("no id") << QByteArray(R"({"request": "status"})") << false;
        QTest::newRow("negative id") << QByteArray(R"({"id": -5, "request": "status"})") << false;
        QTest::newRow("no JSON") << QByteArray("hello") << false;
        QTest::newRow("empty line") << QByteArray() << false;
        QTest::newRow("zero bytes") << QByteArray(20, '\0') << false;
    }

    void answersWhatItCannotRead()
    {
        QFETCH(QByteArray, line);
        QFETCH(bool, hasReply);
        Client client(path());
        // What follows is read all the same.
        QVERIFY(client.send(line + '\n' + control::encode(control::Request{6, control::Status{}})));
        QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), 1, patience);
        m_peer->reply(6, control::Done{});
        QByteArrayList lines;
        QTRY_COMPARE_WITH_TIMEOUT((lines = client.lines()).size(), hasReply ? 2 : 1, patience);
        if (hasReply) {
            const auto reply = std::get<control::Reply>(*control::parseWatchdogLine(lines.front()));
            QCOMPARE(reply.id, 5U);
            QVERIFY(!reply.body.has_value());
        }
    }

    void closesAConnectionWithAnEndlessLine()
    {
        Client endless(path());
        Client other(path());
        const QByteArray part(16 * 1024, 'a');
        for (int i = 0; i < 8 && endless.send(part); ++i) {
            QCoreApplication::processEvents();
        }
        QTRY_VERIFY_WITH_TIMEOUT(endless.isClosed(), patience);
        QVERIFY(m_requests.isEmpty());
        QVERIFY(other.send(control::encode(control::Request{1, control::Status{}})));
        QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), 1, patience);
    }

    void takesTheLongestLine()
    {
        Client client(path());
        QByteArray line = control::encode(control::Request{1, control::Status{}});
        line.insert(1, QByteArray(ControlPeer::maxLine - line.size(), ' '));
        QVERIFY(client.send(line));
        QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), 1, patience);
    }

    void closesAConnectionThatReadsNothing()
    {
        Client client(path());
        QVERIFY(client.send(control::encode(control::Request{1, control::Hello{1}})));
        QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), 1, patience);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"closed the connection of process"_s));
        control::ProcessChanged event;
        event.process.name = QString(100, u'x');
        for (int i = 0; i < 100'000 && m_peer; ++i) {
            m_server->broadcast(event);
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        }
        QVERIFY(!m_peer);
    }

    void sendsEventsOnlyAfterAHello()
    {
        Client with(path());
        Client without(path());
        QVERIFY(without.send(control::encode(control::Request{1, control::Status{}})));
        QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), 1, patience);
        QVERIFY(with.send(control::encode(control::Request{1, control::Hello{3}})));
        QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), 2, patience);
        m_server->broadcast(control::ProcessChanged{});
        QTRY_COMPARE_WITH_TIMEOUT(with.lines().size(), 1, patience);
        QVERIFY(without.lines().isEmpty());
    }

    void limitsItsConnections()
    {
        std::vector<std::unique_ptr<Client>> clients;
        for (qsizetype i = 0; i < ControlServer::maxPeers; ++i) {
            clients.push_back(std::make_unique<Client>(path()));
            QVERIFY(clients.back()->send(control::encode(control::Request{1, control::Status{}})));
            QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), i + 1, patience);
        }
        QTest::ignoreMessage(QtWarningMsg, "more than 16 connections to the control socket");
        Client tooMany(path());
        QTRY_VERIFY_WITH_TIMEOUT(tooMany.isClosed(), patience);
        clients.pop_back();
        QTRY_VERIFY_WITH_TIMEOUT(!m_peer, patience);
        Client next(path());
        QVERIFY(next.send(control::encode(control::Request{1, control::Status{}})));
        QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), ControlServer::maxPeers + 1, patience);
    }
};

QTEST_GUILESS_MAIN(TestControlServer)
#include "tst_control_server.moc"
