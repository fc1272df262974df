// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/SharedRollouts.h"

#include "core/ItemExchange.h"
#include "records/SharedMerge.h"
#include "store/ItemStore.h"

#include <algorithm>
#include <memory>

namespace sgn::core {

using namespace Qt::StringLiterals;
using rollouts::Rollout;
using rollouts::RolloutProgress;
using rollouts::Wave;
using rollouts::WavePart;

namespace {

// Prosody keeps no more for an account as it comes.
constexpr int maxItems = 256;
// Chunks of a wave that are requested at once.
constexpr int chunksAtOnce = 8;
// An ended one leaves the server after this; each desk that has seen it keeps it in its store.
constexpr qint64 keptDays = 30;

} // namespace

QStringList SharedRollouts::nodes()
{
    return {wishes.toString(), progresses.toString(), waveNode.toString(), leases.toString()};
}

SharedRollouts::SharedRollouts(ItemExchange &items, store::ItemStore &store, const Clock &clock,
                               std::chrono::milliseconds again, QObject *parent)
    : QObject(parent)
    , m_items(items)
    , m_store(store)
    , m_clock(clock)
{
    connect(&m_items, &ItemExchange::cameOnline, this, &SharedRollouts::onOnline);
    connect(&m_items, &ItemExchange::published, this, &SharedRollouts::takePublished);
    m_again.setSingleShot(true);
    m_again.setInterval(again);
    connect(&m_again, &QTimer::timeout, this, [this] {
        if (m_items.isOnline() && !m_isComplete) {
            onOnline();
        }
    });
}

void SharedRollouts::restore()
{
    const auto each = [this](QStringView node, const std::function<void(const xmpp::PrivateItem &)> &take) {
        const QHash<QString, QByteArray> items = m_store.items(node.toString());
        for (auto it = items.cbegin(); it != items.cend(); ++it) {
            take({it.key(), it.value()});
        }
    };
    each(wishes, [this](const xmpp::PrivateItem &item) {
        if (const std::optional<Rollout> rollout = rollouts::rolloutFrom(item.id, item.json)) {
            m_rollouts.insert(item.id, *rollout);
        }
    });
    each(progresses, [this](const xmpp::PrivateItem &item) {
        const auto progress = rollouts::progressFrom(item.json);
        if (const auto rollout = m_rollouts.find(item.id); progress && rollout != m_rollouts.end()) {
            rollout->progress = *progress;
        }
    });
    each(waveNode, [this](const xmpp::PrivateItem &item) { takeWave(item); });
    for (const Rollout &rollout : std::as_const(m_rollouts)) {
        if (isEnded(rollout.state())) {
            continue;
        }
        // Kept again, so that it doesn't become too old.
        m_store.keepItem(wishes.toString(), rollout.id, rollouts::wishJson(rollout));
        m_store.keepItem(progresses.toString(), rollout.id, rollouts::progressJson(rollout.progress));
        for (const Wave &wave : waves(rollout.id)) {
            for (const auto &[id, json] : rollouts::itemsOf(wave)) {
                m_store.keepItem(waveNode.toString(), id, json);
            }
        }
    }
}

QStringList SharedRollouts::ids() const
{
    QStringList ids = m_rollouts.keys();
    std::ranges::sort(ids, [this](const QString &one, const QString &other) {
        const QDateTime a = m_rollouts.constFind(one)->createdAt;
        const QDateTime b = m_rollouts.constFind(other)->createdAt;
        return a != b ? a > b : one < other;
    });
    return ids;
}

const Rollout *SharedRollouts::find(const QString &id) const
{
    const auto it = m_rollouts.constFind(id);
    return it == m_rollouts.cend() ? nullptr : &*it;
}

QList<Wave> SharedRollouts::waves(const QString &id) const
{
    const auto known = m_waves.constFind(id);
    return known == m_waves.cend() ? QList<Wave>() : known->whole();
}

QString SharedRollouts::driver(const QString &id) const
{
    const rollouts::Lease lease = m_leases.value(id);
    return lease.until.isValid() && lease.until > m_clock.wallUtc() ? lease.by : QString();
}

bool SharedRollouts::hasAllWaves(const QString &id) const
{
    return m_waves.value(id).missing(m_rollouts.value(id).progress.waves).isEmpty();
}

void SharedRollouts::fetchMissingWaves(const QString &id)
{
    if (m_toFetch > 0 || m_reach != Reach::AllDesks) {
        return;
    }
    for (const int index : m_waves.value(id).missing(m_rollouts.value(id).progress.waves)) {
        fetchWaves(id, index, 0);
    }
}

records::Expected<> SharedRollouts::add(const Rollout &rollout)
{
    if (const qsizetype size = rollouts::wishJson(rollout).size(); size > xmpp::PrivateNodes::maxItemSize) {
        return records::fail(ErrorCode::TooLarge, records::FactCode::RolloutTooLarge,
                             {QString::number(size), QString::number(xmpp::PrivateNodes::maxItemSize)});
    }
    m_rollouts.insert(rollout.id, rollout);
    changeWish(rollout.id, [](rollouts::RolloutWish &) {});
    return {};
}

void SharedRollouts::changeWish(const QString &id, const std::function<void(rollouts::RolloutWish &)> &change)
{
    const auto rollout = m_rollouts.find(id);
    if (rollout == m_rollouts.end()) {
        return;
    }
    change(rollout->wish);
    rollout->wish.changedAt = records::timeOfChange(m_clock.wallUtc(), rollout->wish.changedAt);
    const QByteArray json = rollouts::wishJson(*rollout);
    m_store.keepItem(wishes.toString(), id, json);
    publish(wishes, id, json);
    Q_EMIT changed(id);
}

void SharedRollouts::changeProgress(const QString &id, const std::function<void(RolloutProgress &)> &change)
{
    const auto rollout = m_rollouts.find(id);
    if (rollout == m_rollouts.end()) {
        return;
    }
    change(rollout->progress);
    rollout->progress.changedAt = records::timeOfChange(m_clock.wallUtc(), rollout->progress.changedAt);
    const QByteArray json = rollouts::progressJson(rollout->progress);
    m_store.keepItem(progresses.toString(), id, json);
    publish(progresses, id, json);
    Q_EMIT changed(id);
}

void SharedRollouts::putWave(const Wave &wave, Done done)
{
    const auto items = rollouts::itemsOf(wave);
    struct Pending
    {
        qsizetype left = 0;
        Outcome outcome;
        Done done;
    };
    auto pending = std::make_shared<Pending>(Pending{items.size(), {}, std::move(done)});
    m_waves[wave.rollout].forget(wave.index);
    for (const auto &[id, json] : items) {
        takeWave({id, json});
        m_store.keepItem(waveNode.toString(), id, json);
        publish(waveNode, id, json, [pending](const Outcome &outcome) {
            if (!outcome) {
                pending->outcome = outcome;
            }
            if (--pending->left == 0) {
                pending->done(pending->outcome);
            }
        });
    }
}

void SharedRollouts::putLease(const QString &id, const rollouts::Lease &lease, Done done)
{
    if (m_reach == Reach::ThisStore) {
        m_leases.insert(id, lease); // there is no other desk that could drive
    }
    publish(leases, id, rollouts::toJson(lease), std::move(done));
}

void SharedRollouts::publish(QStringView node, const QString &id, const QByteArray &json, Done done)
{
    ++m_inFlight;
    const auto finish = [this, done = std::move(done)](const Outcome &outcome) {
        --m_inFlight;
        const bool isNowhere = !outcome && outcome.error().code == ErrorCode::NotFound;
        if (isNowhere) {
            setReach(Reach::ThisStore);
        }
        if (done) {
            done(isNowhere ? Outcome() : outcome);
        }
        if (isSaved()) {
            Q_EMIT saved();
        }
    };
    if (m_reach == Reach::ThisStore) {
        QMetaObject::invokeMethod(
            this, [finish] { finish({}); }, Qt::QueuedConnection);
        return;
    }
    m_items.publish(node.toString(), {id, json}, maxItems, finish);
}

void SharedRollouts::onOnline()
{
    ++m_login;
    m_isComplete = false;
    m_toFetch = 0;
    m_leases.clear();
    m_items.fetch(wishes.toString(), {}, [this, login = m_login](const Result<Items> &items) {
        if (login == m_login) {
            onWishesFetched(items);
        }
    });
}

void SharedRollouts::onWishesFetched(const Result<Items> &items)
{
    if (!items && items.error().code == ErrorCode::NotFound) {
        m_isComplete = true;
        return setReach(Reach::ThisStore);
    }
    if (!items) {
        return m_again.start(); // without a connection: at the next login
    }
    setReach(Reach::AllDesks);
    QStringList there;
    for (const xmpp::PrivateItem &item : *items) {
        there += item.id;
        takeWish(item);
    }
    // What the server lacks or has lost; old ones have left it on purpose.
    for (const Rollout &rollout : std::as_const(m_rollouts)) {
        if (!there.contains(rollout.id) && !isEnded(rollout.state())) {
            publish(wishes, rollout.id, rollouts::wishJson(rollout));
            publish(progresses, rollout.id, rollouts::progressJson(rollout.progress));
        }
    }
    fetchProgress(there);
    retractOld();
}

void SharedRollouts::fetch(QStringView node, const QStringList &ids, std::function<void(const Items &)> take)
{
    ++m_toFetch;
    m_items.fetch(node.toString(), ids, [this, login = m_login, take = std::move(take)](const Result<Items> &items) {
        if (login != m_login) {
            return;
        }
        if (!items) {
            m_isComplete = false; // also where this was missed after the login
            return m_again.start();
        }
        take(*items);
        if (--m_toFetch == 0) {
            m_isComplete = true;
            Q_EMIT reachChanged();
        }
    });
}

void SharedRollouts::fetchProgress(const QStringList &there)
{
    fetch(leases, {}, [this](const Items &items) {
        for (const xmpp::PrivateItem &item : items) {
            m_leases.insert(item.id, rollouts::leaseFrom(item.json));
        }
    });
    fetch(progresses, {}, [this, there](const Items &items) {
        for (const xmpp::PrivateItem &item : items) {
            takeProgress(item);
        }
        for (const Rollout &rollout : std::as_const(m_rollouts)) {
            if (!isEnded(rollout.state()) || there.contains(rollout.id)) {
                fetchWavesOf(rollout);
            }
        }
    });
}

void SharedRollouts::fetchWavesOf(const Rollout &rollout)
{
    if (isEnded(rollout.state())) {
        // They change no more, and are wanted to show its devices and to roll them back.
        for (const int index : m_waves.value(rollout.id).missing(rollout.progress.waves)) {
            fetchWaves(rollout.id, index, 0);
        }
        return;
    }
    // One more than have begun: the desk that drove may have ended between the two writings.
    for (int index = 0; index <= rollout.progress.waves; ++index) {
        fetchWaves(rollout.id, index, 0);
    }
}

void SharedRollouts::fetchWaves(const QString &id, int index, int chunk)
{
    QStringList ids;
    for (int n = chunk; n < chunk + chunksAtOnce; ++n) {
        ids += rollouts::waveItemId(id, index, n);
    }
    fetch(waveNode, ids, [this, id, index, chunk](const Items &items) {
        bool hasMore = false;
        for (const xmpp::PrivateItem &item : items) {
            const auto part = rollouts::wavePartFrom(item.id, item.json);
            hasMore = hasMore || (part && part->chunk == chunk + chunksAtOnce - 1 && part->hasMore);
            takeWave(item);
            m_store.keepItem(waveNode.toString(), item.id, item.json);
        }
        if (hasMore) {
            fetchWaves(id, index, chunk + chunksAtOnce);
        }
        if (!items.isEmpty()) {
            Q_EMIT changed(id);
        }
    });
}

void SharedRollouts::takePublished(const QString &node, const xmpp::PrivateItem &item)
{
    if (node == wishes) {
        takeWish(item);
    } else if (node == progresses) {
        takeProgress(item);
    } else if (node == leases) {
        m_leases.insert(item.id, rollouts::leaseFrom(item.json));
        Q_EMIT leaseChanged(item.id);
    } else if (node == waveNode && takeWave(item)) {
        m_store.keepItem(node, item.id, item.json);
        Q_EMIT changed(rollouts::wavePartFrom(item.id, item.json)->wave.rollout);
    }
}

void SharedRollouts::takeWish(const xmpp::PrivateItem &item)
{
    const std::optional<Rollout> theirs = rollouts::rolloutFrom(item.id, item.json);
    if (!theirs) {
        return;
    }
    const auto ours = m_rollouts.find(item.id);
    if (ours == m_rollouts.end()) {
        Rollout added = *theirs;
        added.progress = m_early.take(item.id);
        m_rollouts.insert(item.id, added);
        m_store.keepItem(wishes.toString(), item.id, item.json);
        Q_EMIT changed(item.id);
        return;
    }
    const rollouts::RolloutWish merged = rollouts::mergeWishes(ours->wish, theirs->wish);
    const bool isOlder = merged != theirs->wish; // what the server has
    if (std::exchange(ours->wish, merged) != merged) {
        m_store.keepItem(wishes.toString(), item.id, rollouts::wishJson(*ours));
        Q_EMIT changed(item.id);
    }
    if (isOlder) {
        publish(wishes, item.id, rollouts::wishJson(m_rollouts[item.id]));
    }
}

void SharedRollouts::takeProgress(const xmpp::PrivateItem &item)
{
    const std::optional<RolloutProgress> theirs = rollouts::progressFrom(item.json);
    const auto ours = m_rollouts.find(item.id);
    if (!theirs) {
        return;
    }
    if (ours == m_rollouts.end()) {
        m_early.insert(item.id, *theirs);
    } else if (theirs->changedAt > ours->progress.changedAt) {
        const int wavesBefore = ours->progress.waves;
        ours->progress = *theirs;
        m_store.keepItem(progresses.toString(), item.id, item.json);
        for (const int index : m_waves.value(item.id).missing(m_isComplete ? theirs->waves : 0)) {
            if (index >= wavesBefore) {
                fetchWaves(item.id, index, 0);
            }
        }
        Q_EMIT changed(item.id);
    }
}

bool SharedRollouts::takeWave(const xmpp::PrivateItem &item)
{
    const std::optional<WavePart> part = rollouts::wavePartFrom(item.id, item.json);
    return part && m_waves[part->wave.rollout].take(*part);
}

void SharedRollouts::retractOld()
{
    const QDateTime limit = m_clock.wallUtc().addDays(-keptDays);
    for (const Rollout &rollout : std::as_const(m_rollouts)) {
        const QDateTime ended = rollout.progress.endedAt.isValid() ? rollout.progress.endedAt : rollout.wish.since;
        if (!isEnded(rollout.state()) || ended > limit) {
            continue;
        }
        for (const QStringView node : {wishes, progresses, leases}) {
            m_items.retract(node.toString(), rollout.id);
        }
        for (const QString &item : m_waves.value(rollout.id).itemIds()) {
            m_items.retract(waveNode.toString(), item);
        }
    }
}

void SharedRollouts::setReach(Reach reach)
{
    if (std::exchange(m_reach, reach) != reach) {
        Q_EMIT reachChanged();
    }
}

} // namespace sgn::core
