// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "records/Problem.h"
#include "rollouts/KnownWaves.h"
#include "rollouts/Rollout.h"

#include <functional>
#include <QHash>
#include <QObject>
#include <QStringList>
#include <QTimer>

namespace sgn::store {
class ItemStore;
}

namespace sgn::xmpp {
struct PrivateItem;
}

namespace sgn::core {

class ItemExchange;

// The rollouts of the fleet: the same at all desks of the account, through nodes of its own on its server; what
// operators want, what has come of it, the waves, and who drives. Each has an item of its own, because each is changed
// by another one: operators at any desk, and the desk that drives.
class SharedRollouts : public QObject
{
    Q_OBJECT

public:
    static constexpr QStringView wishes = u"urn:sgn:rollouts:1";
    static constexpr QStringView progresses = u"urn:sgn:rollout-progress:1";
    static constexpr QStringView waveNode = u"urn:sgn:rollout-waves:1";
    static constexpr QStringView leases = u"urn:sgn:rollout-leases:1";
    [[nodiscard]] static QStringList nodes();

    enum class Reach {
        Unknown,   // not connected yet
        AllDesks,  // by the server, which has sent what it has
        ThisStore, // the server keeps nothing for programs: no other desk knows of it
    };

    using Done = std::function<void(const Outcome &)>;

    // All outlive this. `again`: how long after a failed reading it is tried again, while there is a connection.
    SharedRollouts(ItemExchange &items, store::ItemStore &store, const Clock &clock,
                   std::chrono::milliseconds again = std::chrono::seconds(5), QObject *parent = nullptr);

    // What the store knows of an earlier run.
    void restore();

    [[nodiscard]] Reach reach() const { return m_reach; }
    // What the server has is known in this session.
    [[nodiscard]] bool isComplete() const { return m_isComplete; }
    // See saved().
    [[nodiscard]] bool isSaved() const { return m_inFlight == 0; }
    // Newest first.
    [[nodiscard]] QStringList ids() const;
    // Null for an unknown one; valid until the next change.
    [[nodiscard]] const rollouts::Rollout *find(const QString &id) const;
    // Those that are known whole, by their index.
    [[nodiscard]] QList<rollouts::Wave> waves(const QString &id) const;
    [[nodiscard]] rollouts::Lease lease(const QString &id) const { return m_leases.value(id); }
    // Who drives it now, operator and machine; empty: no desk.
    [[nodiscard]] QString driver(const QString &id) const;

    // Whether waves() has each that has begun; after a login they are still being fetched.
    [[nodiscard]] bool hasAllWaves(const QString &id) const;
    void fetchMissingWaves(const QString &id);

    // A new one. TooLarge.
    [[nodiscard]] records::Expected<> add(const rollouts::Rollout &rollout);
    void changeWish(const QString &id, const std::function<void(rollouts::RolloutWish &)> &change);
    void changeProgress(const QString &id, const std::function<void(rollouts::RolloutProgress &)> &change);
    // `done` when the server has all of it, or at once where it keeps nothing.
    void putWave(const rollouts::Wave &wave, Done done);
    void putLease(const QString &id, const rollouts::Lease &lease, Done done);

Q_SIGNALS:
    // One was added, or something of it is another.
    void changed(const QString &id);
    void leaseChanged(const QString &id);
    // Or isComplete().
    void reachChanged();
    // All that was changed here is on the server, or can't get there now.
    void saved();

private:
    using Items = QList<xmpp::PrivateItem>;

    void onOnline();
    void onWishesFetched(const Result<Items> &items);
    // What was requested in this login; isComplete() when nothing more is on its way.
    void fetch(QStringView node, const QStringList &ids, std::function<void(const Items &)> take);
    // And the waves; `there`: ids of the rollouts that the server has.
    void fetchProgress(const QStringList &there);
    void fetchWavesOf(const rollouts::Rollout &rollout);
    void fetchWaves(const QString &id, int index, int chunk);
    void takePublished(const QString &node, const xmpp::PrivateItem &item);
    void takeWish(const xmpp::PrivateItem &item);
    void takeProgress(const xmpp::PrivateItem &item);
    bool takeWave(const xmpp::PrivateItem &item);
    void publish(QStringView node, const QString &id, const QByteArray &json, Done done = {});
    void retractOld();
    void setReach(Reach reach);

    ItemExchange &m_items;
    store::ItemStore &m_store;
    const Clock &m_clock;
    QHash<QString, rollouts::Rollout> m_rollouts;
    QHash<QString, rollouts::RolloutProgress> m_early; // of rollouts that aren't known yet
    QHash<QString, rollouts::KnownWaves> m_waves;
    QHash<QString, rollouts::Lease> m_leases;
    int m_toFetch = 0;
    int m_inFlight = 0; // published, without the server's reply
    int m_login = 0;
    QTimer m_again;
    Reach m_reach = Reach::Unknown;
    bool m_isComplete = false;
};

} // namespace sgn::core
