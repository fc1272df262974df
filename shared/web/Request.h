// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <chrono>
#include <QByteArray>
#include <QList>
#include <QSslCertificate>
#include <QString>
#include <QUrl>
#include <utility>

namespace sgn::web {

// Whose certificates are valid. Neither of both trusts no server.
struct Trust
{
    QList<QSslCertificate> authorities;
    bool systems = false; // those of /etc/ssl/certs as well
};

// How a device or a panel reaches web servers.
struct Access
{
    QString caFile;
    QUrl proxy = {}; // empty: none
};

// The authorities in a PEM file, as far as there are any, and the system's.
[[nodiscard]] Trust trustWithSystems(const QString &caFile);

// What is sent behind the head: bytes, a file that is read in pieces, bytes.
struct Body
{
    QByteArray before;
    QString file; // a path; may be empty
    QByteArray after;

    [[nodiscard]] bool isEmpty() const { return before.isEmpty() && file.isEmpty() && after.isEmpty(); }
};

// A form of one file (RFC 7578), and the value of its Content-Type.
struct Form
{
    Body body;
    QByteArray contentType;
};
[[nodiscard]] Form formOf(const QString &file, const QByteArray &field, const QByteArray &name,
                          const QByteArray &contentType);

struct WebRequest
{
    QByteArray method = "GET";
    QUrl url; // http or https
    QList<std::pair<QByteArray, QByteArray>> headers = {};
    Body body = {};
    Trust trust = {};
    QUrl proxy = {}; // http://[user:password@]host[:port]; empty: none

    // Bytes of the body after which the connection is closed, because the rest isn't wanted; some more may come. 0:
    // all.
    qint64 enough = 0;
    // No byte in either direction, or no connection, for so long ends it.
    std::chrono::milliseconds silence{60'000};
    // The whole of it; 0: the caller limits that.
    std::chrono::milliseconds total{0};
};

} // namespace sgn::web
