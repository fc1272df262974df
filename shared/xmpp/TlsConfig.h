// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QList>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslError>

namespace sgn::xmpp {

// The certification authorities in a PEM file. NotFound when the file is missing, BadFile when it holds no certificate:
// an empty list would silently mean the system's own authorities.
[[nodiscard]] Result<QList<QSslCertificate>> loadCa(const QString &path);

// TLS that trusts these authorities only. Built from scratch rather than from Qt's default, which would load the
// system's list (9 MB) into a process that never uses it.
[[nodiscard]] QSslConfiguration pinnedTls(const QList<QSslCertificate> &authorities);

// What is wrong with a server's certificate, where that decides what to do about it.
enum class CertificateFault {
    UnknownAuthority,
    OtherHost,
    Expired, // of the server or of its authority; or the clock is wrong
    NotYetValid,
    Other,
};
[[nodiscard]] CertificateFault certificateFault(const QList<QSslError> &errors,
                                                const QList<QSslCertificate> &authorities, const QDateTime &now);

// Why a server's certificate was refused, in one sentence: unknown authority, another host, expired, not yet valid...
// `authorities` are those that were trusted.
[[nodiscard]] Error certificateError(const QList<QSslError> &errors, const QString &domain,
                                     const QList<QSslCertificate> &authorities, const QDateTime &now);

} // namespace sgn::xmpp
