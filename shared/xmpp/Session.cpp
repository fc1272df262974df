// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Session.h"

#include "base/RateLimit.h"
#include "xmpp/ArchiveReader.h"
#include "xmpp/Connection.h"
#include "xmpp/Contacts.h"
#include "xmpp/FileUpload.h"
#include "xmpp/Jid.h"
#include "xmpp/Logging.h"
#include "xmpp/MessageReader.h"
#include "xmpp/MessageSender.h"
#include "xmpp/PrivateNodes.h"
#include "xmpp/ServerTimeQuery.h"
#include "xmpp/TlsConfig.h"
#include "xmpp/UploadService.h"

#include <QTimer>
#include <utility>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

Q_LOGGING_CATEGORY(lcXmpp, "sgn.xmpp")

class Session::Private final : public QObject
{
public:
    Private(Session *session, Account account, SessionOptions options, const Clock &clock);

    void connectNow();
    // What follows the end of a connection.
    enum class Then { Retry, Reconnect, Stop };
    void leaveConnection(const Error &reason, Then then);
    void waitAndRetry(const Error &reason);
    void onEstablished();
    void onClosed(const Error &reason);
    void rememberFailure(const Error &reason);
    void readMessage(const QDomElement &stanza);
    void report(const Error &reason);
    void logDropped(const QString &from, const QString &why);
    void setState(State state);

    Session *q;
    Account m_account;
    SessionOptions m_options;
    const Clock &m_clock;
    ReconnectPolicy m_policy;
    std::optional<KeepAlivePolicy> m_keepAlive;
    State m_state = State::Stopped;
    QPointer<Connection> m_connection;
    QTimer m_retry;
    MessageSender m_sender;
    Contacts m_contacts;
    ArchiveReader m_archive;
    UploadService m_uploads;
    PrivateNodes m_privateNodes;
    std::optional<Error> m_reported;
    // Where a server answered, but no session came to be, the last one last.
    QList<Endpoint> m_failedEndpoints;
    RateLimit m_dropLog{5, 60s};
    bool m_stopping = false;
};

Session::Private::Private(Session *session, Account account, SessionOptions options, const Clock &clock)
    : q(session)
    , m_account(std::move(account))
    , m_options(std::move(options))
    , m_clock(clock)
    , m_policy(m_options.reconnect)
    , m_keepAlive(m_options.keepAlive)
    , m_sender(this)
    , m_contacts(m_options, this)
    , m_archive(this)
    , m_uploads(this)
    , m_privateNodes(this)
{
    m_contacts.setOwnJid(bareJid(m_account.jid));
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &Private::connectNow);
    connect(&m_sender, &MessageSender::acknowledged, q, &Session::acknowledged);
    connect(&m_sender, &MessageSender::notSent, q, &Session::notSent);
    connect(&m_contacts, &Contacts::presenceChanged, q, &Session::presenceChanged);
    connect(&m_contacts, &Contacts::rosterReceived, q, &Session::rosterReceived);
    connect(&m_contacts, &Contacts::contactChanged, q, &Session::contactChanged);
    connect(&m_contacts, &Contacts::contactRemoved, q, &Session::contactRemoved);
    connect(&m_contacts, &Contacts::subscriptionRequested, q, &Session::subscriptionRequested);
    connect(&m_contacts, &Contacts::presenceLost, this, [this] {
        if (m_connection && m_connection->isEstablished()) {
            m_connection->sendPresence();
        }
    });
    connect(&m_contacts, &Contacts::suspicious, this, [this](const QString &what) { logDropped({}, what); });
    connect(&m_archive, &ArchiveReader::pageRead, q, &Session::archivePageRead);
    connect(&m_archive, &ArchiveReader::finished, q, &Session::archiveFinished);
    connect(&m_uploads, &UploadService::settled, q, [this] {
        if (m_uploads.isFound()) {
            Q_EMIT q->uploadAvailable();
        }
    });
}

void Session::Private::setState(State state)
{
    if (m_state == state) {
        return;
    }
    m_state = state;
    Q_EMIT q->stateChanged(state);
}

void Session::Private::connectNow()
{
    m_retry.stop();
    const Result<QList<QSslCertificate>> authorities = loadCa(m_account.caFile);
    if (!authorities) {
        return waitAndRetry(authorities.error());
    }
    if (!isBareAccountJid(m_account.jid)) {
        return waitAndRetry({ErrorCode::BadRequest, u"not a JID to log in with: "_s + m_account.jid.left(100)});
    }
    m_connection = new Connection({.account = m_account,
                                   .failed = m_failedEndpoints,
                                   .options = m_options,
                                   .keepAliveIdle = m_keepAlive ? m_keepAlive->idle() : 0s,
                                   .authorities = *authorities},
                                  this);
    connect(m_connection, &Connection::established, this, &Private::onEstablished);
    connect(m_connection, &Connection::replaced, q, &Session::replaced);
    connect(m_connection, &Connection::closed, this, &Private::onClosed);
    connect(m_connection, &Connection::message, this, &Private::readMessage);
    connect(m_connection, &Connection::presence, &m_contacts, &Contacts::readPresence);
    connect(m_connection, &Connection::rosterPush, &m_contacts, &Contacts::readRosterPush);
    connect(m_connection, &Connection::suspicious, this, [this](const QString &what) { logDropped({}, what); });
    m_connection->open();
    setState(State::Connecting);
}

void Session::Private::onEstablished()
{
    m_policy.online(m_clock.monotonic());
    if (m_keepAlive) {
        m_keepAlive->online(m_clock.monotonic());
    }
    m_reported.reset();
    m_failedEndpoints.clear();
    qCInfo(lcXmpp).noquote() << "online as" << m_connection->jid();
    QXmppClient *client = m_connection->client();
    m_contacts.online(client);
    m_privateNodes.online(client, bareJid(m_account.jid));
    m_uploads.search(client, domainOf(m_account.jid));
    queryServerTime(client, domainOf(m_account.jid), m_clock, this,
                    [this](std::chrono::milliseconds offset) { Q_EMIT q->serverTimeKnown(offset); });
    const QPointer<Private> self = this;
    setState(State::Online);
    if (self && m_state == State::Online) {
        Q_EMIT q->online();
    }
}

void Session::Private::onClosed(const Error &reason)
{
    rememberFailure(reason);
    if (m_keepAlive && !m_stopping) {
        m_keepAlive->lost(m_clock.monotonic());
    }
    leaveConnection(reason, std::exchange(m_stopping, false) ? Then::Stop : Then::Retry);
}

// The next attempt begins elsewhere. A wrong password is wrong everywhere.
void Session::Private::rememberFailure(const Error &reason)
{
    const std::optional<Endpoint> endpoint = m_connection->endpoint();
    if (endpoint && m_state == State::Connecting && reason.code != ErrorCode::Authentication) {
        m_failedEndpoints.removeOne(*endpoint);
        m_failedEndpoints += *endpoint;
        m_failedEndpoints = m_failedEndpoints.last(std::min(m_failedEndpoints.size(), maxEndpoints));
    }
}

void Session::Private::leaveConnection(const Error &reason, Then then)
{
    m_connection->disconnect(this);
    m_connection->deleteLater();
    m_connection = nullptr;
    m_contacts.offline();
    m_privateNodes.offline();
    m_uploads.forget();
    // A slot of any signal may destroy this session.
    const QPointer<Private> self = this;
    if (then == Then::Retry) {
        waitAndRetry(reason);
    } else if (then == Then::Reconnect) {
        connectNow();
    } else {
        setState(State::Stopped);
    }
    if (self) {
        m_archive.lost(reason);
    }
    if (self) {
        m_sender.lost(reason);
    }
    if (self && then == Then::Stop) {
        Q_EMIT q->stopped();
    }
}

void Session::Private::waitAndRetry(const Error &reason)
{
    const std::chrono::milliseconds wait = m_policy.lost(m_clock.monotonic());
    m_retry.start(wait);
    const QPointer<Private> self = this;
    setState(State::Waiting);
    if (self) {
        report(reason);
    }
}

void Session::Private::report(const Error &reason)
{
    if (m_reported == reason) {
        return;
    }
    m_reported = reason;
    qCWarning(lcXmpp).noquote() << "offline:" << reason.message << "- trying again from time to time";
    Q_EMIT q->offline(reason);
}

void Session::Private::readMessage(const QDomElement &stanza)
{
    if (m_privateNodes.readMessage(stanza)) {
        return;
    }
    const MessageRules rules{bareJid(m_account.jid), m_options.role == Role::Panel, m_archive.queryId(),
                             m_clock.wallUtc()};
    const MessageReading reading = sgn::xmpp::readMessage(stanza, rules);
    if (const auto *ignored = std::get_if<IgnoredMessage>(&reading)) {
        if (!ignored->why.isEmpty()) {
            logDropped(stanza.attribute(u"from"_s), ignored->why);
        }
    } else if (const auto *returned = std::get_if<ReturnedMessage>(&reading)) {
        if (const std::optional<quint64> id = m_sender.idOf(returned->id)) {
            Q_EMIT q->undeliverable(*id, returned->fromBare, returned->reason);
        }
    } else {
        Q_EMIT q->messageReceived(std::get<IncomingMessage>(reading));
    }
}

void Session::Private::logDropped(const QString &from, const QString &why)
{
    if (!m_dropLog.allow(m_clock.monotonic())) {
        return;
    }
    const quint64 suppressed = m_dropLog.takeSuppressed();
    qCWarning(lcXmpp).noquote() << "dropped a stanza from" << (from.isEmpty() ? u"the server"_s : from.left(200)) << "-"
                                << why
                                << (suppressed ? u"(and %1 more since the last line)"_s.arg(suppressed) : QString());
}

Session::Session(Account account, SessionOptions options, const Clock &clock, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, std::move(account), std::move(options), clock))
{}

Session::~Session() = default;

void Session::start()
{
    // After stop() the old session may still be closing; the next attempt follows its end.
    d->m_stopping = false;
    if (d->m_state != State::Stopped) {
        return;
    }
    d->m_reported.reset();
    d->m_policy.reset();
    d->connectNow();
}

void Session::stop()
{
    if (d->m_stopping) {
        return;
    }
    if (d->m_connection) {
        d->m_stopping = true;
        d->m_connection->close();
        return;
    }
    d->m_retry.stop();
    d->setState(State::Stopped);
    Q_EMIT stopped();
}

void Session::setAccount(const Account &account)
{
    d->m_account = account;
    d->m_failedEndpoints.clear();
    d->m_contacts.setOwnJid(bareJid(account.jid));
    d->m_policy.reset();
    if (d->m_stopping || d->m_state == State::Stopped) {
        return;
    }
    d->m_reported.reset();
    if (d->m_connection) {
        d->leaveConnection({ErrorCode::Cancelled, u"the account was changed"_s}, Private::Then::Reconnect);
    } else {
        d->connectNow();
    }
}

void Session::tryNow()
{
    if (d->m_state == State::Online) {
        d->m_connection->ping();
        return;
    }
    d->m_policy.reset();
    if (d->m_state == State::Waiting) {
        d->connectNow();
    }
}

Session::State Session::state() const
{
    return d->m_state;
}

bool Session::isOnline() const
{
    return d->m_state == State::Online && !d->m_stopping;
}

QString Session::ownBareJid() const
{
    return bareJid(d->m_account.jid);
}

QString Session::ownJid() const
{
    return d->m_connection ? d->m_connection->jid() : QString();
}

quint64 Session::send(const QString &toBareJid, const QByteArray &body, Keeping keeping)
{
    QXmppClient *client = isOnline() && d->m_connection ? d->m_connection->client() : nullptr;
    return d->m_sender.send(client, toBareJid, body, keeping);
}

void Session::setTrustedPeers(const QStringList &bareJids)
{
    d->m_contacts.setTrustedPeers(bareJids);
}

void Session::requestSubscription(const QString &bareJid)
{
    d->m_contacts.requestSubscription(bareJid);
}

void Session::acceptSubscription(const QString &bareJid)
{
    d->m_contacts.acceptSubscription(bareJid);
}

void Session::refuseSubscription(const QString &bareJid)
{
    d->m_contacts.refuseSubscription(bareJid);
}

void Session::removeContact(const QString &bareJid)
{
    d->m_contacts.remove(bareJid);
}

void Session::setContact(const Contact &contact, std::function<void(const Outcome &)> done)
{
    d->m_contacts.set(contact, std::move(done));
}

PrivateNodes &Session::privateNodes()
{
    return d->m_privateNodes;
}

void Session::queryArchive(const ArchiveStart &start)
{
    const auto refuse = [this](ErrorCode code, const QString &why) {
        QMetaObject::invokeMethod(
            d.get(), [this, code, why] { Q_EMIT archiveFinished(fail(code, why)); }, Qt::QueuedConnection);
    };
    if (d->m_options.role != Role::Panel) {
        refuse(ErrorCode::Refused, u"a device reads no archive"_s);
    } else if (!isOnline() || !d->m_connection || !d->m_connection->client()) {
        refuse(ErrorCode::Network, u"not connected to the server"_s);
    } else if (d->m_archive.isRunning()) {
        refuse(ErrorCode::Busy, u"the archive is being read already"_s);
    } else {
        d->m_archive.start(d->m_connection->client(), start);
    }
}

bool Session::canUpload() const
{
    return d->m_uploads.isFound();
}

std::optional<qint64> Session::uploadLimit() const
{
    return d->m_uploads.maxFileSize();
}

Upload *Session::uploadFile(const QString &path, const QString &contentType)
{
    return new FileUpload(path, contentType, {d->m_account.caFile, d->m_account.proxy}, &d->m_uploads, this);
}

} // namespace sgn::xmpp
