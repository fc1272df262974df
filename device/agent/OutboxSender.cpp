// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/OutboxSender.h"

#include "agent/Logging.h"

#include <algorithm>

namespace sgn::agent {

namespace {

constexpr std::chrono::seconds retryAfter{5};
// A panel that takes no messages isn't sent them all the time.
constexpr std::chrono::hours longestReturnPause{1};
constexpr qsizetype maxDelivered = 100;

} // namespace

OutboxSender::OutboxSender(Outbox &outbox, PanelLink &link, QObject *parent)
    : QObject(parent)
    , m_outbox(outbox)
    , m_link(link)
    , m_returnPause(retryAfter, longestReturnPause)
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &OutboxSender::sendWaiting);
    connect(&m_link, &PanelLink::online, this, &OutboxSender::sendWaiting);
    connect(&m_link, &PanelLink::acknowledged, this, &OutboxSender::acknowledged);
    connect(&m_link, &PanelLink::notSent, this, &OutboxSender::notSent);
    connect(&m_link, &PanelLink::returned, this, &OutboxSender::returned);
}

bool OutboxSender::post(const QString &key, const QByteArray &body)
{
    return sendKept(m_outbox.put(key, body));
}

void OutboxSender::postNewest(const QString &key, const QByteArray &body)
{
    m_delivered.removeIf([&key](QHash<quint64, Outbox::Letter>::iterator entry) { return entry.value().key == key; });
    sendKept(m_outbox.replace(key, body));
}

bool OutboxSender::sendKept(const Outcome &kept)
{
    if (!kept) {
        qCWarning(lcAgent) << "a message to the panel isn't durable:" << kept.error();
    }
    sendWaiting();
    return kept.has_value();
}

bool OutboxSender::isDurable(const QString &key)
{
    const auto letter = std::ranges::find(m_outbox.letters(), key, &Outbox::Letter::key);
    return letter == m_outbox.letters().end() || m_outbox.put(key, letter->body);
}

void OutboxSender::sendOnce(const QByteArray &body)
{
    if (m_link.isOnline()) {
        m_link.send(body, xmpp::Keeping::AsUsual);
    }
}

void OutboxSender::forget()
{
    m_outbox.clear();
    m_delivered.clear();
}

void OutboxSender::sendWaiting()
{
    if (!m_link.isOnline()) {
        return;
    }
    const auto underway = m_onTheWay.values();
    const QSet<quint64> sent(underway.begin(), underway.end());
    for (const Outbox::Letter &letter : m_outbox.letters()) {
        if (!sent.contains(letter.sequence)) {
            m_onTheWay.insert(m_link.send(letter.body, xmpp::Keeping::AsUsual), letter.sequence);
        }
    }
}

void OutboxSender::acknowledged(quint64 id)
{
    const auto it = m_onTheWay.constFind(id);
    if (it == m_onTheWay.constEnd()) {
        return;
    }
    const auto letter = std::ranges::find(m_outbox.letters(), it.value(), &Outbox::Letter::sequence);
    if (letter != m_outbox.letters().end()) {
        m_delivered.insert(id, *letter);
        if (m_delivered.size() > maxDelivered) {
            m_delivered.remove(std::ranges::min(m_delivered.keys()));
        }
    }
    m_outbox.remove(it.value());
    m_onTheWay.erase(it);
}

void OutboxSender::returned(quint64 id)
{
    if (!m_delivered.contains(id)) {
        return; // delivered long ago, or replaced by a newer message
    }
    const Outbox::Letter letter = m_delivered.take(id);
    if (const Outcome put = m_outbox.put(letter.key, letter.body); !put) {
        qCWarning(lcAgent) << "a message to the panel isn't durable:" << put.error();
    }
    if (!m_retry.isActive()) {
        m_retry.start(m_returnPause.next());
    }
}

void OutboxSender::notSent(quint64 id, const Error &reason)
{
    const auto it = m_onTheWay.constFind(id);
    if (it == m_onTheWay.constEnd()) {
        return;
    }
    const quint64 sequence = it.value();
    m_onTheWay.erase(it);
    if (reason.code == ErrorCode::BadRequest || reason.code == ErrorCode::TooLarge) {
        qCWarning(lcAgent) << "a message can never be sent and is dropped:" << reason;
        m_outbox.remove(sequence);
        return;
    }
    // The next login sends it again; the timer is for a refusal while online.
    m_retry.start(retryAfter);
}

} // namespace sgn::agent
