// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Connection.h"

#include "xmpp/ByteBudget.h"
#include "xmpp/ConnectionErrors.h"
#include "xmpp/Jid.h"
#include "xmpp/Logging.h"
#include "xmpp/StanzaGate.h"
#include "xmpp/TlsConfig.h"

#include <QNetworkProxy>
#include <QSslSocket>
#include <QXmppCarbonManagerV2.h>
#include <QXmppClient.h>
#include <QXmppConfiguration.h>
#include <QXmppError.h>
#include <QXmppPresence.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

// Before the login nothing longer than a few features and challenges is due. Afterwards stanzas may come back to back,
// and they are only parsed at the end of such a run: a device gets a few stored commands (a full body takes up to 400
// KB of XML), a panel its roster and pages of the archive. Each piece that arrives parses the whole run again, so the
// limit is also one on time.
constexpr quint64 loginBudget = 64 * 1024;
constexpr quint64 deviceBudget = 512 * 1024;
constexpr quint64 panelBudget = 32 * 1024 * 1024;
constexpr qint64 deviceChunk = 16 * 1024;
constexpr qint64 panelChunk = 1024 * 1024;

QXmppConfiguration configuration(const Account &account, const Options &options,
                                 const QList<QSslCertificate> &authorities)
{
    QXmppConfiguration config;
    config.setJid(bareJid(account.jid));
    config.setPassword(account.password);
    config.setHost(account.connectHost());
    config.setPort(account.port);
    config.setResource(account.resource);
    config.setResourcePrefix(u"sgn"_s);
    config.setCaCertificates(authorities);
    config.setIgnoreSslErrors(false);
    config.setStreamSecurityMode(account.tls == Account::Tls::Direct ? QXmppConfiguration::LegacySSL
                                                                     : QXmppConfiguration::TLSRequired);
    // SCRAM only: everything else either shows the password or can be replayed.
    config.setUseNonSASLAuthentication(false);
    config.setUseFastTokenAuthentication(false);
    config.setDisabledSaslMechanisms({u"PLAIN"_s, u"DIGEST-MD5"_s, u"ANONYMOUS"_s, u"X-FACEBOOK-PLATFORM"_s,
                                      u"X-MESSENGER-OAUTH2"_s, u"X-OAUTH2"_s});
    config.setAutoReconnectionEnabled(false);
    config.setAutoAcceptSubscriptions(false);
    config.setKeepAliveInterval(static_cast<int>(options.pingInterval.count()));
    config.setKeepAliveTimeout(static_cast<int>(options.pingTimeout.count()));
    // The desktop's proxy settings are for browsers, and looking them up loads a library of several megabytes.
    config.setNetworkProxy(QNetworkProxy::NoProxy);
    return config;
}

} // namespace

Connection::Connection(Account account, const Options &options, QList<QSslCertificate> authorities, QObject *parent)
    : QObject(parent)
    , m_account(std::move(account))
    , m_options(options)
    , m_authorities(std::move(authorities))
    , m_client(new QXmppClient(QXmppClient::NoExtensions))
    , m_socket(m_client->findChild<QSslSocket *>())
{
    m_client->setLogger(nullptr);
    m_timeout.setSingleShot(true);
    connectClient();
}

Connection::~Connection()
{
    if (!m_client)
        return;
    m_gate->shut();
    m_client->disconnect();
    if (m_socket)
        m_socket->disconnect(this);
    if (isEstablished())
        m_client->disconnectFromServer();
    // Later, because this may run inside one of its signals.
    m_client->deleteLater();
}

void Connection::connectClient()
{
    // The gate comes first, so that it sees everything before any other extension.
    m_gate = m_client->addNewExtension<StanzaGate>();
    if (m_options.role == Role::Panel)
        m_client->addNewExtension<QXmppCarbonManagerV2>();
    connect(m_gate, &StanzaGate::message, this, &Connection::message);
    connect(m_gate, &StanzaGate::presence, this, &Connection::presence);
    connect(m_gate, &StanzaGate::rosterPush, this, &Connection::rosterPush);
    connect(m_gate, &StanzaGate::droppedEarly, this, [](const QString &what) {
        qCWarning(lcXmpp).noquote() << "dropped a" << what << "that arrived before the login";
    });
    connect(m_gate, &StanzaGate::redirected, this, [this] {
        end({ErrorCode::Refused, u"the server sends us to another host, which is not followed"_s});
    });

    const bool panel = m_options.role == Role::Panel;
    m_budget = new ByteBudget(m_socket, loginBudget, panel ? panelChunk : deviceChunk, this);
    connect(m_budget, &ByteBudget::exceeded, this, [this] {
        end({ErrorCode::TooLarge, u"the server sends more than can be read"_s});
    });
    connect(m_client, &QXmppLoggable::logMessage, this, [this](QXmppLogger::MessageType type, const QString &) {
        if (type == QXmppLogger::ReceivedMessage)
            m_budget->settle();
    });

    connect(m_socket, &QSslSocket::stateChanged, this, &Connection::onSocketState);
    connect(m_client, &QXmppClient::connected, this, &Connection::onConnected);
    connect(m_client, &QXmppClient::disconnected, this, &Connection::onDisconnected);
    connect(m_client, &QXmppClient::sslErrors, this, [this](const QList<QSslError> &errors) {
        m_certificateError = certificateError(errors, domainOf(m_account.jid));
    });
    connect(m_client, &QXmppClient::errorOccurred, this, [this](const QXmppError &error) {
        end(m_certificateError ? *m_certificateError : connectionError(error, m_account, m_established));
    });
    connect(&m_timeout, &QTimer::timeout, this, [this] {
        end(m_closing ? Error{ErrorCode::Timeout, u"the server didn't close its side"_s}
                      : Error{ErrorCode::Timeout, u"the server %1 doesn't answer"_s.arg(m_account.connectHost())});
    });
}

void Connection::open()
{
    m_timeout.start(m_options.connectTimeout);
    m_client->connectToServer(configuration(m_account, m_options, m_authorities));
}

void Connection::close()
{
    if (m_ended)
        return;
    if (!m_established) {
        end({ErrorCode::Cancelled, u"stopped while connecting"_s});
        return;
    }
    m_closing = true;
    m_gate->shut();
    m_timeout.start(m_options.closeTimeout);
    m_client->disconnectFromServer();
}

QString Connection::jid() const
{
    return isEstablished() ? m_client->configuration().jid() : QString();
}

void Connection::onConnected()
{
    // A server could leave steps out; none of them is optional for us.
    if (!m_client->isAuthenticated() || !m_socket->isEncrypted()) {
        end({ErrorCode::Refused, u"the server wants a session without a login"_s});
        return;
    }
    if (bareJid(m_client->configuration().jid()) != bareJid(m_account.jid)) {
        end({ErrorCode::Refused, u"the server logged us in as somebody else"_s});
        return;
    }
    m_timeout.stop();
    m_budget->setLimit(m_options.role == Role::Panel ? panelBudget : deviceBudget);
    m_established = true;
    m_gate->open();
    // After the library has sent the initial presence, which it does on return.
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (isEstablished())
                Q_EMIT established();
        },
        Qt::QueuedConnection);
}

void Connection::onDisconnected()
{
    if (m_closing)
        end({ErrorCode::Cancelled, u"signed out"_s});
    else if (m_account.tls == Account::Tls::StartTls && !m_established)
        end({ErrorCode::Refused, u"the server doesn't offer TLS"_s});
    else
        end({ErrorCode::Network, u"the server closed the connection"_s});
}

void Connection::onSocketState()
{
    // One object, one connection: whatever made the library connect again (a redirect, a place to resume) is not
    // followed.
    if (m_socket->state() == QAbstractSocket::HostLookupState) {
        if (m_connecting)
            end({ErrorCode::Refused, u"the server sends us to another host, which is not followed"_s});
        m_connecting = true;
    }
}

void Connection::end(const Error &reason)
{
    if (m_ended)
        return;
    m_ended = true;
    m_timeout.stop();
    m_gate->shut();
    m_client->disconnect(this);
    m_socket->disconnect(this);
    // Not from within the library's own signal, and not before our caller has returned.
    QMetaObject::invokeMethod(
        this,
        [this, reason] {
            if (m_socket)
                m_socket->abort();
            Q_EMIT closed(reason);
        },
        Qt::QueuedConnection);
}

} // namespace sgn::xmpp
