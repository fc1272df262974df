// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Newcomer.h"

#include <QHash>
#include <QList>
#include <QObject>
#include <QTimer>

namespace sgn::store {
class Store;
}

namespace sgn::core {

// Accounts that wait to be accepted. Bounded, because anyone may write to the panel: accounts of other servers can't
// push out those of the panel's own.
class Newcomers : public QObject
{
    Q_OBJECT

public:
    static constexpr int maxOwn = 20'000; // of the panel's own server
    static constexpr int maxForeign = 500;
    static constexpr qsizetype maxMessage = 200;

    // What has been seen of an account.
    struct Sign
    {
        QDateTime at; // UTC
        bool isAsking = false;
        QString claimedId = {};
        QString message = {};
    };

    // `store` outlives this.
    Newcomers(store::Store &store, QString ownDomain, QObject *parent = nullptr);

    // What the store knows of an earlier run.
    void restore();

    [[nodiscard]] int count() const { return static_cast<int>(m_all.size()); }
    // In order of their JIDs.
    [[nodiscard]] QList<records::Newcomer> all() const;
    [[nodiscard]] bool contains(const QString &jid) const { return m_all.contains(jid); }
    // More have shown up than are listed.
    [[nodiscard]] bool isFull() const { return m_isFull; }

    void note(const QString &jid, const Sign &sign, const QDateTime &retiredAt = {});
    // False where it wasn't listed.
    bool forget(const QString &jid);

Q_SIGNALS:
    // Collected.
    void changed();

private:
    [[nodiscard]] bool isOwn(const QString &jid) const;

    store::Store &m_store;
    QString m_ownDomain;
    QHash<QString, records::Newcomer> m_all;
    int m_foreign = 0;
    bool m_isFull = false;
    QTimer m_changedSoon;
};

} // namespace sgn::core
