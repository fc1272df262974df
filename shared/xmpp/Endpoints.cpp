// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Endpoints.h"

#include "xmpp/Jid.h"

#include <algorithm>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

constexpr quint16 directTlsPort = 5223; // XEP-0368
constexpr quint16 startTlsPort = 5222;  // RFC 6120 section 14.7
constexpr quint16 equalWeight = 1'000;

// RFC 2782: by priority; among equals at random, by weight.
QList<ServiceRecord> inOrder(QList<ServiceRecord> records, const std::function<double()> &random)
{
    std::ranges::stable_sort(records, {}, &ServiceRecord::priority);
    for (qsizetype first = 0; first < records.size(); ++first) {
        int sum = 0;
        qsizetype end = first;
        for (; end < records.size() && records[end].priority == records[first].priority; ++end) {
            sum += records[end].weight;
        }
        int left = static_cast<int>(random() * (sum + 1));
        for (qsizetype i = first; i < end; ++i) {
            left -= records[i].weight;
            if (left <= 0) {
                records.move(i, first);
                break;
            }
        }
    }
    return records;
}

// Weights of nothing would leave them in the order of the list.
QList<ServiceRecord> recordsOf(const QList<Account::Server> &servers)
{
    QList<ServiceRecord> records;
    for (const Account::Server &server : servers) {
        records += {.target = server.host, .port = server.port, .priority = 0, .weight = equalWeight};
    }
    return records;
}

void add(QList<Endpoint> &endpoints, const QList<ServiceRecord> &records, Account::Tls tls,
         const std::function<double()> &random)
{
    for (const ServiceRecord &record : inOrder(records.first(std::min(records.size(), maxEndpoints)), random)) {
        const Endpoint endpoint{record.target, record.port, tls};
        if (!record.target.isEmpty() && record.target != "."_L1 && record.port != 0 && !endpoints.contains(endpoint)) {
            endpoints += endpoint;
        }
    }
}

} // namespace

bool usesServiceRecords(const Account &account)
{
    return account.servers.isEmpty() && account.host.isEmpty() && account.port == 0;
}

QList<Endpoint> endpointsOf(const Account &account, const ServiceRecords &records, const QList<Endpoint> &failed,
                            const std::function<double()> &random)
{
    using Tls = Account::Tls;
    const bool isDirect = account.tls == Tls::Direct;
    QList<Endpoint> endpoints;
    const auto failedLast = [&endpoints, &failed] {
        std::ranges::stable_sort(endpoints, {},
                                 [&failed](const Endpoint &endpoint) { return failed.indexOf(endpoint); });
    };
    if (!account.servers.isEmpty()) {
        add(endpoints, recordsOf(account.servers), account.tls, random);
        failedLast();
        return endpoints;
    }
    if (account.port != 0) {
        return {{account.connectHost(), account.port, account.tls}};
    }
    if (usesServiceRecords(account)) {
        if (isDirect) {
            add(endpoints, records.direct, Tls::Direct, random);
        }
        add(endpoints, records.startTls, Tls::StartTls, random);
    }
    if (!usesServiceRecords(account) || records.isEmpty()) {
        if (isDirect) {
            endpoints += {account.connectHost(), directTlsPort, Tls::Direct};
        }
        endpoints += {account.connectHost(), startTlsPort, Tls::StartTls};
    }
    failedLast();
    return endpoints;
}

} // namespace sgn::xmpp
