// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/TlsConfig.h"

#include "base/AtomicFile.h"

#include <algorithm>
#include <QFileInfo>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxCaFileSize = 1024 * 1024;

QString day(const QDateTime &time)
{
    return time.toUTC().toString(u"yyyy-MM-dd");
}

// The dates of a certificate that OpenSSL refuses for its date. It names none when that is an authority's, which the
// server hasn't sent.
QString validityWords(const QSslCertificate &certificate, const QList<QSslCertificate> &authorities, bool isTooEarly)
{
    const auto clock = u" (or the clock of this machine is wrong)"_s;
    if (!certificate.isNull()) {
        return isTooEarly
                   ? u"the server's certificate isn't valid before %1"_s.arg(day(certificate.effectiveDate())) + clock
                   : u"the server's certificate expired on %1"_s.arg(day(certificate.expiryDate())) + clock;
    }
    QDateTime date;
    for (const QSslCertificate &authority : authorities) {
        const QDateTime other = isTooEarly ? authority.effectiveDate() : authority.expiryDate();
        date = !date.isValid() || (isTooEarly ? other > date : other < date) ? other : date;
    }
    return isTooEarly ? u"the certification authority isn't valid before %1"_s.arg(day(date)) + clock
                      : u"the certification authority expired on %1"_s.arg(day(date)) + clock;
}

bool haveAllExpired(const QList<QSslCertificate> &authorities, const QDateTime &now)
{
    return !authorities.isEmpty() && std::ranges::all_of(authorities, [&now](const QSslCertificate &authority) {
        return authority.expiryDate() < now;
    });
}

CertificateFault faultOf(QSslError::SslError error, const QList<QSslCertificate> &authorities, const QDateTime &now)
{
    switch (error) {
    case QSslError::HostNameMismatch:
        return CertificateFault::OtherHost;
    case QSslError::CertificateExpired:
        return CertificateFault::Expired;
    case QSslError::CertificateNotYetValid:
        return CertificateFault::NotYetValid;
    case QSslError::SelfSignedCertificate:
    case QSslError::SelfSignedCertificateInChain:
    case QSslError::UnableToGetLocalIssuerCertificate:
    case QSslError::UnableToGetIssuerCertificate:
    case QSslError::UnableToVerifyFirstCertificate:
    case QSslError::CertificateUntrusted:
        // Qt passes over authorities that have expired.
        return haveAllExpired(authorities, now) ? CertificateFault::Expired : CertificateFault::UnknownAuthority;
    default:
        return CertificateFault::Other;
    }
}

// An unknown issuer explains more than what else may be wrong with a certificate that no known authority signed; a
// wrong host explains more than a date.
QList<QSslError>::const_iterator mostTelling(const QList<QSslError> &errors)
{
    const auto rank = [](const QSslError &error) {
        switch (error.error()) {
        case QSslError::HostNameMismatch:
            return 1;
        case QSslError::CertificateExpired:
        case QSslError::CertificateNotYetValid:
            return 2;
        default:
            return 0;
        }
    };
    return std::min_element(errors.begin(), errors.end(),
                            [rank](const QSslError &a, const QSslError &b) { return rank(a) < rank(b); });
}

QString words(const QSslError &error, const QString &domain, const QList<QSslCertificate> &authorities,
              const QDateTime &now)
{
    switch (faultOf(error.error(), authorities, now)) {
    case CertificateFault::OtherHost:
        return u"the server's certificate is for another host, not for %1"_s.arg(domain);
    case CertificateFault::Expired:
        // Where the chain is broken, it is the authority that has expired.
        return validityWords(error.error() == QSslError::CertificateExpired ? error.certificate() : QSslCertificate(),
                             authorities, false);
    case CertificateFault::NotYetValid:
        return validityWords(error.certificate(), authorities, true);
    case CertificateFault::UnknownAuthority:
        return u"the server's certificate isn't from a certification authority in the CA file"_s;
    case CertificateFault::Other:
        break;
    }
    return u"the server's certificate is refused: "_s + error.errorString();
}

} // namespace

Result<QList<QSslCertificate>> loadCa(const QString &path)
{
    if (path.isEmpty()) {
        return fail(ErrorCode::NotFound, u"no CA file is configured"_s);
    }
    // Reading a pipe would wait for ever.
    if (const QFileInfo file(path); file.exists() && !file.isFile()) {
        return fail(ErrorCode::BadFile, u"the CA file %1 is no regular file"_s.arg(path));
    }
    const Result<QByteArray> pem = readFile(path, maxCaFileSize);
    if (!pem && pem.error().code == ErrorCode::NotFound) {
        return fail(ErrorCode::NotFound, u"the CA file %1 is missing"_s.arg(path));
    }
    if (!pem) {
        return fail(pem.error().withContext(u"CA file"_s));
    }
    QList<QSslCertificate> authorities = QSslCertificate::fromData(*pem, QSsl::Pem);
    authorities.removeIf([](const QSslCertificate &certificate) { return certificate.isNull(); });
    if (authorities.isEmpty()) {
        return fail(ErrorCode::BadFile, u"the CA file %1 holds no certificate"_s.arg(path));
    }
    return authorities;
}

QSslConfiguration pinnedTls(const QList<QSslCertificate> &authorities)
{
    QSslConfiguration tls;
    tls.setProtocol(QSsl::TlsV1_2OrLater);
    tls.setPeerVerifyMode(QSslSocket::VerifyPeer);
    tls.setCaCertificates(authorities);
    return tls;
}

CertificateFault certificateFault(const QList<QSslError> &errors, const QList<QSslCertificate> &authorities,
                                  const QDateTime &now)
{
    const auto first = mostTelling(errors);
    return first == errors.end() ? CertificateFault::Other : faultOf(first->error(), authorities, now);
}

Error certificateError(const QList<QSslError> &errors, const QString &domain, const QList<QSslCertificate> &authorities,
                       const QDateTime &now)
{
    const auto first = mostTelling(errors);
    if (first == errors.end()) {
        return {ErrorCode::Refused, u"the server's certificate is refused"_s};
    }
    return {ErrorCode::Refused, words(*first, domain, authorities, now)};
}

} // namespace sgn::xmpp
