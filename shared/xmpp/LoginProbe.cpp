// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/LoginProbe.h"

#include "xmpp/Connection.h"
#include "xmpp/Jid.h"
#include "xmpp/ServerTimeQuery.h"
#include "xmpp/TlsConfig.h"

namespace sgn::xmpp {

using namespace std::chrono_literals;

namespace {

constexpr auto timePatience = 3s;

} // namespace

LoginProbe::LoginProbe(Account account, const QString &resource, std::chrono::milliseconds limit, const Clock &clock,
                       QObject *parent)
    : QObject(parent)
    , m_account(std::move(account))
    , m_clock(clock)
    , m_limit(limit)
{
    m_account.resource = resource;
    m_timeLimit.setSingleShot(true);
    m_timeLimit.setInterval(timePatience);
    connect(&m_timeLimit, &QTimer::timeout, this, [this] { end(Login{}); });
}

LoginProbe::~LoginProbe() = default;

void LoginProbe::start()
{
    const Result<QList<QSslCertificate>> authorities = loadCa(m_account.caFile);
    if (!authorities) {
        end(fail(authorities.error()));
        return;
    }
    SessionOptions options;
    options.showsPresence = false;
    options.connectTimeout = m_limit;
    m_connection = std::make_unique<Connection>(
        Connection::Setting{.account = m_account, .failed = {}, .options = options, .authorities = *authorities},
        nullptr);
    connect(m_connection.get(), &Connection::established, this, &LoginProbe::onEstablished);
    connect(m_connection.get(), &Connection::closed, this, [this](const Error &reason) { end(fail(reason)); });
    m_connection->open();
}

void LoginProbe::onEstablished()
{
    m_timeLimit.start();
    queryServerTime(m_connection->client(), domainOf(m_account.jid), m_clock, this,
                    [this](std::chrono::milliseconds offset) { end(Login{offset}); });
}

void LoginProbe::end(const Result<Login> &login)
{
    if (std::exchange(m_ended, true)) {
        return;
    }
    m_timeLimit.stop();
    // Later also because this may run inside a signal of the connection, which ends here.
    QMetaObject::invokeMethod(
        this,
        [this, login] {
            m_connection.reset();
            Q_EMIT finished(login);
        },
        Qt::QueuedConnection);
}

} // namespace sgn::xmpp
