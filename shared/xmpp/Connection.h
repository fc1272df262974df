// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "xmpp/Session.h"

#include <optional>
#include <QDomElement>
#include <QPointer>
#include <QSslCertificate>
#include <QSslSocket>
#include <QTimer>
#include <QXmppClient.h>

namespace sgn::xmpp {

class ByteBudget;
class StanzaGate;

// One attempt to connect and, if it succeeds, that one session. Every attempt gets a new client object, so nothing that
// a server said earlier (where to resume, whom to follow, half a stanza) outlives it; in exchange stream resumption is
// given up. The fixed resource of a device makes the server hand over what the old session still held.
class Connection final : public QObject
{
    Q_OBJECT

public:
    Connection(Account account, const Options &options, QList<QSslCertificate> authorities, QObject *parent);
    ~Connection() override;

    void open();
    // Says good-bye; closed() follows when the server's side is closed or after the time for it.
    void close();

    [[nodiscard]] bool isEstablished() const { return m_established && !m_ended; }
    // Null once the connection is over.
    [[nodiscard]] QXmppClient *client() const { return m_ended ? nullptr : m_client.data(); }
    [[nodiscard]] QString jid() const;

Q_SIGNALS:
    void established();
    // Exactly once, and the last thing that is heard from this object.
    void closed(const sgn::Error &reason);
    void message(const QDomElement &stanza);
    void presence(const QDomElement &stanza);
    void rosterPush(const QDomElement &stanza);

private:
    void connectClient();
    void onConnected();
    void onDisconnected();
    void onSocketState();
    void end(const Error &reason);

    Account m_account;
    Options m_options;
    QList<QSslCertificate> m_authorities;
    QPointer<QXmppClient> m_client;
    QPointer<QSslSocket> m_socket;
    StanzaGate *m_gate = nullptr;
    ByteBudget *m_budget = nullptr;
    QTimer m_timeout;
    std::optional<Error> m_certificateError;
    bool m_connecting = false;
    bool m_established = false;
    bool m_closing = false;
    bool m_ended = false;
};

} // namespace sgn::xmpp
