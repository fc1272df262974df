// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/Mail.h"

#include "agent/Logging.h"

#include <algorithm>

namespace sgn::agent {

namespace {

constexpr std::chrono::seconds retryAfter{5};

} // namespace

Mail::Mail(Outbox &outbox, PanelLink &link, QObject *parent)
    : QObject(parent)
    , m_outbox(outbox)
    , m_link(link)
{
    m_retry.setSingleShot(true);
    m_retry.setInterval(retryAfter);
    connect(&m_retry, &QTimer::timeout, this, &Mail::sendWaiting);
    connect(&m_link, &PanelLink::online, this, &Mail::sendWaiting);
    connect(&m_link, &PanelLink::acknowledged, this, &Mail::acknowledged);
    connect(&m_link, &PanelLink::notSent, this, &Mail::notSent);
}

bool Mail::post(const QString &key, const QByteArray &body)
{
    const auto put = m_outbox.put(key, body);
    if (!put) {
        qCWarning(lcAgent) << "a message to the panel isn't safe on disk:" << put.error();
    }
    sendWaiting();
    return put.has_value();
}

bool Mail::isSafe(const QString &key)
{
    const auto letter = std::ranges::find(m_outbox.letters(), key, &Outbox::Letter::key);
    return letter == m_outbox.letters().end() || m_outbox.put(key, letter->body);
}

void Mail::say(const QByteArray &body)
{
    if (m_link.isOnline()) {
        m_link.send(body);
    }
}

void Mail::sendWaiting()
{
    if (!m_link.isOnline()) {
        return;
    }
    const auto underway = m_onTheWay.values();
    const QSet<quint64> sent(underway.begin(), underway.end());
    for (const Outbox::Letter &letter : m_outbox.letters()) {
        if (!sent.contains(letter.sequence)) {
            m_onTheWay.insert(m_link.send(letter.body), letter.sequence);
        }
    }
}

void Mail::acknowledged(quint64 id)
{
    const auto it = m_onTheWay.constFind(id);
    if (it != m_onTheWay.constEnd()) {
        m_outbox.remove(it.value());
        m_onTheWay.erase(it);
    }
}

void Mail::notSent(quint64 id, const Error &reason)
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
    m_retry.start();
}

} // namespace sgn::agent
