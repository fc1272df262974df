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

// Sends the outbox to the panel: each message in order, kept until the server has acknowledged it, and sent again after
// a reconnect or a restart. A message that the server returns later is stored again.
class OutboxSender : public QObject
{
    Q_OBJECT

public:
    // Both outlive the object.
    OutboxSender(Outbox &outbox, PanelLink &link, QObject *parent = nullptr);

    // Kept until the server has it. False if it isn't durable.
    bool post(const QString &key, const QByteArray &body);
    // Whether the message is durable or the server has it; writes it again if need be.
    [[nodiscard]] bool isDurable(const QString &key);
    // Sent once if the panel is online, otherwise dropped.
    void sendOnce(const QByteArray &body);
    // As post(); an older message under the same key is dropped.
    void postNewest(const QString &key, const QByteArray &body);
    // Drops all messages that wait.
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
