// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <QByteArrayList>
#include <QList>
#include <QObject>
#include <QString>

namespace sgn::web {

// One SRV record (RFC 2782).
struct ServiceTarget
{
    QString host; // "." where there is no such service
    quint16 port = 0;
    quint16 priority = 0;
    quint16 weight = 0;
};

// Look up a name, an IDN in its ASCII form, at the name servers of this machine, and call `done` unless `context` is
// gone by then: with nothing where there is nothing, or no answer in time. They never use TCP, for which glibc's
// resolver has no time limit: a name server that is silent there would keep a thread for each look-up for ever. What
// has no room in UDP is left out. Addresses come as nsswitch.conf(5) has it, in the order in which to try them.
void lookUpAddresses(const QByteArray &name, QObject *context,
                     std::function<void(const QByteArrayList &addresses)> done);
void lookUpServices(const QByteArray &name, QObject *context,
                    std::function<void(const QList<ServiceTarget> &targets)> done);

} // namespace sgn::web
