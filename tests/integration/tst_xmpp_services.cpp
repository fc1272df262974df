// SPDX-License-Identifier: GPL-3.0-or-later
// What a server does for a session besides passing messages on: presence, contacts, copies, archive, file store.
#include "integration/XmppEndpoint.h"
#include "support/FleetServer.h"
#include "support/TestCa.h"
#include "xmpp/PrivateNodes.h"
#include "xmpp/TlsConfig.h"

#include <map>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QRandomGenerator>
#include <QSignalSpy>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::test;
using namespace sgn::xmpp;
using namespace std::chrono_literals;

namespace {

const QString panelJid = u"panel@localhost"_s;
const QString meterJid = u"meter@localhost"_s;
const QString otherMeterJid = u"meter2@localhost"_s;
const QString secret = u"abcd1234"_s;

} // namespace

class XmppServicesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void strangersBecomeMutualContacts()
    {
        QVERIFY(startServer(false));
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());

        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.setTrustedPeers({panelJid});
        meter.session.start();
        SGN_EVENTUALLY(panel.presence.value(meterJid));
        SGN_EVENTUALLY(meter.presence.value(panelJid));
        SGN_EVENTUALLY(panel.roster.contains(meterJid));

        // Now the server knows: whoever comes later sees the other without asking.
        panel.session.stop();
        SGN_EVENTUALLY(!meter.presence.value(panelJid, true));
        panel.presence.clear();
        panel.session.start();
        SGN_EVENTUALLY(panel.presence.value(meterJid));
        SGN_EVENTUALLY(meter.presence.value(panelJid));
    }

    void aDeviceIsSeenByAPanelThatDoesNotAgree()
    {
        QVERIFY(startServer(false));
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        panel.acceptsAll = false;
        panel.session.start();
        // An answer shows that the server has dealt with the panel's own presence.
        SGN_EVENTUALLY(panel.serverTime);
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.setTrustedPeers({panelJid});
        meter.session.start();
        SGN_EVENTUALLY(panel.presence.value(meterJid));
        meter.session.stop();
        SGN_EVENTUALLY(!panel.presence.value(meterJid, true));
        QVERIFY2(!meter.presence.value(panelJid), "the panel agreed to nothing");
        QCOMPARE(panel.requests, QStringList{meterJid});

        // The server repeats the request until it is answered.
        panel.session.stop();
        SGN_EVENTUALLY(panel.stops == 1);
        panel.session.start();
        SGN_EVENTUALLY(panel.requests.size() == 2);
        panel.session.refuseSubscription(meterJid);
        panel.session.stop();
        SGN_EVENTUALLY(panel.stops == 2);
        panel.session.start();
        SGN_EVENTUALLY(panel.logins == 3 && panel.serverTime);
        QCOMPARE(panel.requests.size(), 2);
    }

    // The end of the stream waits for the server's: a socket that is closed with bytes unread is reset, and the server
    // then keeps the session for a resumption that never comes.
    void signsOffWhileMessagesArrive()
    {
        QVERIFY(startServer(false));
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.setTrustedPeers({panelJid});
        panel.session.start();
        meter.session.start();
        SGN_EVENTUALLY(panel.presence.value(meterJid) && meter.presence.value(panelJid));
        for (int round = 1; round <= 5; ++round) {
            const qsizetype before = panel.messages.size();
            for (int i = 0; i < 200; ++i) {
                meter.session.send(panelJid, QByteArray(8 * 1024, 'x'));
            }
            SGN_EVENTUALLY(panel.messages.size() > before);
            panel.session.stop();
            SGN_EVENTUALLY(panel.stops == round);
            QTRY_VERIFY_WITH_TIMEOUT(!meter.presence.value(panelJid, true), 5'000);
            panel.session.start();
            SGN_EVENTUALLY(meter.presence.value(panelJid));
        }
    }

    void aContactCanBeRemoved()
    {
        QVERIFY(startServer(false));
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint secondDesk(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.setTrustedPeers({panelJid});
        for (Endpoint *endpoint : {&panel, &secondDesk, &meter}) {
            endpoint->session.start();
        }
        SGN_EVENTUALLY(panel.presence.value(meterJid) && panel.roster.contains(meterJid) &&
                       secondDesk.roster.contains(meterJid));
        panel.session.removeContact(meterJid);
        SGN_EVENTUALLY(!panel.roster.contains(meterJid) && !secondDesk.roster.contains(meterJid));
    }

    void allDesksSeeNameAndGroupsOfAContact()
    {
        QVERIFY(startServer(false));
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint secondDesk(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.setTrustedPeers({panelJid});
        for (Endpoint *endpoint : {&panel, &secondDesk, &meter}) {
            endpoint->session.start();
        }
        SGN_EVENTUALLY(panel.presence.value(meterJid) && secondDesk.roster.contains(meterJid));
        const Contact named{meterJid, u"Köln <Süd> & \"3\""_s, {u"north"_s, u"pilot"_s}};
        std::optional<Outcome> done;
        panel.session.setContact(named, [&done](const Outcome &outcome) { done = outcome; });
        SGN_EVENTUALLY(done);
        QVERIFY(*done);
        SGN_EVENTUALLY(panel.roster.value(meterJid) == named && secondDesk.roster.value(meterJid) == named);
        // It is still seen, and the name outlives the session.
        panel.presence.clear();
        panel.roster.clear();
        panel.session.stop();
        SGN_EVENTUALLY(panel.stops == 1);
        panel.session.start();
        SGN_EVENTUALLY(panel.roster.value(meterJid) == named && panel.presence.value(meterJid));
    }

    void desksShareWhatNoOtherAccountSees()
    {
        QVERIFY(startServer(false));
        const QString node = u"urn:sgn:test:1"_s;
        SessionOptions watching = quickOptions(Role::Panel);
        watching.watchedNodes = QStringList{node};
        Endpoint panel(account(panelJid), watching);
        Endpoint secondDesk(account(panelJid), watching);
        Endpoint meter(account(meterJid), watching);
        // Each once: ejabberd reports to the owner of a node as its subscriber, and because of the feature.
        std::map<Endpoint *, QList<PrivateItem>> published;
        for (Endpoint *endpoint : {&panel, &secondDesk, &meter}) {
            QObject::connect(&endpoint->session.privateNodes(), &PrivateNodes::itemPublished, &endpoint->session,
                             [&published, endpoint](const QString &, const PrivateItem &item) {
                                 if (!published[endpoint].contains(item)) {
                                     published[endpoint] += item;
                                 }
                             });
            endpoint->session.start();
        }
        SGN_EVENTUALLY(panel.session.isOnline() && secondDesk.session.isOnline() && meter.session.isOnline());
        panel.session.acceptSubscription(meterJid);
        meter.session.acceptSubscription(panelJid);
        SGN_EVENTUALLY(panel.presence.value(meterJid) && meter.presence.value(panelJid));

        // An account without the node has no items.
        std::optional<Result<QList<PrivateItem>>> fetched;
        const auto keep = [&fetched](const Result<QList<PrivateItem>> &items) {
            fetched = items;
        };
        panel.session.privateNodes().fetch(node, {u"a"_s, u"b"_s}, keep);
        SGN_EVENTUALLY(fetched);
        QVERIFY(*fetched && (*fetched)->isEmpty());

        std::optional<Outcome> done;
        const auto finish = [&done](const Outcome &outcome) {
            done = outcome;
        };
        const PrivateItem first{u"a"_s, "{\"text\":\"1 < 2 & 3\"}"_ba};
        panel.session.privateNodes().publish(node, first, 16, finish);
        SGN_EVENTUALLY(done);
        QVERIFY2(*done, qPrintable(done->has_value() ? QString() : done->error().message));
        SGN_EVENTUALLY(published[&secondDesk] == QList{first} && published[&panel] == QList{first});
        panel.session.privateNodes().publish(node, {u"b"_s, "{}"_ba}, 16, finish);
        SGN_EVENTUALLY(published[&secondDesk].size() == 2);
        fetched.reset();
        secondDesk.session.privateNodes().fetch(node, {u"a"_s, u"b"_s, u"c"_s}, keep);
        SGN_EVENTUALLY(fetched);
        QVERIFY(*fetched);
        QCOMPARE(fetched->value().size(), 2);
        QVERIFY(fetched->value().contains(first));
        QVERIFY2(published[&meter].isEmpty(), "a contact of the account was sent what is the account's own");

        done.reset();
        panel.session.privateNodes().publish(node, {u"a"_s, QByteArray(PrivateNodes::maxItemSize + 1, '1')}, 16,
                                             finish);
        SGN_EVENTUALLY(done);
        QVERIFY(!*done && done->error().code == ErrorCode::TooLarge);
    }

    // As another client, or another release, has made it.
    void aNodeOfOtherSettingsIsConfigured()
    {
        QVERIFY(startServer(false));
        const QString node = u"urn:sgn:test:2"_s;
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        for (const auto &[id, most] : {std::pair{u"a"_s, 1}, std::pair{u"b"_s, 16}, std::pair{u"c"_s, 16}}) {
            std::optional<Outcome> done;
            panel.session.privateNodes().publish(node, {id, "{}"_ba}, most,
                                                 [&done](const Outcome &outcome) { done = outcome; });
            SGN_EVENTUALLY(done);
            QVERIFY2(*done, qPrintable(done->has_value() ? QString() : done->error().message));
        }
        std::optional<Result<QList<PrivateItem>>> fetched;
        panel.session.privateNodes().fetch(node, {u"a"_s, u"b"_s, u"c"_s},
                                           [&fetched](const Result<QList<PrivateItem>> &items) { fetched = items; });
        SGN_EVENTUALLY(fetched);
        QVERIFY(*fetched);
        QCOMPARE(fetched->value().size(), 3);
    }

    void aPanelThatWasOfflineIsAskedLater()
    {
        QVERIFY(startServer(false));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.setTrustedPeers({panelJid});
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        panel.session.start();
        SGN_EVENTUALLY(panel.presence.value(meterJid));
        SGN_EVENTUALLY(meter.presence.value(panelJid));
    }

    void aPanelMayAskFirst()
    {
        QVERIFY(startServer(false));
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        panel.session.requestSubscription(meterJid);
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        meter.session.setTrustedPeers({panelJid});
        SGN_EVENTUALLY(panel.presence.value(meterJid));
        SGN_EVENTUALLY(meter.presence.value(panelJid));
    }

    void aDeviceIgnoresEveryOtherAccount()
    {
        QVERIFY(startServer(false));
        Endpoint stranger(account(otherMeterJid), quickOptions(Role::Panel));
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.setTrustedPeers({panelJid});
        stranger.session.requestSubscription(meterJid);
        stranger.session.start();
        SGN_EVENTUALLY(stranger.session.isOnline());
        meter.session.start();
        panel.session.start();
        SGN_EVENTUALLY(panel.presence.value(meterJid) && meter.presence.value(panelJid));
        // The request came long before the answers above; a round trip settles the rest.
        stranger.session.send(meterJid, R"({"command":"version_req"})");
        SGN_EVENTUALLY(meter.messages.size() == 1);
        QVERIFY2(!stranger.presence.value(meterJid), "a device shows itself to its panel only");
        QVERIFY(!meter.presence.contains(otherMeterJid));
    }

    void devicesOfASharedGroupDoNotSeeEachOther()
    {
        QVERIFY(startServer(true));
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint first(account(meterJid), quickOptions(Role::Device));
        Endpoint second(account(otherMeterJid), quickOptions(Role::Device));
        first.session.setTrustedPeers({panelJid});
        second.session.setTrustedPeers({panelJid});
        for (Endpoint *endpoint : {&panel, &first, &second}) {
            endpoint->session.start();
        }
        SGN_EVENTUALLY(panel.presence.value(meterJid) && panel.presence.value(otherMeterJid));
        SGN_EVENTUALLY(first.presence.value(panelJid) && second.presence.value(panelJid));
        SGN_EVENTUALLY(!panel.roster.isEmpty());
        QCOMPARE(panel.roster.keys(), QStringList({otherMeterJid, meterJid}));
        QCOMPARE(first.presence.size(), 1);
        QCOMPARE(second.presence.size(), 1);
    }

    void everyOpenPanelSeesAllOfIt()
    {
        QVERIFY(startServer(true));
        Endpoint desk(account(panelJid), quickOptions(Role::Panel));
        Endpoint office(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.setTrustedPeers({panelJid});
        for (Endpoint *endpoint : {&desk, &office, &meter}) {
            endpoint->session.start();
        }
        SGN_EVENTUALLY(desk.presence.value(meterJid) && office.presence.value(meterJid));

        desk.session.send(meterJid, R"({"command_no":1})");
        SGN_EVENTUALLY(office.messages.size() == 1);
        QVERIFY(office.messages.first().carbon);
        QCOMPARE(office.messages.first().fromBare, panelJid);
        QCOMPARE(office.messages.first().toBare, meterJid);

        meter.session.send(panelJid, R"({"succcess":true})");
        SGN_EVENTUALLY(office.messages.size() == 2 && desk.messages.size() == 1);
        QCOMPARE(desk.messages.first().fromBare, meterJid);
        QVERIFY2(!desk.messages.first().archiveId.isEmpty(), "needed to go on from here in the archive");
    }

    void aDeviceGetsNoCarbons()
    {
        QVERIFY(startServer(true));
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        Endpoint twin(account(meterJid), quickOptions(Role::Device));
        for (Endpoint *endpoint : {&panel, &meter, &twin}) {
            endpoint->session.start();
        }
        // An answer shows that the server has dealt with the presence, which was sent before.
        SGN_EVENTUALLY(panel.serverTime && meter.serverTime && twin.serverTime);
        meter.session.send(panelJid, R"({"succcess":true})");
        panel.session.send(meterJid, "{}");
        SGN_EVENTUALLY(!twin.messages.isEmpty());
        QCOMPARE(twin.messages.size(), 1);
        QVERIFY(!twin.messages.first().carbon);
    }

    void whatIsOnlyDeliveredIsNotKept()
    {
        QVERIFY(startServer(true));
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        panel.session.start();
        meter.session.start();
        SGN_EVENTUALLY(panel.serverTime && meter.serverTime);
        const QByteArrayList sent{"{\"n\":1}", "{\"n\":2}"};
        meter.session.send(panelJid, sent.first(), Keeping::DeliverOnly);
        meter.session.send(panelJid, sent.last());
        SGN_EVENTUALLY(panel.bodies() == sent);
        QVERIFY(panel.messages.first().archiveId.isEmpty());
        QVERIFY(!panel.messages.last().archiveId.isEmpty());
        panel.messages.clear();
        panel.session.queryArchive({});
        SGN_EVENTUALLY(panel.archive.has_value());
        QCOMPARE(panel.bodies(), QByteArrayList{sent.last()});
    }

    void theArchiveIsReadToItsEnd()
    {
        QVERIFY(startServer(true));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        QByteArrayList sent;
        for (int number = 0; number < 120; ++number) {
            sent << "{\"command_no\":" + QByteArray::number(number) + '}';
            meter.session.send(panelJid, sent.last());
        }
        SGN_EVENTUALLY(meter.acknowledged.size() == sent.size());

        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        // The offline store gives the same messages once more.
        SGN_EVENTUALLY(panel.messages.size() == sent.size());
        panel.messages.clear();
        panel.session.queryArchive({});
        SGN_EVENTUALLY(panel.archive.has_value());
        QVERIFY(panel.archive->has_value());
        QCOMPARE(panel.bodies(), sent);
        for (const IncomingMessage &message : std::as_const(panel.messages)) {
            QVERIFY(message.fromArchive && message.delayed && !message.archiveId.isEmpty());
            QCOMPARE(message.fromBare, meterJid);
        }
        QCOMPARE(panel.archive->value().lastId, panel.messages.last().archiveId);
        QVERIFY(panel.archive->value().isComplete);

        const QString middle = panel.messages.at(99).archiveId;
        panel.messages.clear();
        panel.archive.reset();
        panel.session.queryArchive({.afterId = middle, .since = {}});
        SGN_EVENTUALLY(panel.archive.has_value());
        QCOMPARE(panel.bodies(), sent.mid(100));

        const QString end = panel.archive->value().lastId;
        panel.messages.clear();
        panel.archive.reset();
        panel.session.queryArchive({.afterId = end, .since = {}});
        SGN_EVENTUALLY(panel.archive.has_value());
        QCOMPARE(panel.archive->value().lastId, end);
        QVERIFY(panel.messages.isEmpty());

        panel.archive.reset();
        panel.session.queryArchive({.afterId = {}, .since = QDateTime::currentDateTimeUtc().addSecs(3600)});
        SGN_EVENTUALLY(panel.archive.has_value());
        // Prosody 13 begins with the last message before that time.
        QVERIFY(panel.messages.size() <= 1);
    }

    void theNewestPageIsReadFirst()
    {
        QVERIFY(startServer(true));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        QByteArrayList sent;
        qsizetype known = 0;
        // One that is all there is, and one of several.
        for (const int count : {3, 300}) {
            while (sent.size() < count) {
                sent << "{\"command_no\":" + QByteArray::number(sent.size()) + '}';
                meter.session.send(panelJid, sent.last());
            }
            SGN_EVENTUALLY(panel.messages.size() + known >= sent.size());
            panel.messages.clear();
            known = sent.size();
            panel.archive.reset();
            panel.session.queryArchive({.afterId = {}, .since = {}, .what = ArchiveStart::What::NewestPage});
            SGN_EVENTUALLY(panel.archive.has_value() && panel.archive->has_value());
            QVERIFY(!panel.messages.isEmpty());
            QCOMPARE(panel.bodies(), sent.last(panel.messages.size()));
            QCOMPARE(panel.archive->value().lastId, panel.messages.last().archiveId);
            QCOMPARE(panel.archive->value().isComplete, count == 3);
            panel.messages.clear();
        }
    }

    void archiveQueriesThatCannotBe_data()
    {
        QTest::addColumn<Role>("role");
        QTest::addColumn<bool>("online");
        QTest::addColumn<QString>("after");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("offline") << Role::Panel << false << QString() << ErrorCode::Network;
        QTest::newRow("device") << Role::Device << true << QString() << ErrorCode::Refused;
        if (!FleetServer::isEjabberd()) { // which replies as if it knew the message
            QTest::newRow("forgotten message") << Role::Panel << true << u"no-such-id"_s << ErrorCode::NotFound;
        }
    }

    void archiveQueriesThatCannotBe()
    {
        QFETCH(const Role, role);
        QFETCH(const bool, online);
        QFETCH(const QString, after);
        QVERIFY(startServer(true));
        Endpoint panel(account(panelJid), quickOptions(role));
        if (online) {
            panel.session.start();
            SGN_EVENTUALLY(panel.session.isOnline());
        }
        panel.session.queryArchive({.afterId = after, .since = {}});
        QVERIFY(!panel.archive.has_value());
        SGN_EVENTUALLY(panel.archive.has_value());
        QVERIFY(!panel.archive->has_value());
        QTEST(panel.archive->error().code, "code");
    }

    void oneArchiveQueryAtATime()
    {
        QVERIFY(startServer(true));
        Endpoint panel(account(panelJid), quickOptions(Role::Panel));
        QList<Result<ArchivePage>> results;
        connect(&panel.session, &Session::archiveFinished, this,
                [&](const Result<ArchivePage> &result) { results << result; });
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());
        panel.session.queryArchive({});
        panel.session.queryArchive({});
        SGN_EVENTUALLY(results.size() == 2);
        QCOMPARE(std::count_if(results.begin(), results.end(), [](const auto &result) { return result.has_value(); }),
                 1);
        const auto &refused = results.at(0).has_value() ? results.at(1) : results.at(0);
        QCOMPARE(refused.error().code, ErrorCode::Busy);
    }

    void aFileIsUploadedAsItIs()
    {
        QVERIFY(startServer(true));
        const QByteArray content = randomBytes(3 * 1024 * 1024 + 7);
        const QString path = write(u"logs of today.zip"_s, content);
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        QSignalSpy available(&meter.session, &Session::uploadAvailable);
        meter.session.start();
        SGN_EVENTUALLY(meter.session.canUpload());
        QCOMPARE(available.size(), 1);

        QPointer<Upload> upload = meter.session.uploadFile(path);
        qint64 sent = 0;
        qint64 total = 0;
        std::optional<Result<QUrl>> result;
        connect(upload, &Upload::progress, this, [&](qint64 now, qint64 all) {
            QVERIFY(now >= sent);
            sent = now;
            total = all;
        });
        connect(upload, &Upload::finished, this, [&](const Result<QUrl> &url) {
            QVERIFY(!result);
            result = url;
        });
        SGN_EVENTUALLY(result.has_value());
        QVERIFY2(result->has_value(), qPrintable(result->has_value() ? QString() : result->error().message));
        QCOMPARE(sent, content.size());
        QCOMPARE(total, content.size());
        SGN_EVENTUALLY(upload.isNull());
        QCOMPARE(result->value().scheme(), u"https"_s);
        QCOMPARE(get(result->value()), content);
    }

    void anUploadMayBeginBeforeTheServiceIsKnown()
    {
        QVERIFY(startServer(true));
        const QString path = write(u"a.zip"_s, randomBytes(1000));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        std::optional<Result<QUrl>> result;
        connect(&meter.session, &Session::online, this, [&] {
            connect(meter.session.uploadFile(path), &Upload::finished, this,
                    [&](const Result<QUrl> &url) { result = url; });
        });
        meter.session.start();
        SGN_EVENTUALLY(result.has_value());
        QVERIFY2(result->has_value(), qPrintable(result->has_value() ? QString() : result->error().message));
    }

    void uploadsThatCannotBe_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<bool>("online");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("no such file") << u"/nowhere/logs.zip"_s << true << ErrorCode::NotFound;
        QTest::newRow("a folder") << u"/tmp"_s << true << ErrorCode::Io;
        QTest::newRow("empty file") << write(u"empty.zip"_s, {}) << true << ErrorCode::BadFile;
        QTest::newRow("offline") << write(u"good.zip"_s, "PK") << false << ErrorCode::Network;
        QTest::newRow("too large") << sparse(u"huge.zip"_s, 600LL * 1024 * 1024) << true << ErrorCode::TooLarge;
    }

    void uploadsThatCannotBe()
    {
        QFETCH(const QString, file);
        QFETCH(const bool, online);
        QVERIFY(startServer(true));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        if (online) {
            meter.session.start();
            SGN_EVENTUALLY(meter.session.canUpload());
        }
        std::optional<Result<QUrl>> result;
        connect(meter.session.uploadFile(file), &Upload::finished, this,
                [&](const Result<QUrl> &url) { result = url; });
        QVERIFY(!result.has_value());
        SGN_EVENTUALLY(result.has_value());
        QVERIFY(!result->has_value());
        QTEST(result->error().code, "code");
    }

    void anUploadIsCancelled()
    {
        QVERIFY(startServer(true));
        Endpoint meter(account(meterJid), quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.canUpload());
        Upload *upload = meter.session.uploadFile(sparse(u"long.zip"_s, 400LL * 1024 * 1024));
        QList<Result<QUrl>> results;
        connect(upload, &Upload::finished, this, [&](const Result<QUrl> &url) { results << url; });
        connect(upload, &Upload::progress, upload, &Upload::cancel);
        SGN_EVENTUALLY(!results.isEmpty());
        QCOMPARE(results.first().error().code, ErrorCode::Cancelled);
        QCOMPARE(results.size(), 1);
    }

    void anUploadDiesWithItsSession()
    {
        QVERIFY(startServer(true));
        auto meter = std::make_unique<Endpoint>(account(meterJid), quickOptions(Role::Device));
        meter->session.start();
        SGN_EVENTUALLY(meter->session.canUpload());
        QPointer<Upload> upload = meter->session.uploadFile(sparse(u"long.zip"_s, 400LL * 1024 * 1024));
        QSignalSpy progress(upload, &Upload::progress);
        SGN_EVENTUALLY(!progress.isEmpty());
        meter.reset();
        QVERIFY(upload.isNull());
    }

    void anUploadGoesToATrustedServerOnly()
    {
        QVERIFY(startServer(true));
        // The CA file is exchanged after the login: the PUT has to check it by itself.
        const TestCa otherCa;
        Account changing = account(meterJid);
        changing.caFile = m_folder.filePath(u"changing.pem"_s);
        QFile::remove(changing.caFile);
        QVERIFY(QFile::copy(m_server->caFile(), changing.caFile));
        Endpoint meter(changing, quickOptions(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.canUpload());
        QVERIFY(QFile::remove(changing.caFile));
        QVERIFY(QFile::copy(otherCa.caFile(), changing.caFile));
        std::optional<Result<QUrl>> result;
        connect(meter.session.uploadFile(write(u"b.zip"_s, "PK")), &Upload::finished, this,
                [&](const Result<QUrl> &url) { result = url; });
        SGN_EVENTUALLY(result.has_value());
        QVERIFY(!result->has_value());
        QCOMPARE(result->error().code, ErrorCode::Refused);
        QVERIFY2(result->error().message.contains(u"certification authority"), qPrintable(result->error().message));
    }

private:
    bool startServer(bool groups)
    {
        m_server = FleetServer::make({.groups = groups});
        const bool started = m_server->start({{panelJid, secret}, {meterJid, secret}, {otherMeterJid, secret}});
        if (!started) {
            qCritical().noquote() << m_server->errorString();
        }
        return started;
    }

    Account account(const QString &jid) const { return accountOn(*m_server, jid, secret); }

    QString write(const QString &name, const QByteArray &content)
    {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) {
            qFatal("can't write %s", qPrintable(file.fileName()));
        }
        return file.fileName();
    }

    QString sparse(const QString &name, qint64 size)
    {
        QFile file(write(name, "PK"));
        if (!file.resize(size)) {
            qFatal("can't resize %s", qPrintable(file.fileName()));
        }
        return file.fileName();
    }

    static QByteArray randomBytes(qsizetype size)
    {
        QByteArray bytes(size, Qt::Uninitialized);
        auto *generator = QRandomGenerator::global();
        for (char &byte : bytes) {
            byte = static_cast<char>(generator->bounded(256));
        }
        return bytes;
    }

    QByteArray get(const QUrl &url)
    {
        QNetworkAccessManager http;
        QNetworkRequest request(url);
        request.setSslConfiguration(pinnedTls(loadCa(m_server->caFile()).value()));
        const std::unique_ptr<QNetworkReply> reply(http.get(request));
        if (!QTest::qWaitFor([&reply] { return reply->isFinished(); }, 20'000)) {
            return {};
        }
        return reply->readAll();
    }

    QTemporaryDir m_folder;
    std::unique_ptr<FleetServer> m_server;
};

QTEST_GUILESS_MAIN(XmppServicesTest)
#include "tst_xmpp_services.moc"
