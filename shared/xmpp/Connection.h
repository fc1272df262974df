// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "xmpp/Account.h"
#include "xmpp/Endpoints.h"
#include "xmpp/SessionOptions.h"

#include <optional>
#include <QDomElement>
#include <QPointer>
#include <QSslCertificate>
#include <QSslSocket>
#include <QTimer>
#include <QXmppClient.h>

namespace sgn::xmpp {

class StanzaGate;
class Wire;

// One attempt to connect and, if it succeeds, that one session. Every attempt gets a new client object, so nothing that
// a server sent earlier (where to resume, a redirect, half a stanza) outlives it; in exchange stream resumption is
// given up. The fixed resource of a device makes the server deliver what the old session still held.
class Connection final : public QObject
{
    Q_OBJECT

public:
    struct Setting
    {
        Account account;
        QList<Endpoint> failed; // endpoints that are tried last, see endpointsOf()
        SessionOptions options;
        std::chrono::seconds keepAliveIdle{0}; // see setTcpKeepAlive(); 0: no probes
        QList<QSslCertificate> authorities;
    };

    Connection(const Setting &setting, QObject *parent);
    ~Connection() override;

    void open();
    // Ends the stream; closed() follows when the server's side is closed or after the time for it.
    void close();
    // Once more; the first is sent before established().
    void sendPresence();
    // Requests a sign of life from the server (XEP-0199); closed() follows where none comes in time.
    void ping();

    [[nodiscard]] bool isEstablished() const { return m_established && !m_ended; }
    // Null once the connection is over.
    [[nodiscard]] QXmppClient *client() const { return m_ended ? nullptr : m_client.data(); }
    [[nodiscard]] QString jid() const;
    // Where it leads, once there is a connection.
    [[nodiscard]] std::optional<Endpoint> endpoint() const;

Q_SIGNALS:
    void established();
    // Another client signed in with this account and resource; closed() follows.
    void replaced();
    // Exactly once; this object emits nothing after it.
    void closed(const sgn::Error &reason);
    void message(const QDomElement &stanza);
    void presence(const QDomElement &stanza);
    void rosterPush(const QDomElement &stanza);
    // A stanza was dropped; worth a line in the log.
    void suspicious(const QString &what);

private:
    void connectClient();
    void connectWire();
    void onConnected();
    void onDisconnected();
    void onSecured();
    void signOff();
    void endStream();
    void onTimeout();
    void end(const Error &reason);

    Account m_account;
    SessionOptions m_options;
    QPointer<QXmppClient> m_client;
    QPointer<QSslSocket> m_socket;
    Wire *m_wire;
    StanzaGate *m_gate = nullptr;
    QTimer m_timeout;
    bool m_established = false;
    bool m_closing = false;
    bool m_streamEnded = false;
    bool m_ended = false;
};

} // namespace sgn::xmpp
