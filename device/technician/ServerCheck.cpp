// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/ServerCheck.h"

#include "technician/LocalFacts.h"
#include "web/NameLookup.h"
#include "xmpp/Connector.h"
#include "xmpp/Jid.h"
#include "xmpp/LoginProbe.h"
#include "xmpp/ServiceLookup.h"
#include "xmpp/TlsProbe.h"

#include <QHostAddress>
#include <unistd.h>

namespace sgn::technician {

using namespace Qt::StringLiterals;

namespace {

// The records may have more; so many show whether names can be found.
constexpr qsizetype maxNames = 4;

} // namespace

ServerCheck::ServerCheck(xmpp::Account account, std::chrono::milliseconds limit, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_account(std::move(account))
    , m_limit(limit)
    , m_clock(clock)
{
    m_timer.setSingleShot(true);
    m_facts.account = m_account.jid;
    m_facts.domain = xmpp::domainOf(m_account.jid);
    m_facts.caFile = m_account.caFile;
    if (!m_account.proxy.isEmpty()) {
        m_facts.proxy = u"%1:%2"_s.arg(m_account.proxy.host()).arg(m_account.proxy.port());
    }
}

void ServerCheck::start()
{
    m_facts.name.hasNetwork = hasNetwork();
    m_facts.name.nameServers = readNameServers();
    m_facts.name.name = m_account.proxy.isEmpty() ? m_account.connectHost() : m_account.proxy.host();
    m_facts.name.isAddress = !QHostAddress(m_facts.name.name).isNull();
    if (m_facts.name.isAddress) {
        QMetaObject::invokeMethod(this, &ServerCheck::reach, Qt::QueuedConnection);
    } else if (m_account.proxy.isEmpty() && xmpp::usesServiceRecords(m_account)) {
        lookUpServices();
    } else {
        lookUpAddresses({m_facts.name.name});
    }
}

void ServerCheck::beginStep(const std::function<void()> &timedOut)
{
    ++m_step;
    m_timer.disconnect(this);
    connect(&m_timer, &QTimer::timeout, this, timedOut);
    m_timer.start(m_limit);
}

bool ServerCheck::endStep(int step)
{
    if (step != m_step) {
        return false;
    }
    ++m_step;
    m_timer.stop();
    return true;
}

void ServerCheck::lookUpServices()
{
    auto *const lookup = new xmpp::ServiceLookup(m_facts.domain, this);
    connect(lookup, &xmpp::ServiceLookup::finished, this, [this](const xmpp::ServiceRecords &records) {
        QStringList names;
        for (const xmpp::ServiceRecord &record : records.direct + records.startTls) {
            if (!names.contains(record.target) && record.target != u"."_s && names.size() < maxNames) {
                names += record.target;
            }
        }
        m_facts.name.records = records.direct.size() + records.startTls.size();
        lookUpAddresses(names.isEmpty() ? QStringList{m_facts.name.name} : names);
    });
    lookup->start();
}

void ServerCheck::lookUpAddresses(const QStringList &names)
{
    beginStep([this] {
        ++m_step;
        named();
    });
    m_openLookups = names.size();
    for (const QString &name : names) {
        web::lookUpAddresses(QUrl::toAce(name), this, [this, name, step = m_step](const QByteArrayList &addresses) {
            if (step != m_step) {
                return;
            }
            if (m_facts.name.addresses.isEmpty()) {
                m_facts.name.name = name;
                m_facts.name.addresses = addresses;
            }
            if (--m_openLookups == 0 && endStep(step)) {
                named();
            }
        });
    }
}

void ServerCheck::named()
{
    if (m_facts.name.addresses.isEmpty()) {
        end();
    } else {
        reach();
    }
}

void ServerCheck::reach()
{
    auto *const connector = new xmpp::Connector(m_account, {}, this);
    beginStep([this, connector] {
        ++m_step;
        connector->deleteLater();
        m_facts.reach =
            ReachFacts{{}, Error{ErrorCode::Timeout, u"the server %1 doesn't answer"_s.arg(m_facts.name.name)}};
        end();
    });
    connect(connector, &xmpp::Connector::connected, this, [this, connector, step = m_step] {
        if (endStep(step)) {
            m_facts.reach = ReachFacts{connector->endpoint(), {}};
            connector->deleteLater();
            trust();
        }
    });
    connect(connector, &xmpp::Connector::failed, this, [this, connector, step = m_step](const Error &failure) {
        if (endStep(step)) {
            m_facts.reach = ReachFacts{{}, failure};
            connector->deleteLater();
            end();
        }
    });
    connector->start();
}

// TlsProbe and LoginProbe have limits of their own.
void ServerCheck::trust()
{
    auto *const probe = new xmpp::TlsProbe(m_account, m_limit, this);
    connect(probe, &xmpp::TlsProbe::finished, this, [this, probe](const std::optional<Error> &failure) {
        m_facts.trust = TrustFacts{failure, probe->certificateFault()};
        probe->deleteLater();
        if (failure) {
            end();
        } else {
            logIn();
        }
    });
    probe->start();
}

void ServerCheck::logIn()
{
    auto *const probe = new xmpp::LoginProbe(m_account, u"sgn-device-%1"_s.arg(::getpid()), m_limit, m_clock, this);
    connect(probe, &xmpp::LoginProbe::finished, this, [this, probe](const Result<xmpp::LoginProbe::Login> &login) {
        m_facts.login = login ? LoginFacts{{}, login->serverTime} : LoginFacts{login.error(), {}};
        probe->deleteLater();
        end();
    });
    probe->start();
}

void ServerCheck::end()
{
    Q_EMIT finished(m_facts);
}

} // namespace sgn::technician
