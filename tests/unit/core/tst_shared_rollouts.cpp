// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ItemExchange.h"
#include "core/SharedRollouts.h"
#include "support/ManualClock.h"
#include "support/MemoryItemStore.h"

#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::rollouts;
using namespace sgn::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// A server that answers, or that it is busy.
class Server final : public ItemExchange
{
    Q_OBJECT

public:
    bool isOnline() const override { return true; }
    QString self() const override { return u"panel@localhost/desk"_s; }
    void fetch(const QString &node, const QStringList &ids, xmpp::PrivateNodes::Fetched fetched) override
    {
        if (node == busyNode) {
            ++refused;
            return later([fetched] { fetched(fail(ErrorCode::Network, u"busy"_s)); });
        }
        QList<xmpp::PrivateItem> found;
        for (const auto &[id, json] : items[node]) {
            if (ids.isEmpty() || ids.contains(id)) {
                found += {id, json};
            }
        }
        later([fetched, found] { fetched(found); });
    }
    void publish(const QString &node, const xmpp::PrivateItem &item, int, xmpp::PrivateNodes::Done done) override
    {
        items[node][item.id] = item.json;
        later([done] { done(Outcome()); });
    }
    void retract(const QString &, const QString &) override {}

    std::map<QString, std::map<QString, QByteArray>> items;
    QString busyNode;
    int refused = 0;

private:
    void later(const std::function<void()> &what) { QMetaObject::invokeMethod(this, what, Qt::QueuedConnection); }
};

} // namespace

// What a desk does when the server doesn't give what it has.
class SharedRolloutsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFailedReadingIsRepeated_data();
    void aFailedReadingIsRepeated();
    void aWaveThatWasMissedIsFetched();
    void theWavesOfOneThatHasEndedAreFetchedOnce();

private:
    static Rollout rollout()
    {
        Rollout rollout;
        rollout.id = u"r1"_s;
        rollout.plan.targets.all = true;
        rollout.release.url = QUrl(u"https://example.org/a.zip"_s);
        rollout.release.processes = {{u"ocr"_s, 2}};
        rollout.createdAt = rollout.wish.since = rollout.wish.changedAt = ManualClock().wallUtc();
        return rollout;
    }
    static void publish(Server &server, QStringView node, const QString &id, const QByteArray &json)
    {
        server.items[node.toString()][id] = json;
        Q_EMIT server.published(node.toString(), {id, json});
    }
    static Wave wave() { return {u"r1"_s, 0, 7, u"abcd"_s, ManualClock().wallUtc(), false, {u"meter1@localhost"_s}}; }
    static QByteArray progress(const QDateTime &endedAt = {})
    {
        RolloutProgress progress;
        progress.waves = 1;
        progress.endedAt = endedAt;
        progress.changedAt = ManualClock().wallUtc();
        return progressJson(progress);
    }
};

void SharedRolloutsTest::aFailedReadingIsRepeated_data()
{
    QTest::addColumn<QString>("node");
    for (const QString &node : SharedRollouts::nodes()) {
        QTest::newRow(qPrintable(node)) << node;
    }
}

void SharedRolloutsTest::aFailedReadingIsRepeated()
{
    QFETCH(const QString, node);
    Server server;
    publish(server, SharedRollouts::wishes, u"r1"_s, wishJson(rollout()));
    MemoryItemStore store;
    const ManualClock clock;
    SharedRollouts rollouts(server, store, clock, 10ms);
    server.busyNode = node;
    Q_EMIT server.cameOnline();
    QTRY_VERIFY(server.refused > 0);
    QVERIFY(!rollouts.isComplete());
    server.busyNode.clear();
    QTRY_VERIFY_WITH_TIMEOUT(rollouts.isComplete() && rollouts.find(u"r1"_s), 30'000);
}

// Its items were published while the link was cut, and the server was busy when they were requested.
void SharedRolloutsTest::aWaveThatWasMissedIsFetched()
{
    Server server;
    publish(server, SharedRollouts::wishes, u"r1"_s, wishJson(rollout()));
    MemoryItemStore store;
    const ManualClock clock;
    SharedRollouts rollouts(server, store, clock, 10ms);
    Q_EMIT server.cameOnline();
    QTRY_VERIFY(rollouts.isComplete());
    for (const auto &[id, json] : itemsOf(wave())) {
        server.items[SharedRollouts::waveNode.toString()][id] = json;
    }
    server.busyNode = SharedRollouts::waveNode.toString();
    publish(server, SharedRollouts::progresses, u"r1"_s, progress());
    QTRY_VERIFY(server.refused > 0);
    QVERIFY(!rollouts.hasAllWaves(u"r1"_s));
    server.busyNode.clear();
    QTRY_VERIFY_WITH_TIMEOUT(rollouts.hasAllWaves(u"r1"_s) && rollouts.isComplete(), 30'000);
    QCOMPARE(rollouts.waves(u"r1"_s), QList<Wave>{wave()});
}

// At a desk that comes later; the next login needs no more.
void SharedRolloutsTest::theWavesOfOneThatHasEndedAreFetchedOnce()
{
    Server server;
    publish(server, SharedRollouts::wishes, u"r1"_s, wishJson(rollout()));
    publish(server, SharedRollouts::progresses, u"r1"_s, progress(ManualClock().wallUtc()));
    for (const auto &[id, json] : itemsOf(wave())) {
        publish(server, SharedRollouts::waveNode, id, json);
    }
    MemoryItemStore store;
    const ManualClock clock;
    SharedRollouts rollouts(server, store, clock, 10ms);
    Q_EMIT server.cameOnline();
    QTRY_VERIFY(rollouts.isComplete());
    QCOMPARE(rollouts.find(u"r1"_s)->state(), RolloutState::Done);
    QCOMPARE(rollouts.waves(u"r1"_s), QList<Wave>{wave()});
    server.busyNode = SharedRollouts::waveNode.toString();
    Q_EMIT server.cameOnline();
    QVERIFY(!rollouts.isComplete());
    QTRY_VERIFY(rollouts.isComplete());
    QCOMPARE(server.refused, 0);
}

QTEST_GUILESS_MAIN(SharedRolloutsTest)
#include "tst_shared_rollouts.moc"
