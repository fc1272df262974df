// SPDX-License-Identifier: GPL-3.0-or-later
#include "web/NameLookup.h"

#include <arpa/nameser.h>
#include <array>
#include <memory>
#include <netdb.h>
#include <optional>
#include <QFutureWatcher>
#include <QtConcurrentRun>
#include <QThreadPool>
#include <resolv.h>
#include <vector>

namespace sgn::web {

namespace {

// Seconds to the second question, and how many there are, for each name server.
constexpr int retransmission = 2;
constexpr int questions = 2;
// Enough for all that are tried together; what waits longer is of no use any more.
constexpr int maxThreads = 8;
constexpr int maxAnswer = 64 * 1024;

// Not the pool of all other work, which look-ups that take seconds would block.
QThreadPool &lookupThreads()
{
    static QThreadPool threads;
    threads.setMaxThreadCount(maxThreads);
    return threads;
}

template <typename Value>
void run(std::function<Value()> work, QObject *context, std::function<void(const Value &)> done)
{
    auto *const watcher = new QFutureWatcher<Value>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context, [watcher, done = std::move(done)] {
        watcher->deleteLater();
        done(watcher->result());
    });
    watcher->setFuture(QtConcurrent::run(&lookupThreads(), std::move(work)));
}

void limit(res_state state)
{
    state->options |= RES_IGNTC | RES_USE_EDNS0;
    state->retrans = retransmission;
    state->retry = questions;
}

QByteArrayList addressesOf(const QByteArray &name)
{
    // The state of this thread, which getaddrinfo(3) uses; anew, because resolv.conf may have changed.
    ::res_init();
    limit(&_res);
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    if (::getaddrinfo(name.constData(), nullptr, &hints, &found) != 0) {
        return {};
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
    QByteArrayList addresses;
    for (const addrinfo *each = found; each != nullptr; each = each->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (::getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0) {
            addresses += QByteArray(text.data());
        }
    }
    return addresses;
}

// RFC 2782: priority, weight, port, name.
std::optional<ServiceTarget> targetIn(const ns_msg &answer, const ns_rr &record)
{
    constexpr int nameStart = 6;
    std::array<char, NS_MAXDNAME> name{};
    const auto *const data = ns_rr_rdata(record);
    if (ns_rr_type(record) != ns_t_srv || ns_rr_rdlen(record) <= nameStart ||
        ::dn_expand(ns_msg_base(answer), ns_msg_end(answer), data + nameStart, name.data(), name.size()) < 0) {
        return std::nullopt;
    }
    const auto number = [data](int at) {
        return static_cast<quint16>(data[at] << 8 | data[at + 1]);
    };
    return ServiceTarget{QString::fromLatin1(name[0] == '\0' ? "." : name.data()), number(4), number(0), number(2)};
}

QList<ServiceTarget> servicesOf(const QByteArray &name)
{
    struct __res_state state
    {
    };
    if (::res_ninit(&state) != 0) {
        return {};
    }
    limit(&state);
    std::vector<unsigned char> bytes(maxAnswer);
    const int size = ::res_nquery(&state, name.constData(), ns_c_in, ns_t_srv, bytes.data(), maxAnswer);
    ::res_nclose(&state);
    ns_msg answer{};
    QList<ServiceTarget> targets;
    if (size <= 0 || ::ns_initparse(bytes.data(), std::min(size, maxAnswer), &answer) != 0) {
        return targets;
    }
    for (int i = 0; i < ns_msg_count(answer, ns_s_an); ++i) {
        ns_rr record{};
        if (::ns_parserr(&answer, ns_s_an, i, &record) != 0) {
            break;
        }
        if (const auto target = targetIn(answer, record)) {
            targets += *target;
        }
    }
    return targets;
}

} // namespace

void lookUpAddresses(const QByteArray &name, QObject *context, std::function<void(const QByteArrayList &)> done)
{
    run<QByteArrayList>([name] { return addressesOf(name); }, context, std::move(done));
}

void lookUpServices(const QByteArray &name, QObject *context, std::function<void(const QList<ServiceTarget> &)> done)
{
    run<QList<ServiceTarget>>([name] { return servicesOf(name); }, context, std::move(done));
}

} // namespace sgn::web
