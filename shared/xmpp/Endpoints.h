// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "xmpp/Account.h"

#include <functional>
#include <QList>

namespace sgn::xmpp {

// Where a server may be reached: a name or address, a port, and how TLS begins there.
struct Endpoint
{
    QString host;
    quint16 port = 0;
    Account::Tls tls = Account::Tls::Direct;

    friend bool operator==(const Endpoint &, const Endpoint &) = default;
};

// One SRV record (RFC 2782). A target of "." or nothing means that there is no such service.
struct ServiceRecord
{
    QString target;
    quint16 port = 0;
    quint16 priority = 0;
    quint16 weight = 0;
};

struct ServiceRecords
{
    QList<ServiceRecord> direct;   // _xmpps-client._tcp (XEP-0368)
    QList<ServiceRecord> startTls; // _xmpp-client._tcp (RFC 6120 section 3.2.1)

    [[nodiscard]] bool isEmpty() const { return direct.isEmpty() && startTls.isEmpty(); }
};

// A zone may list more; no attempt has time for them.
inline constexpr qsizetype maxEndpoints = 16;

// Whether SRV records are looked up: where neither servers nor host nor port are configured.
[[nodiscard]] bool usesServiceRecords(const Account &account);

// Where to connect, in this order: what the configuration names; else the records, direct TLS first, each kind by
// priority and weight; without records the domain at 5223 by direct TLS, then at 5222 by STARTTLS. An account for
// STARTTLS leaves out direct TLS. Endpoints in `failed` come last, the first one of them first. `random` returns a
// number in [0, 1). Empty: the domain has records which state that there is no such service.
[[nodiscard]] QList<Endpoint> endpointsOf(const Account &account, const ServiceRecords &records,
                                          const QList<Endpoint> &failed, const std::function<double()> &random);

} // namespace sgn::xmpp
