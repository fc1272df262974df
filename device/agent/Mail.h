// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/Outbox.h"
#include "agent/PanelLink.h"

#include <QHash>
#include <QObject>
#include <QSet>
#include <QTimer>

namespace sgn::agent {

// Brings the outbox to the panel: each letter is sent in order, kept until the server has acknowledged it, and sent
// again after a reconnect or a restart.
class Mail : public QObject
{
    Q_OBJECT

public:
    // Both outlive the object.
    Mail(Outbox &outbox, PanelLink &link, QObject *parent = nullptr);

    // Kept until the server has it. False when it isn't safe on disk.
    bool post(const QString &key, const QByteArray &body);
    // The letter is safe on disk, if need be by now, or the server has it.
    [[nodiscard]] bool isSafe(const QString &key);
    // Sent once, now or never.
    void say(const QByteArray &body);

private:
    void sendWaiting();
    void acknowledged(quint64 id);
    void notSent(quint64 id, const Error &reason);

    Outbox &m_outbox;
    PanelLink &m_link;
    QHash<quint64, quint64> m_onTheWay; // the link's id → the letter's sequence
    QTimer m_retry;
};

} // namespace sgn::agent
