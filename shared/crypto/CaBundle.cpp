// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/CaBundle.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

enum class Use { Now, NotYet, NoMore, Never };

// A self-signed certificate without extensions is of version 1; any other has to state what it may do (RFC 5280 section
// 4.2.1.9).
bool maySign(X509 *certificate)
{
    constexpr int byExtension = 1;
    constexpr int selfSignedVersion1 = 3;
    const int kind = X509_check_ca(certificate);
    return kind == byExtension || kind == selfSignedVersion1;
}

Use useOf(X509 *certificate, const QDateTime &now)
{
    if (!maySign(certificate)) {
        return Use::Never;
    }
    // Where it has 32 bits, what comes after January 2038 counts as that month.
    time_t moment = static_cast<time_t>(std::min<qint64>(now.toSecsSinceEpoch(), std::numeric_limits<time_t>::max()));
    if (X509_cmp_time(X509_get0_notBefore(certificate), &moment) > 0) {
        return Use::NotYet;
    }
    return X509_cmp_time(X509_get0_notAfter(certificate), &moment) < 0 ? Use::NoMore : Use::Now;
}

QString why(Use best)
{
    switch (best) {
    case Use::NotYet:
        return u"its certification authority isn't valid yet (or the clock of this machine is wrong)"_s;
    case Use::NoMore:
        return u"its certification authority has expired (or the clock of this machine is wrong)"_s;
    case Use::Never:
    case Use::Now:
        break;
    }
    return u"it holds no certificate of a certification authority"_s;
}

} // namespace

Outcome checkCaBundle(const QByteArray &pem, const QDateTime &now)
{
    // Whatever it is for, it would lie on every device from then on.
    if (pem.contains("PRIVATE KEY-----")) {
        return fail(ErrorCode::BadFile, u"it holds a private key"_s);
    }
    const Bio input(BIO_new_mem_buf(pem.constData(), static_cast<int>(pem.size())), &BIO_free);
    if (!input || pem.size() > maxCaBundleSize) {
        return fail(ErrorCode::BadFile, u"it is too large"_s);
    }
    qsizetype count = 0;
    Use best = Use::Never;
    ERR_clear_error();
    while (const Certificate certificate{PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr), &X509_free}) {
        ++count;
        best = std::min(best, useOf(certificate.get(), now));
    }
    ERR_clear_error();
    if (count == 0) {
        return fail(ErrorCode::BadFile, u"it holds no certificate"_s);
    }
    if (count != pem.count("-----BEGIN CERTIFICATE-----") + pem.count("-----BEGIN TRUSTED CERTIFICATE-----")) {
        return fail(ErrorCode::BadFile, u"certificate %1 in it can't be read"_s.arg(count + 1));
    }
    return best == Use::Now ? Outcome() : fail(ErrorCode::BadFile, why(best));
}

} // namespace sgn
