// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/Newcomers.h"

#include "store/Store.h"
#include "xmpp/Jid.h"

#include <algorithm>

namespace sgn::core {

using namespace std::chrono_literals;

namespace {

constexpr auto collectFor = 100ms;
// Who writes all the time isn't written to the disk all the time.
constexpr auto seenStep = 60s;
constexpr qsizetype maxClaimedId = 128;

} // namespace

Newcomers::Newcomers(store::Store &store, QString ownDomain, QObject *parent)
    : QObject(parent)
    , m_store(store)
    , m_ownDomain(std::move(ownDomain))
{
    m_changedSoon.setSingleShot(true);
    m_changedSoon.setInterval(collectFor);
    connect(&m_changedSoon, &QTimer::timeout, this, &Newcomers::changed);
}

bool Newcomers::isOwn(const QString &jid) const
{
    return xmpp::domainOf(jid) == m_ownDomain;
}

void Newcomers::restore()
{
    for (const records::Newcomer &newcomer : m_store.newcomers()) {
        m_all.insert(newcomer.jid, newcomer);
        m_foreign += isOwn(newcomer.jid) ? 0 : 1;
    }
}

QList<records::Newcomer> Newcomers::all() const
{
    QList<records::Newcomer> all = m_all.values();
    std::ranges::sort(all, {}, &records::Newcomer::jid);
    return all;
}

void Newcomers::note(const QString &jid, const Sign &sign, const QDateTime &retiredAt)
{
    auto it = m_all.find(jid);
    const bool isNew = it == m_all.end();
    if (isNew) {
        const bool isForeign = !isOwn(jid);
        if (isForeign ? m_foreign >= maxForeign : count() - m_foreign >= maxOwn) {
            m_isFull = true;
            return;
        }
        m_foreign += isForeign ? 1 : 0;
        it = m_all.insert(jid, {.jid = jid, .firstSeen = sign.at, .lastSeen = sign.at});
    }
    const records::Newcomer before = *it;
    it->firstSeen = std::min(it->firstSeen, sign.at);
    it->lastSeen = std::max(it->lastSeen, sign.at);
    it->isAsking = it->isAsking || sign.isAsking;
    if (it->claimedId.isEmpty()) {
        it->claimedId = sign.claimedId.left(maxClaimedId);
    }
    if (it->message.isEmpty()) {
        it->message = sign.message.simplified().left(maxMessage);
    }
    it->retiredAt = retiredAt;
    records::Newcomer unseen = *it;
    unseen.lastSeen = before.lastSeen;
    if (!isNew && unseen == before &&
        before.lastSeen.msecsTo(it->lastSeen) < std::chrono::milliseconds(seenStep).count()) {
        it->lastSeen = before.lastSeen;
        return;
    }
    m_store.keep(*it);
    if (!m_changedSoon.isActive()) {
        m_changedSoon.start();
    }
}

bool Newcomers::forget(const QString &jid)
{
    if (!m_all.remove(jid)) {
        return false;
    }
    m_foreign -= isOwn(jid) ? 0 : 1;
    m_isFull = false;
    m_store.removeNewcomer(jid);
    if (!m_changedSoon.isActive()) {
        m_changedSoon.start();
    }
    return true;
}

} // namespace sgn::core
