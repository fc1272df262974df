// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QUrl>

namespace sgn::xmpp {

// The account that logs in, its server, and the CA of that server's certificate. A value; holds a password, so it is
// never written to a log.
struct Account
{
    enum class Tls {
        // TLS from the first byte (XEP-0368). The default, because nothing is sent before it; without a port, STARTTLS
        // where the server has nothing else.
        Direct,
        // TLS requested inside a plain stream (RFC 6120 section 5), only where the configuration demands it.
        StartTls,
    };

    struct Server
    {
        QString host;
        quint16 port = 0;

        friend bool operator==(const Server &, const Server &) = default;
    };

    // Bare JID, e.g. altimeter_0001@im.koderoot.net.
    QString jid;
    QString password;
    // Host to connect to; empty: the JID's domain, and the server that its SRV records name. The certificate is always
    // checked against the JID's domain.
    QString host;
    // 0: what the records name, else 5223 for direct TLS, then 5222 for STARTTLS.
    quint16 port = 0;
    // PEM file with the only certification authorities that are trusted. The system's own list is never used.
    QString caFile;
    Tls tls = Tls::Direct;
    // http://[user:password@]host[:port], through which the server and its file store are reached; empty: none.
    QUrl proxy = {};
    // The last part of the full JID. Fixed for a device, so that a new login receives what the server still keeps for a
    // session whose link was cut; empty lets the server choose, which is what several open dashboards need.
    QString resource;
    // The nodes of a cluster, instead of `host`, `port` and what DNS names: they are tried in turn, as the targets of
    // SRV records of one priority and equal weights are.
    QList<Server> servers = {};

    // Without the password.
    [[nodiscard]] QString describe() const;
    [[nodiscard]] QString connectHost() const;
};

} // namespace sgn::xmpp
