// SPDX-License-Identifier: GPL-3.0-or-later
// One session against a real server: log in, talk, lose the link, come back.
#include "integration/XmppEndpoint.h"
#include "support/TestCa.h"

#include <QTemporaryFile>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::test;
using namespace sgn::xmpp;
using namespace std::chrono_literals;

namespace {

const QString panelJid = u"panel@localhost"_s;
const QString meterJid = u"meter@localhost"_s;
const QString secret = u"abcd1234"_s;

} // namespace

class XmppSessionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<ProsodyServer>();
        QVERIFY2(m_server->start({{panelJid, secret}, {meterJid, secret}}), qPrintable(m_server->errorString()));
    }

    void cleanup() { m_server.reset(); }

    void logsInByDirectTls()
    {
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.start();
        QCOMPARE(meter.session.state(), Session::State::Connecting);
        SGN_EVENTUALLY(meter.session.isOnline());
        QCOMPARE(meter.logins, 1);
        QVERIFY(meter.session.ownJid().startsWith(meterJid + u'/'));
        QVERIFY(meter.losses.isEmpty());
    }

    void logsInByStartTls()
    {
        Account starttls = account(meterJid);
        starttls.port = m_server->startTlsPort();
        starttls.tls = Account::Tls::StartTls;
        Endpoint meter(starttls, quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
    }

    // A restored or reinstalled server has the accounts, but no rosters. A device that was never restarted must be seen
    // by panels that sign in later.
    void subscriptionsHealAfterTheServerLostThem_data()
    {
        QTest::addColumn<bool>("isPanelThere");
        QTest::newRow("the panel is there all the time") << true;
        QTest::newRow("the panel comes later") << false;
    }

    void subscriptionsHealAfterTheServerLostThem()
    {
        QFETCH(const bool, isPanelThere);
        m_server = std::make_unique<ProsodyServer>(ProsodyServer::Options{.groups = false});
        QVERIFY2(m_server->start({{panelJid, secret}, {meterJid, secret}}), qPrintable(m_server->errorString()));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.setTrustedPeers({panelJid});
        auto panel = std::make_unique<Endpoint>(account(panelJid), quickOptions(Role::Panel));
        panel->session.start();
        SGN_EVENTUALLY(panel->session.isOnline());
        meter.session.start();
        SGN_EVENTUALLY(panel->presence.value(meterJid) && panel->roster.contains(meterJid));
        if (!isPanelThere) {
            panel->session.stop();
            SGN_EVENTUALLY(panel->stops > 0);
        }
        m_server->stop();
        SGN_EVENTUALLY(!meter.session.isOnline());
        QDir rosters(m_server->folder() + u"/data/localhost/roster"_s);
        QVERIFY(rosters.exists() && rosters.removeRecursively());
        QVERIFY2(m_server->start(), qPrintable(m_server->errorString()));
        SGN_EVENTUALLY(meter.logins == 2 && meter.session.isOnline());
        if (isPanelThere) {
            SGN_EVENTUALLY(panel->logins == 2 && panel->roster.contains(meterJid));
            panel->session.stop();
            SGN_EVENTUALLY(panel->stops > 0);
        }
        // Twice: the first of them may only grant what the device requests.
        for (int i = 0; i < 2; ++i) {
            panel = std::make_unique<Endpoint>(account(panelJid), quickOptions(Role::Panel));
            panel->session.start();
            SGN_EVENTUALLY(panel->presence.value(meterJid) && panel->roster.contains(meterJid));
            panel->session.stop();
            SGN_EVENTUALLY(panel->stops > 0);
        }
        QCOMPARE(meter.logins, 2);
    }

    void keepsTheResourceItWasGiven()
    {
        Account fixed = account(meterJid);
        fixed.resource = u"sgn-agent"_s;
        Endpoint meter(fixed, quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        QCOMPARE(meter.session.ownJid(), meterJid + u"/sgn-agent"_s);
    }

    void learnsTheServersTime()
    {
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.serverTime.has_value());
        // The same machine; XEP-0202 as Prosody speaks it has whole seconds.
        QVERIFY(std::chrono::abs(*meter.serverTime) < 3s);
    }

    void reportsWrongPasswordOnceAndComesBackWhenItIsCured()
    {
        Account wrong = account(meterJid);
        wrong.password = u"mistyped"_s;
        Endpoint meter(wrong, quickOptions(Role::Device));
        int attempts = 0;
        QObject::connect(&meter.session, &Session::stateChanged, this,
                         [&attempts](Session::State state) { attempts += state == Session::State::Connecting; });
        meter.session.start();
        SGN_EVENTUALLY(attempts >= 3);
        QCOMPARE(meter.losses.size(), 1);
        QCOMPARE(meter.losses.first().code, ErrorCode::Authentication);
        QVERIFY2(meter.losses.first().message.contains(u"password"), qPrintable(meter.losses.first().message));

        QVERIFY2(m_server->addAccount(meterJid, u"mistyped"_s), qPrintable(m_server->errorString()));
        SGN_EVENTUALLY(meter.session.isOnline());
    }

    void takesAnotherAccount()
    {
        Account wrong = account(meterJid);
        wrong.password = u"mistyped"_s;
        Endpoint meter(wrong, quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(!meter.losses.isEmpty());
        meter.session.setAccount(account(meterJid));
        SGN_EVENTUALLY(meter.session.isOnline());
        meter.session.setAccount(account(panelJid));
        SGN_EVENTUALLY(meter.session.isOnline() && meter.session.ownJid().startsWith(panelJid));
        QCOMPARE(meter.session.ownBareJid(), panelJid);
    }

    void refusesAServerItCannotTrust_data()
    {
        QTest::addColumn<QString>("jid");
        QTest::addColumn<QString>("caFile");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("words");
        QTest::newRow("another CA") << meterJid << m_otherCa.caFile() << ErrorCode::Refused
                                    << u"certification authority"_s;
        QTest::newRow("no CA file") << meterJid << u"/nowhere/cacert.pem"_s << ErrorCode::NotFound
                                    << u"/nowhere/cacert.pem"_s;
        QVERIFY(m_emptyFile.open());
        QTest::newRow("CA file without a certificate")
            << meterJid << m_emptyFile.fileName() << ErrorCode::BadFile << u"no certificate"_s;
        QTest::newRow("CA file that is a device")
            << meterJid << u"/dev/null"_s << ErrorCode::BadFile << u"/dev/null is no regular file"_s;
        QTest::newRow("server of another domain")
            << u"meter@im.example.org"_s << QString() << ErrorCode::Refused << u"doesn't serve im.example.org"_s;
    }

    void refusesAServerItCannotTrust()
    {
        QFETCH(const QString, jid);
        QFETCH(const QString, caFile);
        QFETCH(const ErrorCode, code);
        QFETCH(const QString, words);
        Account untrusted = account(jid);
        if (!caFile.isEmpty()) {
            untrusted.caFile = caFile;
        }
        SessionOptions patient = quickOptions(Role::Device);
        patient.reconnect = {.first = 1h, .ceiling = 2h, .stableAfter = 60s};
        Endpoint meter(untrusted, patient);
        meter.session.start();
        SGN_EVENTUALLY(!meter.losses.isEmpty());
        QCOMPARE(meter.losses.first().code, code);
        QVERIFY2(meter.losses.first().message.contains(words), qPrintable(meter.losses.first().message));
        QCOMPARE(meter.session.state(), Session::State::Waiting);
        QCOMPARE(meter.logins, 0);
    }

    void aMissingCaFileMayComeBack()
    {
        QTemporaryDir folder;
        Account early = account(meterJid);
        early.caFile = folder.filePath(u"cacert.pem"_s);
        Endpoint meter(early, quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(!meter.losses.isEmpty());
        QCOMPARE(meter.losses.first().code, ErrorCode::NotFound);
        QVERIFY(QFile::copy(m_server->caFile(), early.caFile));
        SGN_EVENTUALLY(meter.session.isOnline());
        QCOMPARE(meter.losses.size(), 1);
    }

    void aMessageIsAcknowledgedAndArrives()
    {
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        QVERIFY(startBoth(panel, meter));

        const quint64 id = panel.session.send(meterJid, R"({"command":"version_req"})");
        QVERIFY(panel.acknowledged.isEmpty());
        SGN_EVENTUALLY(panel.acknowledged == QList{id});
        SGN_EVENTUALLY(meter.messages.size() == 1);
        const IncomingMessage &message = meter.messages.first();
        QCOMPARE(message.fromBare, panelJid);
        QCOMPARE(message.from, panel.session.ownJid());
        QCOMPARE(message.body, QByteArray(R"({"command":"version_req"})"));
        QVERIFY(!message.delayed && !message.carbon && !message.fromArchive);
        QVERIFY(panel.notSent.isEmpty());
    }

    void aFullSizeMessageArrives()
    {
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        QVERIFY(startBoth(panel, meter));
        const QByteArray body = '"' + QByteArray(maxBodySize - 2, '<') + '"';
        panel.session.send(meterJid, body);
        SGN_EVENTUALLY(meter.messages.size() == 1);
        QCOMPARE(meter.messages.first().body, body);
    }

    void manyMessagesArriveInOrderAndOnce()
    {
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        QVERIFY(startBoth(panel, meter));
        QByteArrayList sent;
        for (int number = 1; number <= 200; ++number) {
            sent << "{\"command_no\":" + QByteArray::number(number) + '}';
            panel.session.send(meterJid, sent.last());
        }
        SGN_EVENTUALLY(panel.acknowledged.size() == 200);
        SGN_EVENTUALLY(meter.messages.size() == 200);
        QCOMPARE(meter.bodies(), sent);
    }

    void unfitMessagesAreNotSent_data()
    {
        QTest::addColumn<QString>("to");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("not ASCII") << meterJid << QByteArray("{\"remarks\":\"z\xc3\xa4hler\"}")
                                   << ErrorCode::BadRequest;
        QTest::newRow("control character") << meterJid << QByteArray("{\x01}") << ErrorCode::BadRequest;
        QTest::newRow("NUL") << meterJid << QByteArray("{\0}", 3) << ErrorCode::BadRequest;
        QTest::newRow("empty") << meterJid << QByteArray() << ErrorCode::BadRequest;
        QTest::newRow("too long") << meterJid << QByteArray(maxBodySize + 1, 'x') << ErrorCode::TooLarge;
        QTest::newRow("full JID") << meterJid + u"/desk"_s << QByteArray("{}") << ErrorCode::BadRequest;
        QTest::newRow("no JID") << QString() << QByteArray("{}") << ErrorCode::BadRequest;
    }

    void unfitMessagesAreNotSent()
    {
        QFETCH(const QString, to);
        QFETCH(const QByteArray, body);
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        const quint64 id = panel.session.send(to, body);
        QVERIFY(panel.notSent.isEmpty());
        SGN_EVENTUALLY(panel.notSent == QList{id});
        QTEST(panel.sendErrors.first().code, "code");
        QVERIFY(panel.session.isOnline());
    }

    void nothingIsSentWhileOffline()
    {
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        const quint64 id = panel.session.send(meterJid, "{}");
        QVERIFY2(panel.notSent.isEmpty(), "the caller has to know the id first");
        SGN_EVENTUALLY(panel.notSent == QList{id});
        QCOMPARE(panel.sendErrors.first().code, ErrorCode::Network);
    }

    void aMessageToAnUnknownAccountComesBack()
    {
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        const quint64 id = panel.session.send(u"unknown@localhost"_s, "{}");
        SGN_EVENTUALLY(panel.undeliverable == QList{id});
        QCOMPARE(panel.acknowledged, QList{id});
    }

    void aMessageWaitsForAnOfflineDevice()
    {
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        const quint64 id = panel.session.send(meterJid, R"({"command_no":1})");
        SGN_EVENTUALLY(panel.acknowledged == QList{id});

        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.messages.size() == 1);
        QVERIFY(meter.messages.first().delayed);
        QVERIFY(meter.messages.first().stamp.secsTo(QDateTime::currentDateTimeUtc()) < 30);
    }

    void goesOfflineCleanly()
    {
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        QVERIFY(startBoth(panel, meter));
        SGN_EVENTUALLY(panel.presence.value(meterJid));
        meter.session.stop();
        QVERIFY(!meter.session.isOnline());
        SGN_EVENTUALLY(meter.stops == 1);
        QCOMPARE(meter.session.state(), Session::State::Stopped);
        QVERIFY2(meter.losses.isEmpty(), "what was asked for is no failure");
        SGN_EVENTUALLY(!panel.presence.value(meterJid, true));
        meter.session.start();
        SGN_EVENTUALLY(panel.presence.value(meterJid));
    }

    void isGoneAlsoWhenItIsDestroyedRightAfterTheStop()
    {
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        auto meter = std::make_unique<Endpoint>(account(meterJid), quickOptions(Role::Device));
        QVERIFY(startBoth(panel, *meter));
        SGN_EVENTUALLY(panel.presence.value(meterJid));
        meter->session.stop();
        meter.reset();
        // Without a good-bye the server would wait a minute for it to resume its session.
        SGN_EVENTUALLY(!panel.presence.value(meterJid, true));
    }

    void stopsAtAnyMoment()
    {
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.stop();
        QCOMPARE(meter.stops, 1);
        meter.session.start();
        meter.session.stop();
        SGN_EVENTUALLY(meter.stops == 2);
        QCOMPARE(meter.session.state(), Session::State::Stopped);
        QCOMPARE(meter.logins, 0);
    }

    void maybeDestroyedAtAnyMoment_data()
    {
        QTest::addColumn<int>("moment");
        QTest::newRow("before start") << 0;
        QTest::newRow("while connecting") << 1;
        QTest::newRow("in online()") << 2;
        QTest::newRow("in messageReceived()") << 3;
        QTest::newRow("in acknowledged()") << 4;
        QTest::newRow("in offline()") << 5;
        QTest::newRow("in notSent()") << 6;
        QTest::newRow("in stateChanged()") << 7;
    }

    void maybeDestroyedAtAnyMoment()
    {
        QFETCH(const int, moment);
        const SystemClock clock;
        QPointer<Session> session = new Session(account(meterJid), quickOptions(Role::Device), clock);
        const auto destroy = [&session] {
            delete session.data();
        };
        if (moment == 0) {
            destroy();
        }
        if (moment == 2) {
            connect(session, &Session::online, this, destroy);
        }
        if (moment == 7) {
            connect(session, &Session::stateChanged, this, destroy);
        }
        if (moment >= 3 && moment <= 6) {
            connect(session, &Session::messageReceived, this, [&session, moment] {
                if (moment == 3) {
                    delete session.data();
                }
            });
            connect(session, &Session::acknowledged, this, [&session, moment] {
                if (moment == 4) {
                    delete session.data();
                }
            });
            connect(session, &Session::offline, this, [&session, moment] {
                if (moment == 5) {
                    delete session.data();
                }
            });
            connect(session, &Session::notSent, this, [&session, moment] {
                if (moment == 6) {
                    delete session.data();
                }
            });
            connect(session, &Session::online, this, [this, &session, moment] {
                // To itself: the server gives it back to us.
                session->send(meterJid, "{}");
                if (moment >= 5) {
                    m_server->kill();
                }
            });
        }
        if (session) {
            session->start();
        }
        if (moment == 1) {
            destroy();
        }
        SGN_EVENTUALLY(session.isNull());
    }

    void aServerThatWasRestartedIsFoundAgain()
    {
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        m_server->stop();
        SGN_EVENTUALLY(!meter.losses.isEmpty());
        QCOMPARE(meter.losses.first().code, ErrorCode::Network);
        QVERIFY(!meter.session.isOnline());
        QVERIFY2(m_server->start(), qPrintable(m_server->errorString()));
        SGN_EVENTUALLY(meter.session.isOnline());
        QCOMPARE(meter.logins, 2);
        // Shutting down, then refusing: two different reasons at most.
        QVERIFY(meter.losses.size() <= 3);
    }

    void aServerThatWasKilledIsFoundAgainAndEveryMessageAccountedFor()
    {
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        QList<quint64> sent;
        for (int number = 0; number < 50; ++number) {
            sent << panel.session.send(meterJid, "{}");
        }
        m_server->kill();
        SGN_EVENTUALLY(panel.acknowledged.size() + panel.notSent.size() == sent.size());
        QList<quint64> accounted = panel.acknowledged + panel.notSent;
        std::sort(accounted.begin(), accounted.end());
        QCOMPARE(accounted, sent);
        SGN_EVENTUALLY(!panel.losses.isEmpty());
        QVERIFY2(m_server->start(), qPrintable(m_server->errorString()));
        SGN_EVENTUALLY(panel.session.isOnline());
    }

    void tryNowDoesNotWait()
    {
        SessionOptions patient = quickOptions(Role::Device);
        patient.reconnect = {.first = 1h, .ceiling = 2h, .stableAfter = 60s};
        QTemporaryDir folder;
        Account early = account(meterJid);
        early.caFile = folder.filePath(u"cacert.pem"_s);
        Endpoint meter(early, patient);
        meter.session.start();
        SGN_EVENTUALLY(meter.losses.size() == 1);
        QVERIFY(QFile::copy(m_server->caFile(), early.caFile));
        meter.session.tryNow();
        SGN_EVENTUALLY(meter.session.isOnline());
    }

private:
    Account account(const QString &jid) const { return accountOn(*m_server, jid, secret); }

    static bool startBoth(Endpoint &panel, Endpoint &meter)
    {
        panel.session.start();
        meter.session.setTrustedPeers({panelJid});
        meter.session.start();
        // An answer shows that the server has dealt with the presence, which was sent before.
        return QTest::qWaitFor(
            [&] {
                return panel.session.isOnline() && meter.session.isOnline() && panel.serverTime && meter.serverTime;
            },
            20'000);
    }

    std::unique_ptr<ProsodyServer> m_server;
    TestCa m_otherCa;
    QTemporaryFile m_emptyFile;
};

QTEST_GUILESS_MAIN(XmppSessionTest)
#include "tst_xmpp_session.moc"
