// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Wire.h"

#include "xmpp/Jid.h"
#include "xmpp/Logging.h"
#include "xmpp/LoginOffer.h"
#include "xmpp/ScramGuard.h"
#include "xmpp/TcpKeepAlive.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// Bytes read from the network at a time.
constexpr qint64 chunk = 64 * 1024;
// A server sends little before TLS.
constexpr qsizetype maxPlain = 16 * 1024;
// Large, so that a stanza reaches the library in few pieces, each of which makes it parse the whole again.
constexpr int pairBuffer = 1024 * 1024;
constexpr QByteArrayView endOfStream = "</stream:stream>";

} // namespace

Wire::Wire(const Setting &setting, QObject *parent)
    : QObject(parent)
    , m_keepAliveIdle(setting.keepAliveIdle)
    , m_domain(domainOf(setting.account.jid))
    , m_connector(setting.account, setting.failed, nullptr)
    , m_framer(setting.limits)
    , m_maxUnsettled(2 * (setting.limits.iq.bytes + chunk))
{
    QSslConfiguration tls = pinnedTls(setting.authorities);
    tls.setAllowedNextProtocols({"xmpp-client"_ba});
    m_network.setSslConfiguration(tls);
    m_network.setPeerVerifyName(m_domain);
    m_network.setReadBufferSize(chunk);
    connect(&m_connector, &Connector::connected, this, &Wire::onConnected);
    connect(&m_connector, &Connector::failed, this, &Wire::fail);
    connect(&m_network, &QSslSocket::encrypted, this, &Wire::onEncrypted);
    connect(&m_network, &QSslSocket::readyRead, this, &Wire::onNetwork);
    connect(&m_network, &QSslSocket::sslErrors, this, [this](const QList<QSslError> &errors) {
        const QList<QSslCertificate> authorities = m_network.sslConfiguration().caCertificates();
        const QDateTime now = QDateTime::currentDateTimeUtc();
        m_certificateError = certificateError(errors, m_domain, authorities, now);
        m_certificateFault = sgn::xmpp::certificateFault(errors, authorities, now);
    });
    connect(&m_network, &QSslSocket::errorOccurred, this, [this] { onNetworkLost(socketError()); });
    connect(&m_network, &QSslSocket::disconnected, this, [this] {
        onNetworkLost({ErrorCode::Network, u"the server closed the connection"_s});
    });
    connect(&m_library, &StreamEnd::readyRead, this, &Wire::onLibrary);
    connect(&m_library, &StreamEnd::ended, this, [this] {
        onLibrary();
        m_network.disconnectFromHost();
    });
}

Wire::~Wire()
{
    m_network.disconnect(this);
    m_library.disconnect(this);
    m_network.disconnectFromHost();
}

void Wire::open()
{
    m_connector.start();
}

Result<qintptr> Wire::takeLibraryEnd()
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return sgn::fail(ErrorCode::Io, u"no socket pair: "_s + qt_error_string());
    }
    for (const int end : ends) {
        ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &pairBuffer, sizeof pairBuffer);
    }
    m_library.open(Descriptor(ends[0]));
    return ends[1];
}

void Wire::requestAcknowledgement()
{
    // As if the server had asked. It gets whole stanzas only, so there is always a place between two of them.
    m_library.write("<r xmlns='urn:xmpp:sm:3'/>");
}

void Wire::abort()
{
    m_broken = true;
    m_network.disconnect(this);
    m_library.disconnect(this);
    m_network.abort();
    m_library.abort();
}

void Wire::endStream(const QByteArray &closing)
{
    // What the library has written so far goes first.
    onLibrary();
    m_isEnding = true;
    m_network.write(closing);
    m_network.flush();
}

void Wire::onConnected()
{
    if (m_broken) {
        return;
    }
    Descriptor socket = m_connector.takeSocket();
    if (m_keepAliveIdle > 0s) {
        // Without probes the connection still works; the ping finds its end later.
        if (const Outcome probed = setTcpKeepAlive(socket.get(), m_keepAliveIdle); !probed) {
            qCWarning(lcXmpp) << probed.error();
        }
    }
    if (!m_network.setSocketDescriptor(socket.get())) {
        return fail({ErrorCode::Internal, u"the connection isn't accepted: "_s + m_network.errorString()});
    }
    (void)socket.release();
    if (endpoint()->tls == Account::Tls::Direct) {
        m_network.startClientEncryption();
        return;
    }
    m_network.write("<?xml version='1.0'?><stream:stream to='" + m_domain.toHtmlEscaped().toUtf8() +
                    "' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>");
}

// STARTTLS (RFC 6120 section 5). Only two things matter of what the server sends in the clear: that it offers TLS, and
// that it proceeds; its certificate then shows whether it is the right server.
void Wire::negotiateTls()
{
    m_plain += m_network.read(maxPlain + 1 - m_plain.size());
    if (m_plain.size() > maxPlain) {
        return fail({ErrorCode::TooLarge, u"the server sends more than can be read"_s});
    }
    if (!m_askedForTls) {
        if (!m_plain.contains("</stream:features>") && !m_plain.contains("</stream:error>")) {
            return;
        }
        if (!m_plain.contains("urn:ietf:params:xml:ns:xmpp-tls")) {
            return fail({ErrorCode::Refused, u"the server doesn't offer TLS"_s});
        }
        m_plain.clear();
        m_askedForTls = true;
        m_network.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        return;
    }
    const qsizetype end = m_plain.indexOf('>');
    if (end < 0) {
        return;
    }
    // Anything behind it was injected, to be taken for what the server sends under TLS.
    if (!m_plain.trimmed().startsWith("<proceed") || !m_plain.sliced(end + 1).trimmed().isEmpty()) {
        return fail({ErrorCode::Refused, u"the server doesn't begin TLS as it should"_s});
    }
    m_plain.clear();
    m_network.startClientEncryption();
}

void Wire::onEncrypted()
{
    Q_EMIT secured();
}

void Wire::onNetwork()
{
    if (m_broken) {
        return;
    }
    if (m_isEnding) {
        return readToEndOfStream();
    }
    if (!m_network.isEncrypted()) {
        if (endpoint()->tls == Account::Tls::StartTls && m_network.mode() == QSslSocket::UnencryptedMode) {
            negotiateTls();
        }
        return;
    }
    const Result<QByteArray> parts = m_framer.feed(m_network.readAll());
    if (!parts) {
        return fail(parts.error());
    }
    m_unsettled += parts->size();
    // The framer only counts tags; what is no XML for other reasons the library would keep for ever.
    if (m_unsettled > m_maxUnsettled) {
        return fail({ErrorCode::Refused, u"the server sends what can't be understood"_s});
    }
    if (!areChallengesBearable(*parts)) {
        return fail({ErrorCode::Refused, u"the server demands a login that would take hours"_s});
    }
    toLibrary(*parts);
    if (const int stanzas = m_framer.takeDropped(); stanzas > 0) {
        Q_EMIT dropped(stanzas);
    }
}

void Wire::toLibrary(QByteArray stanzas)
{
    if (!m_isLoggedIn) {
        m_isLoggedIn = stanzas.contains("<success");
        stanzas = withoutSasl2(std::move(stanzas));
    }
    m_library.write(stanzas);
}

// RFC 6120 section 4.4: the server ends its side, too. A connection that is closed before, with bytes unread, is reset;
// the server then keeps the session for a resumption, and to its contacts the account stays online.
void Wire::readToEndOfStream()
{
    m_tail += m_network.readAll();
    if (m_tail.contains(endOfStream)) {
        return fail({ErrorCode::Network, u"the server closed the connection"_s});
    }
    m_tail = m_tail.right(endOfStream.size());
}

void Wire::onNetworkLost(const Error &reason)
{
    if (m_broken || m_loss) {
        return;
    }
    if (m_isEnding || !m_library.isOpen()) {
        return fail(reason);
    }
    // The stream error that the server sends last ("conflict", "shutting down") explains more than the end itself.
    onNetwork();
    m_loss = reason;
    m_library.finish();
}

void Wire::onLibrary()
{
    const QByteArray words = m_library.readAll();
    if (!m_broken && !m_isEnding && !words.isEmpty()) {
        m_network.write(words);
    }
}

void Wire::fail(const Error &reason)
{
    if (std::exchange(m_broken, true)) {
        return;
    }
    Q_EMIT broken(reason);
}

Error Wire::socketError() const
{
    if (m_certificateError) {
        return *m_certificateError;
    }
    const QString host = endpoint()->host;
    const QString text = m_network.errorString().simplified();
    switch (m_network.error()) {
    case QAbstractSocket::RemoteHostClosedError:
        return {ErrorCode::Network, m_network.isEncrypted() ? u"the server closed the connection"_s
                                                            : u"the server closed the connection before TLS"_s};
    case QAbstractSocket::SslHandshakeFailedError:
        // The TLS alert by which a server reports that it has no certificate for that name (RFC 6066 section 3).
        if (text.contains(u"unrecognized name")) {
            return {ErrorCode::Refused, u"the server %1 doesn't serve %2"_s.arg(host, m_domain)};
        }
        [[fallthrough]];
    case QAbstractSocket::SslInternalError:
    case QAbstractSocket::SslInvalidUserDataError:
        return {ErrorCode::Refused, u"no TLS with %1, port %2: %3"_s.arg(host).arg(endpoint()->port).arg(text)};
    default:
        return {ErrorCode::Network, u"the server %1 cannot be reached: %2"_s.arg(host, text)};
    }
}

} // namespace sgn::xmpp
