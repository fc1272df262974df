// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Connector.h"

#include "web/Dialer.h"
#include "xmpp/Jid.h"
#include "xmpp/ServiceLookup.h"

#include <QHostAddress>
#include <QRandomGenerator>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// Long enough for the first answer by a satellite or a busy mobile network.
constexpr auto silence = 2s;
constexpr qsizetype maxNamed = 3;

QString sentence(const web::DialFailure &failure, const Endpoint &endpoint)
{
    using Kind = web::DialFailure::Kind;
    switch (failure.kind) {
    case Kind::Name:
        return u"the name of the server, %1, cannot be found"_s.arg(endpoint.host);
    case Kind::Refused:
        return u"nothing answers at %1, port %2"_s.arg(endpoint.host).arg(endpoint.port);
    case Kind::Timeout:
        return u"the server %1, port %2, doesn't answer"_s.arg(endpoint.host).arg(endpoint.port);
    case Kind::Proxy:
        return u"the proxy doesn't connect to %1, port %2: %3"_s.arg(endpoint.host)
            .arg(endpoint.port)
            .arg(failure.text);
    case Kind::Other:
        break;
    }
    return u"the server %1 cannot be reached: %2"_s.arg(endpoint.host, failure.text);
}

} // namespace

Connector::Connector(Account account, QList<Endpoint> failed, QObject *parent)
    : QObject(parent)
    , m_account(std::move(account))
    , m_avoided(std::move(failed))
{
    m_next.setSingleShot(true);
    m_next.setInterval(silence);
    connect(&m_next, &QTimer::timeout, this, &Connector::tryNext);
}

Connector::~Connector() = default;

void Connector::start()
{
    // An address has no records.
    if (usesServiceRecords(m_account) && QHostAddress(domainOf(m_account.jid)).isNull()) {
        search();
    } else {
        begin({});
    }
}

void Connector::search()
{
    auto *const lookup = new ServiceLookup(domainOf(m_account.jid), this);
    connect(lookup, &ServiceLookup::finished, this, [this, lookup](const ServiceRecords &records) {
        lookup->deleteLater();
        begin(records);
    });
    lookup->start();
}

void Connector::begin(const ServiceRecords &records)
{
    m_endpoints =
        endpointsOf(m_account, records, m_avoided, [] { return QRandomGenerator::global()->generateDouble(); });
    if (m_endpoints.isEmpty()) {
        m_failures += u"the domain %1 states that it has no XMPP server"_s.arg(domainOf(m_account.jid));
        QMetaObject::invokeMethod(
            this,
            [this] {
                Q_EMIT failed({ErrorCode::Network, m_failures.first()});
            },
            Qt::QueuedConnection);
        return;
    }
    tryNext();
}

void Connector::tryNext()
{
    if (m_endpoints.isEmpty()) {
        return;
    }
    const Endpoint endpoint = m_endpoints.takeFirst();
    auto *const dialer =
        new web::Dialer({.host = endpoint.host, .port = endpoint.port, .proxy = m_account.proxy}, this);
    connect(dialer, &web::Dialer::connected, this, [this, dialer, endpoint] { onConnected(dialer, endpoint); });
    connect(dialer, &web::Dialer::failed, this,
            [this, dialer, endpoint](const web::DialFailure &failure) { onFailed(dialer, endpoint, failure); });
    m_dialers += dialer;
    m_next.start();
    dialer->start();
}

void Connector::onConnected(web::Dialer *dialer, const Endpoint &endpoint)
{
    m_socket = dialer->takeSocket();
    m_endpoint = endpoint;
    m_next.stop();
    m_endpoints.clear();
    for (web::Dialer *const each : std::exchange(m_dialers, {})) {
        each->disconnect(this);
        each->deleteLater();
    }
    Q_EMIT connected();
}

void Connector::onFailed(web::Dialer *dialer, const Endpoint &endpoint, const web::DialFailure &failure)
{
    m_dialers.removeOne(dialer);
    dialer->deleteLater();
    if (const QString what = sentence(failure, endpoint); !m_failures.contains(what)) {
        m_failures += what;
    }
    m_isTimeout = m_isTimeout && failure.kind == web::DialFailure::Kind::Timeout;
    if (!m_endpoints.isEmpty()) {
        tryNext();
    } else if (m_dialers.isEmpty()) {
        m_next.stop();
        // In one order, so that the same cause gives the same sentence.
        m_failures.sort();
        QString words = m_failures.first(std::min(m_failures.size(), maxNamed)).join(u"; "_s);
        if (m_failures.size() > maxNamed) {
            words += u"; and %1 more"_s.arg(m_failures.size() - maxNamed);
        }
        Q_EMIT failed({m_isTimeout ? ErrorCode::Timeout : ErrorCode::Network, words});
    }
}

} // namespace sgn::xmpp
