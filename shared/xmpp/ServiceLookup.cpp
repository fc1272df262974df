// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ServiceLookup.h"

#include <QUrl>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// A resolver without a name server waits for half a minute or more, and most domains have an address, too.
constexpr auto patience = 4s;

QList<ServiceRecord> recordsOf(const QDnsLookup &lookup)
{
    QList<ServiceRecord> records;
    const auto found = lookup.serviceRecords();
    for (const QDnsServiceRecord &record : found) {
        records += {record.target(), record.port(), record.priority(), record.weight()};
    }
    return records;
}

} // namespace

ServiceLookup::ServiceLookup(const QString &domain, QObject *parent)
    : QObject(parent)
{
    const QString ascii = QString::fromLatin1(QUrl::toAce(domain));
    m_direct.setName(u"_xmpps-client._tcp."_s + ascii);
    m_startTls.setName(u"_xmpp-client._tcp."_s + ascii);
    for (QDnsLookup *const lookup : {&m_direct, &m_startTls}) {
        lookup->setType(QDnsLookup::SRV);
        connect(lookup, &QDnsLookup::finished, this, &ServiceLookup::check);
    }
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this, &ServiceLookup::end);
}

void ServiceLookup::start()
{
    m_limit.start(patience);
    m_direct.lookup();
    m_startTls.lookup();
}

void ServiceLookup::check()
{
    if (m_direct.isFinished() && m_startTls.isFinished()) {
        end();
    }
}

void ServiceLookup::end()
{
    if (std::exchange(m_ended, true)) {
        return;
    }
    m_limit.stop();
    Q_EMIT finished({recordsOf(m_direct), recordsOf(m_startTls)});
}

} // namespace sgn::xmpp
