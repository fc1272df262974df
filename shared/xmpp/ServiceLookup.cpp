// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ServiceLookup.h"

#include "web/NameLookup.h"

#include <QUrl>

namespace sgn::xmpp {

using namespace std::chrono_literals;

namespace {

// A resolver without a name server waits longer, and most domains have an address, too.
constexpr auto patience = 4s;

} // namespace

ServiceLookup::ServiceLookup(const QString &domain, QObject *parent)
    : QObject(parent)
    , m_domain(QUrl::toAce(domain))
{
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this, &ServiceLookup::end);
}

void ServiceLookup::start()
{
    m_limit.start(patience);
    look("_xmpps-client._tcp.", m_records.direct);
    look("_xmpp-client._tcp.", m_records.startTls);
}

void ServiceLookup::look(const QByteArray &service, QList<ServiceRecord> &into)
{
    ++m_open;
    web::lookUpServices(service + m_domain, this, [this, &into](const QList<web::ServiceTarget> &targets) {
        for (const web::ServiceTarget &target : targets) {
            into += {target.host, target.port, target.priority, target.weight};
        }
        if (--m_open == 0) {
            end();
        }
    });
}

void ServiceLookup::end()
{
    if (std::exchange(m_ended, true)) {
        return;
    }
    m_limit.stop();
    Q_EMIT finished(m_records);
}

} // namespace sgn::xmpp
