// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Connection.h"

#include "xmpp/Capabilities.h"
#include "xmpp/ConnectionErrors.h"
#include "xmpp/Jid.h"
#include "xmpp/Namespaces.h"
#include "xmpp/SaslPrep.h"
#include "xmpp/StanzaGate.h"
#include "xmpp/Wire.h"
#include "xmpp/XmlIq.h"

#include <algorithm>
#include <QSslSocket>
#include <QXmppCarbonManagerV2.h>
#include <QXmppClient.h>
#include <QXmppConfiguration.h>
#include <QXmppError.h>
#include <QXmppPresence.h>
#include <QXmppTask.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

// A full body takes up to 400 KB of XML, when each of its characters has to be escaped. All else that others can send
// is small; the roster of a panel is not, but the server writes it.
constexpr StanzaFramer::Size ordinary{.bytes = 512 * 1024, .parts = 1'000};
constexpr StanzaFramer::Size roster{.bytes = 32 * 1024 * 1024, .parts = 2'000'000};

QXmppConfiguration configuration(const Account &account, const SessionOptions &options)
{
    QXmppConfiguration config;
    config.setJid(bareJid(account.jid));
    config.setPassword(saslPrepared(account.password));
    config.setResource(account.resource);
    config.setResourcePrefix(u"sgn"_s);
    // The wire does TLS.
    config.setStreamSecurityMode(QXmppConfiguration::TLSDisabled);
    // SCRAM only: everything else either shows the password or can be replayed.
    config.setUseNonSASLAuthentication(false);
    config.setUseFastTokenAuthentication(false);
    config.setDisabledSaslMechanisms({u"PLAIN"_s, u"DIGEST-MD5"_s, u"ANONYMOUS"_s, u"X-FACEBOOK-PLATFORM"_s,
                                      u"X-MESSENGER-OAUTH2"_s, u"X-OAUTH2"_s});
    config.setAutoReconnectionEnabled(false);
    config.setAutoAcceptSubscriptions(false);
    // Probes of TCP end at a proxy.
    const auto pingInterval =
        account.proxy.isEmpty() ? options.pingInterval : std::min(options.pingInterval, SessionOptions().pingInterval);
    config.setKeepAliveInterval(static_cast<int>(pingInterval.count()));
    config.setKeepAliveTimeout(static_cast<int>(options.pingTimeout.count()));
    return config;
}

} // namespace

Connection::Connection(const Setting &setting, QObject *parent)
    : QObject(parent)
    , m_account(setting.account)
    , m_options(setting.options)
    , m_client(new QXmppClient(QXmppClient::NoExtensions))
    , m_socket(m_client->findChild<QSslSocket *>())
    , m_wire(new Wire({.account = m_account,
                       .failed = setting.failed,
                       .authorities = setting.authorities,
                       .limits = {.iq = m_options.role == Role::Panel ? roster : ordinary, .other = ordinary},
                       .keepAliveIdle = setting.keepAliveIdle},
                      this))
{
    m_client->setLogger(nullptr);
    // The library sends a presence of its own after each login; to the server itself, it goes to no contact.
    QXmppPresence presence(QXmppPresence::Unavailable);
    presence.setTo(domainOf(m_account.jid));
    m_client->setClientPresence(presence);
    m_timeout.setSingleShot(true);
    connect(&m_timeout, &QTimer::timeout, this, &Connection::onTimeout);
    connectWire();
    connectClient();
}

Connection::~Connection()
{
    if (isEstablished() && !m_streamEnded) {
        endStream();
    }
    if (!m_client) {
        return;
    }
    m_gate->shut();
    m_client->disconnect();
    // Later, because this may run inside one of its signals.
    m_client->deleteLater();
}

void Connection::connectWire()
{
    connect(m_wire, &Wire::secured, this, &Connection::onSecured);
    connect(m_wire, &Wire::broken, this, [this](const Error &reason) {
        end(m_closing ? Error{ErrorCode::Cancelled, u"signed out"_s} : reason);
    });
    connect(m_wire, &Wire::dropped, this,
            [this](int stanzas) { Q_EMIT suspicious(u"%1 over the limits of size, parts or depth"_s.arg(stanzas)); });
    connect(m_client, &QXmppLoggable::logMessage, m_wire,
            [wire = m_wire](QXmppLogger::MessageType type, const QString &) {
                if (type == QXmppLogger::ReceivedMessage) {
                    wire->settle();
                }
            });
}

void Connection::connectClient()
{
    // The gate comes first, so that it sees everything before any other extension.
    m_gate = m_client->addNewExtension<StanzaGate>();
    if (m_options.role == Role::Panel) {
        m_client->addNewExtension<QXmppCarbonManagerV2>();
    }
    if (!m_options.watchedNodes.isEmpty()) {
        m_gate->announceFeatures();
        connect(m_gate, &StanzaGate::infoRequested, this, [this](const QDomElement &iq) {
            m_client->sendPacket(Capabilities(m_options.watchedNodes).replyTo(iq));
        });
    }
    connect(m_gate, &StanzaGate::message, this, &Connection::message);
    connect(m_gate, &StanzaGate::presence, this, &Connection::presence);
    connect(m_gate, &StanzaGate::rosterPush, this, &Connection::rosterPush);
    connect(m_gate, &StanzaGate::droppedEarly, this,
            [this](const QString &what) { Q_EMIT suspicious(what + u" before the login"_s); });
    connect(m_gate, &StanzaGate::redirected, this, [this] {
        end({ErrorCode::Refused, u"the server sends us to another host, which is not followed"_s});
    });
    connect(m_client, &QXmppClient::connected, this, &Connection::onConnected);
    connect(m_client, &QXmppClient::disconnected, this, &Connection::onDisconnected);
    connect(m_client, &QXmppClient::errorOccurred, this, [this](const QXmppError &error) {
        if (isConflict(error)) {
            Q_EMIT replaced();
        }
        const bool ofSocket = error.holdsType<QAbstractSocket::SocketError>();
        end(ofSocket && m_wire->loss() ? *m_wire->loss() : connectionError(error, m_account));
    });
}

void Connection::open()
{
    m_timeout.start(m_options.connectTimeout);
    m_wire->open();
}

void Connection::close()
{
    if (m_ended) {
        return;
    }
    if (!m_established) {
        end({ErrorCode::Cancelled, u"stopped while connecting"_s});
        return;
    }
    m_closing = true;
    m_timeout.start(m_options.closeTimeout);
    if (m_client->streamManagementState() == QXmppClient::NoStreamManagement) {
        signOff();
        return;
    }
    // What was taken is acknowledged first (XEP-0198 section 4); the server would keep it and deliver it once more.
    connect(m_client, &QXmppLoggable::logMessage, this, [this](QXmppLogger::MessageType type, const QString &words) {
        if (type == QXmppLogger::SentMessage && words.startsWith(u"<a ")) {
            signOff();
        }
    });
    m_wire->requestAcknowledgement();
}

void Connection::signOff()
{
    // From here on nothing is taken.
    m_gate->shut();
    // Later, because this may run inside one of the library's signals.
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (!m_ended && m_client && !m_streamEnded) {
                endStream();
            }
        },
        Qt::QueuedConnection);
}

void Connection::onTimeout()
{
    if (m_closing && !m_streamEnded) {
        // The library still reads. What it doesn't get to is delivered to the next session.
        m_timeout.start(m_options.closeTimeout);
        return signOff();
    }
    end(m_closing ? Error{ErrorCode::Timeout, u"the server didn't close its side"_s}
                  : Error{ErrorCode::Timeout, u"the server %1 doesn't answer"_s.arg(m_account.connectHost())});
}

void Connection::endStream()
{
    m_streamEnded = true;
    m_socket->flush();
    m_wire->endStream(m_options.showsPresence ? "<presence type='unavailable'/></stream:stream>" : "</stream:stream>");
}

QString Connection::jid() const
{
    return isEstablished() ? m_client->configuration().jid() : QString();
}

std::optional<Endpoint> Connection::endpoint() const
{
    return m_wire->endpoint();
}

void Connection::onSecured()
{
    const Result<qintptr> libraryEnd = m_wire->takeLibraryEnd();
    if (!libraryEnd) {
        return end(libraryEnd.error());
    }
    // Instead of connectToServer(): the library finds itself connected and begins the stream.
    m_client->configuration() = configuration(m_account, m_options);
    if (!m_socket->setSocketDescriptor(*libraryEnd, QAbstractSocket::ConnectedState, QIODevice::ReadWrite)) {
        return end({ErrorCode::Internal, u"the socket pair isn't accepted: "_s + m_socket->errorString()});
    }
    // One object, one connection: should anything make the library connect by itself, it isn't followed.
    connect(m_socket, &QSslSocket::stateChanged, this, [this](QAbstractSocket::SocketState state) {
        if (state == QAbstractSocket::HostLookupState) {
            end({ErrorCode::Refused, u"the server sends us to another host, which is not followed"_s});
        }
    });
    Q_EMIT m_socket->connected();
}

void Connection::onConnected()
{
    // A server could leave steps out; none of them is optional for us.
    if (!m_client->isAuthenticated()) {
        return end({ErrorCode::Refused, u"the server wants a session without a login"_s});
    }
    if (bareJid(m_client->configuration().jid()) != bareJid(m_account.jid)) {
        return end({ErrorCode::Refused, u"the server logged us in as another account"_s});
    }
    m_timeout.stop();
    m_established = true;
    m_gate->open();
    // After the library has sent its presence, which it does on return.
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (isEstablished()) {
                sendPresence();
                Q_EMIT established();
            }
        },
        Qt::QueuedConnection);
}

void Connection::sendPresence()
{
    if (m_options.showsPresence) {
        QXmppPresence presence;
        if (!m_options.watchedNodes.isEmpty()) {
            Capabilities(m_options.watchedNodes).addTo(presence);
        }
        m_client->sendPacket(presence);
    }
}

void Connection::ping()
{
    if (!isEstablished() || m_closing || m_timeout.isActive()) {
        return;
    }
    m_timeout.start(m_options.pingTimeout);
    m_client->sendIq(XmlIq::query(domainOf(m_account.jid), u"ping", ns::ping))
        .then(this, [this](const QXmppClient::IqResult &) {
            if (!m_closing) {
                m_timeout.stop();
            }
        });
}

void Connection::onDisconnected()
{
    if (!m_closing) {
        end(m_wire->loss().value_or(Error{ErrorCode::Network, u"the server closed the connection"_s}));
    }
}

void Connection::end(const Error &reason)
{
    if (m_ended) {
        return;
    }
    m_ended = true;
    m_timeout.stop();
    m_gate->shut();
    m_wire->disconnect(this);
    m_client->disconnect(this);
    m_socket->disconnect(this);
    // Not from within the library's own signal, and not before our caller has returned.
    QMetaObject::invokeMethod(
        this,
        [this, reason] {
            m_wire->abort();
            if (m_socket) {
                m_socket->abort();
            }
            Q_EMIT closed(reason);
        },
        Qt::QueuedConnection);
}

} // namespace sgn::xmpp
