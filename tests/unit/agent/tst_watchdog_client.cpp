// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/WatchdogClient.h"

#include <QLocalServer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::agent;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int limit = 30'000;
constexpr int watchdogVersion = 7;

} // namespace

// The agent's end of the control socket; the other one is the test's.
class TestWatchdogClient : public QObject
{
    Q_OBJECT

private:
    struct Answers
    {
        QList<Result<control::ReplyBody>> all;
        control::WatchdogPort::Answer add()
        {
            return [this](const Result<control::ReplyBody> &reply) {
                all += reply;
            };
        }
    };

    QTemporaryDir m_folder;
    std::unique_ptr<QLocalServer> m_server;
    std::unique_ptr<QLocalSocket> m_peer;
    QList<control::Request> m_requests;
    std::unique_ptr<WatchdogClient> m_client;

    [[nodiscard]] QString path() const { return m_folder.filePath(u"control.sock"_s); }
    void listen()
    {
        m_server = std::make_unique<QLocalServer>();
        QLocalServer::removeServer(path());
        QVERIFY(m_server->listen(path()));
        connect(m_server.get(), &QLocalServer::newConnection, this, [this] {
            m_peer.reset(m_server->nextPendingConnection());
            m_peer->setParent(nullptr);
            connect(m_peer.get(), &QLocalSocket::readyRead, this, &TestWatchdogClient::read);
        });
    }
    void read()
    {
        while (m_peer->canReadLine()) {
            const auto request = control::parseRequest(m_peer->readLine().chopped(1));
            QVERIFY(request.has_value());
            m_requests += *request;
            if (std::holds_alternative<control::Hello>(request->body)) {
                reply(request->id, control::ReplyBody(control::HelloReply{watchdogVersion}));
            }
        }
    }
    void reply(control::RequestId id, const Result<control::ReplyBody> &body)
    {
        m_peer->write(control::encode(control::Reply{id, body}));
    }
    template <typename Body>
    [[nodiscard]] qsizetype requestsOf() const
    {
        return std::ranges::count_if(
            m_requests, [](const control::Request &request) { return std::holds_alternative<Body>(request.body); });
    }
    void connectClient(std::chrono::milliseconds answer = 30s)
    {
        listen();
        m_client = std::make_unique<WatchdogClient>(path(), control::Hello{3, 1, 60, 300},
                                                    WatchdogClient::Limits{1ms, 10ms, answer});
        m_client->start();
        QTRY_VERIFY_WITH_TIMEOUT(m_client->isConnected(), limit);
    }

private Q_SLOTS:
    void cleanup()
    {
        m_client.reset();
        m_peer.reset();
        m_server.reset();
        m_requests.clear();
    }

    void introducesItself()
    {
        connectClient();
        QCOMPARE(m_client->watchdogVersion(), std::optional(watchdogVersion));
        QCOMPARE(std::get<control::Hello>(m_requests.first().body).version, 3);
        QCOMPARE(requestsOf<control::Online>(), 0);
        m_client->setOnline(true);
        QTRY_COMPARE_WITH_TIMEOUT(requestsOf<control::Online>(), 1, limit);
    }

    void reportsWhyItIsOffline()
    {
        connectClient();
        m_client->setOfflineReason(u"ignored before there is a state"_s);
        m_client->setOnline(false);
        m_client->setOfflineReason(u"nothing answers"_s);
        m_client->setOfflineReason(u"nothing answers"_s);
        m_client->setOnline(true);
        QTRY_COMPARE_WITH_TIMEOUT(requestsOf<control::Online>(), 1, limit);
        QCOMPARE(requestsOf<control::Offline>(), 2);
        const auto &last = std::get<control::Offline>(m_requests.at(m_requests.size() - 2).body);
        QCOMPARE(last.reason, u"nothing answers"_s);
        QVERIFY(last.since.has_value());
    }

    void findsTheNextWatchdog()
    {
        connectClient();
        m_client->setOnline(true);
        QTRY_COMPARE_WITH_TIMEOUT(requestsOf<control::Online>(), 1, limit);
        const QSignalSpy gone(m_client.get(), &WatchdogClient::disconnected);
        Answers answers;
        m_client->ask(control::Status{}, this, answers.add());
        m_server.reset();
        m_peer.reset();
        QTRY_COMPARE_WITH_TIMEOUT(gone.size(), 1, limit);
        // The pending request gets a reply, and so does a new one.
        m_client->ask(control::Status{}, this, answers.add());
        QTRY_COMPARE_WITH_TIMEOUT(answers.all.size(), 2, limit);
        for (const auto &answer : std::as_const(answers.all)) {
            QVERIFY(!answer && answer.error().code == ErrorCode::Network);
        }
        QVERIFY(!m_client->watchdogVersion());
        listen();
        QTRY_VERIFY_WITH_TIMEOUT(m_client->isConnected(), limit);
        // It has to receive Online again: an update may wait for it.
        QTRY_COMPARE_WITH_TIMEOUT(requestsOf<control::Online>(), 2, limit);
    }

    void passesEachReplyToItsRequest()
    {
        connectClient();
        Answers first;
        Answers second;
        Answers gone;
        m_client->ask(control::Status{}, this, first.add());
        m_client->ask(control::Restart{u"ocr"_s}, this, second.add());
        {
            QObject context;
            m_client->ask(control::Status{}, &context, gone.add());
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), 4, limit);
        reply(m_requests[3].id, control::ReplyBody(control::Done{}));
        reply(m_requests[2].id, fail(ErrorCode::NotFound, u"there is no ocr"_s));
        reply(m_requests[1].id, control::ReplyBody(control::StatusReply{}));
        reply(m_requests[1].id, control::ReplyBody(control::Done{})); // once more
        reply(4711, control::ReplyBody(control::Done{}));             // to nothing
        QTRY_VERIFY_WITH_TIMEOUT(!first.all.isEmpty(), limit);
        QCOMPARE(second.all.size(), 1);
        QVERIFY(!second.all.first());
        QCOMPARE(second.all.first().error().message, u"there is no ocr"_s);
        QVERIFY(first.all.first() && std::holds_alternative<control::StatusReply>(*first.all.first()));
        m_client->ask(control::Status{}, this, second.add());
        QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), 5, limit);
        reply(m_requests[4].id, control::ReplyBody(control::Done{}));
        QTRY_COMPARE_WITH_TIMEOUT(second.all.size(), 2, limit);
        QCOMPARE(first.all.size(), 1);
        QCOMPARE(gone.all.size(), 0);
    }

    void timesOutWithoutAReply()
    {
        connectClient(50ms);
        Answers answers;
        m_client->ask(control::Status{}, this, answers.add());
        QTRY_COMPARE_WITH_TIMEOUT(answers.all.size(), 1, limit);
        QVERIFY(!answers.all.first() && answers.all.first().error().code == ErrorCode::Timeout);
        QVERIFY(m_client->isConnected());
    }

    void ignoresLinesThatCannotBeRead()
    {
        connectClient();
        QList<control::Event> events;
        connect(m_client.get(), &WatchdogClient::eventReceived, this,
                [&events](const control::Event &event) { events += event; });
        ProcessReport process;
        process.name = u"ocr"_s;
        m_peer->write("nonsense\n{}\n[]\n{\"event\":\"great\"}\n\n");
        m_peer->write(control::encode(control::Event(control::ProcessChanged{process})));
        QTRY_COMPARE_WITH_TIMEOUT(events.size(), 1, limit);
        QVERIFY(m_client->isConnected());
    }

    void endsTheConnectionAtALineWithoutEnd()
    {
        connectClient();
        const QSignalSpy gone(m_client.get(), &WatchdogClient::disconnected);
        m_peer->write(QByteArray(200'000, 'x'));
        QTRY_COMPARE_WITH_TIMEOUT(gone.size(), 1, limit);
        QTRY_VERIFY_WITH_TIMEOUT(m_client->isConnected(), limit);
    }
};

QTEST_GUILESS_MAIN(TestWatchdogClient)
#include "tst_watchdog_client.moc"
