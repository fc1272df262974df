// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "xmpp/Account.h"
#include "xmpp/Connector.h"
#include "xmpp/StanzaFramer.h"
#include "xmpp/StreamEnd.h"
#include "xmpp/TlsConfig.h"

#include <chrono>
#include <optional>
#include <QSslCertificate>
#include <QSslSocket>

namespace sgn::xmpp {

// The encrypted connection to the server. The XMPP library never touches the network: it gets one end of a socket pair,
// and only when TLS stands; this class holds the other end and the connection, and lets through whole stanzas of
// reasonable size. So neither a server nor an attacker on the path can reach the library before TLS, redirect it, or
// keep it busy for ever.
class Wire final : public QObject
{
    Q_OBJECT

public:
    struct Setting
    {
        Account account;
        QList<Endpoint> failed; // endpoints that are tried last, see endpointsOf()
        QList<QSslCertificate> authorities;
        StanzaFramer::Limits limits;
        std::chrono::seconds keepAliveIdle{0}; // see setTcpKeepAlive(); 0: no probes
    };

    Wire(const Setting &setting, QObject *parent);
    ~Wire() override;

    void open();
    // The library's end; the caller takes it over. Once, after secured().
    [[nodiscard]] Result<qintptr> takeLibraryEnd();
    // Why the network was lost, if the library still had something to read then; it sees the end of its input
    // afterwards.
    [[nodiscard]] const std::optional<Error> &loss() const { return m_loss; }
    // What was wrong with the server's certificate, once that has broken the connection.
    [[nodiscard]] std::optional<CertificateFault> certificateFault() const { return m_certificateFault; }
    // Where the connection leads, once there is one.
    [[nodiscard]] const std::optional<Endpoint> &endpoint() const { return m_connector.endpoint(); }
    // The library has understood everything so far.
    void settle() { m_unsettled = 0; }
    // Makes the library acknowledge to the server what it has read so far (XEP-0198).
    void requestAcknowledgement();
    // Without an end of the stream.
    void abort();
    // The last that is sent; the library gets nothing more, either. broken() follows when the server has ended the
    // stream, too, which its caller should not wait for without a limit.
    void endStream(const QByteArray &closing);

Q_SIGNALS:
    // TLS stands and the certificate is right.
    void secured();
    // The connection was lost without the library having noticed. Once; nothing follows.
    void broken(const sgn::Error &reason);
    // So many stanzas over the limits were dropped.
    void dropped(int stanzas);

private:
    void onConnected();
    void onEncrypted();
    void onNetwork();
    void onLibrary();
    void onNetworkLost(const Error &reason);
    void readToEndOfStream();
    void negotiateTls();
    void toLibrary(QByteArray stanzas);
    void fail(const Error &reason);
    [[nodiscard]] Error socketError() const;

    std::chrono::seconds m_keepAliveIdle;
    QString m_domain; // of the account, whose name the certificate has to bear
    Connector m_connector;
    StanzaFramer m_framer;
    qsizetype m_maxUnsettled;
    QSslSocket m_network;
    StreamEnd m_library;
    std::optional<Error> m_certificateError;
    std::optional<CertificateFault> m_certificateFault;
    std::optional<Error> m_loss;
    // What the server sent before TLS (STARTTLS only).
    QByteArray m_plain;
    bool m_askedForTls = false;
    bool m_isLoggedIn = false;
    qsizetype m_unsettled = 0;
    bool m_broken = false;
    bool m_isEnding = false; // our side of the stream has ended
    QByteArray m_tail;       // of what the server sends after that
};

} // namespace sgn::xmpp
