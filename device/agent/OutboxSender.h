// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/Outbox.h"
#include "agent/PanelLink.h"
#include "base/Backoff.h"

#include <QHash>
#include <QObject>
#include <QSet>
#include <QTimer>

namespace sgn::agent {

// Brings the outbox to the panel: each letter is sent in order, kept until the server has acknowledged it, and sent
// again after a reconnect or a restart. What the server gives back later is put into the box again.
class OutboxSender : public QObject
{
    Q_OBJECT

public:
    // Both outlive the object.
    OutboxSender(Outbox &outbox, PanelLink &link, QObject *parent = nullptr);

    // Kept until the server has it. False when it isn't safe on disk.
    bool post(const QString &key, const QByteArray &body);
    // The letter is safe on disk, if need be by now, or the server has it.
    [[nodiscard]] bool isSafe(const QString &key);
    // Sent once, now or never.
    void say(const QByteArray &body);
    // As post(); what waits under the same key is old news and dropped.
    void postNewest(const QString &key, const QByteArray &body);
    // Drops all that waits.
    void forget();

private:
    bool sendKept(const Outcome &kept);
    void sendWaiting();
    void acknowledged(quint64 id);
    void returned(quint64 id);
    void notSent(quint64 id, const Error &reason);

    Outbox &m_outbox;
    PanelLink &m_link;
    QHash<quint64, quint64> m_onTheWay;         // the link's id → the letter's sequence
    QHash<quint64, Outbox::Letter> m_delivered; // the last ones, by the link's id
    QTimer m_retry;
    Backoff m_returnPause;
};

} // namespace sgn::agent
