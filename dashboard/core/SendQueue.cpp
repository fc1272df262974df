// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/SendQueue.h"

#include <utility>

namespace sgn::core {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t rememberedAcknowledged = 4096;

} // namespace

SendQueue::SendQueue(xmpp::Session &session, QObject *parent)
    : QObject(parent)
    , m_session(session)
{
    connect(&m_session, &xmpp::Session::acknowledged, this, [this](quint64 id) { settle(id, Fate::Acknowledged, {}); });
    connect(&m_session, &xmpp::Session::notSent, this,
            [this](quint64 id, const Error &reason) { settle(id, Fate::NotSent, reason); });
    connect(&m_session, &xmpp::Session::undeliverable, this, [this](quint64 id, const QString &, const Error &reason) {
        if (const Settled settled = m_acknowledged.take(id)) {
            settled(Fate::Undeliverable, reason);
        }
    });
}

void SendQueue::send(const QString &toBareJid, const QByteArray &body, Priority priority, Settled settled,
                     xmpp::Keeping keeping)
{
    (priority == Priority::Urgent ? m_urgent : m_ordinary).push_back({toBareJid, body, std::move(settled), keeping});
    pump();
}

void SendQueue::clear()
{
    for (auto *waiting : {&m_urgent, &m_ordinary}) {
        for (const Item &item : std::exchange(*waiting, {})) {
            if (item.settled) {
                item.settled(Fate::NotSent, {ErrorCode::Network, u"the connection to the server was lost"_s});
            }
        }
    }
}

void SendQueue::pump()
{
    while (m_onTheWay.size() < window && m_session.isOnline()) {
        auto &next = m_urgent.empty() ? m_ordinary : m_urgent;
        if (next.empty()) {
            return;
        }
        const Item item = std::move(next.front());
        next.pop_front();
        m_onTheWay.insert(m_session.send(item.to, item.body, item.keeping), item.settled);
    }
}

void SendQueue::settle(quint64 id, Fate fate, const Error &reason)
{
    const auto it = m_onTheWay.find(id);
    if (it == m_onTheWay.end()) {
        return;
    }
    const Settled settled = std::move(it.value());
    m_onTheWay.erase(it);
    if (settled && fate == Fate::Acknowledged) {
        m_acknowledged.insert(id, settled);
        m_acknowledgedOrder.push_back(id);
        if (m_acknowledgedOrder.size() > rememberedAcknowledged) {
            m_acknowledged.remove(m_acknowledgedOrder.front());
            m_acknowledgedOrder.pop_front();
        }
    }
    if (settled) {
        settled(fate, reason);
    }
    pump();
}

} // namespace sgn::core
