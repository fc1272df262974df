// SPDX-License-Identifier: GPL-3.0-or-later
#include "web/Transfer.h"

#include "web/CurlOptions.h"
#include "web/TransferPrivate.h"

#include <algorithm>

namespace sgn::web {

using namespace Qt::StringLiterals;

namespace {

// libcurl reads a record of TLS at a time.
constexpr long pieceSize = 16 * 1024;
constexpr auto systemAuthorities = "/etc/ssl/certs";

// Why a certificate isn't valid, by the code of its TLS library (x509_vfy.h); empty for what needs no words of ours.
QString certificateProblem(long verifyResult)
{
    switch (verifyResult) {
    case 0: // X509_V_OK
        return u"its certificate is for another host"_s;
    case 10: // X509_V_ERR_CERT_HAS_EXPIRED
        return u"its certificate has expired (or the clock of this machine is wrong)"_s;
    case 9: // X509_V_ERR_CERT_NOT_YET_VALID
        return u"its certificate isn't valid yet (or the clock of this machine is wrong)"_s;
    case 2:  // X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT
    case 18: // X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
    case 19: // X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN
    case 20: // X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    case 21: // X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE
        return u"its certificate isn't from an accepted certification authority"_s;
    default:
        return {};
    }
}

// libcurl counts seconds here.
long secondsOf(std::chrono::milliseconds time)
{
    return std::max(1L, static_cast<long>(std::chrono::ceil<std::chrono::seconds>(time).count()));
}

} // namespace

Transfer::Private::Private(Transfer *transfer, const WebRequest &request)
    : q(transfer)
    , m_request(request)
    , m_easy(nullptr)
{}

Transfer::Private::~Private()
{
    if (m_client && m_easy != nullptr) {
        m_client->d->remove(m_easy);
    }
    curl_easy_cleanup(m_easy);
    curl_slist_free_all(m_headers);
    curl_slist_free_all(m_addresses);
}

bool Transfer::Private::setUp()
{
    if (!m_request.body.file.isEmpty()) {
        m_file.setFileName(m_request.body.file);
        if (!m_file.open(QIODevice::ReadOnly)) {
            m_failure = WebFailure{WebFailure::Kind::File,
                                   u"%1 can't be read: %2"_s.arg(m_file.fileName(), m_file.errorString())};
            return false;
        }
    }
    m_easy = curl_easy_init();
    if (m_easy == nullptr) {
        m_failure = WebFailure{WebFailure::Kind::Network, u"no request could be made"_s};
        return false;
    }
    setRequest();
    setTrust();
    setBody();
    setLimits();
    return true;
}

void Transfer::Private::setRequest()
{
    curl_easy_setopt(m_easy, CURLOPT_ERRORBUFFER, m_error.data());
    curl_easy_setopt(m_easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(m_easy, CURLOPT_URL, m_request.url.toEncoded(QUrl::RemoveFragment).constData());
    curl_easy_setopt(m_easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(m_easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(m_easy, CURLOPT_CUSTOMREQUEST, m_request.method.constData());
    if (m_request.method == "HEAD") {
        // Else it waits for a body of the length that the head states.
        curl_easy_setopt(m_easy, CURLOPT_NOBODY, 1L);
    }
    setProxy(m_easy, m_request.proxy);
    curl_easy_setopt(m_easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    // The body as it is: its size and hash are those of the file.
    m_headers = curl_slist_append(m_headers, "Accept-Encoding: identity");
    // A server that knows nothing of it would cost a second.
    m_headers = curl_slist_append(m_headers, "Expect:");
    for (const auto &[name, value] : std::as_const(m_request.headers)) {
        m_headers = curl_slist_append(m_headers, QByteArray(name + ": " + value).constData());
    }
    curl_easy_setopt(m_easy, CURLOPT_HTTPHEADER, m_headers);
}

void Transfer::Private::setTrust()
{
    curl_easy_setopt(m_easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(m_easy, CURLOPT_CAINFO, nullptr);
    curl_easy_setopt(m_easy, CURLOPT_CAPATH, m_request.trust.systems ? systemAuthorities : nullptr);
    for (const QSslCertificate &authority : std::as_const(m_request.trust.authorities)) {
        m_pem += authority.toPem();
    }
    if (!m_pem.isEmpty()) {
        curl_blob blob{m_pem.data(), static_cast<size_t>(m_pem.size()), CURL_BLOB_NOCOPY};
        curl_easy_setopt(m_easy, CURLOPT_CAINFO_BLOB, &blob);
    }
}

void Transfer::Private::setBody()
{
    const Body &body = m_request.body;
    if (body.isEmpty()) {
        return;
    }
    m_bodySize = body.before.size() + m_file.size() + body.after.size();
    curl_easy_setopt(m_easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(m_easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(m_bodySize));
    curl_easy_setopt(m_easy, CURLOPT_READFUNCTION, &Private::onRead);
    curl_easy_setopt(m_easy, CURLOPT_READDATA, this);
}

void Transfer::Private::setLimits()
{
    curl_easy_setopt(m_easy, CURLOPT_BUFFERSIZE, pieceSize);
    curl_easy_setopt(m_easy, CURLOPT_HEADERFUNCTION, &Private::onHeader);
    curl_easy_setopt(m_easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(m_easy, CURLOPT_WRITEFUNCTION, &Private::onBody);
    curl_easy_setopt(m_easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(m_easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(m_request.silence.count()));
    curl_easy_setopt(m_easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(m_easy, CURLOPT_LOW_SPEED_TIME, secondsOf(m_request.silence));
    curl_easy_setopt(m_easy, CURLOPT_TIMEOUT_MS, static_cast<long>(m_request.total.count()));
}

// The second argument of these three is always 1.
size_t Transfer::Private::onHeader(char *bytes, size_t, size_t count, void *self)
{
    auto *const transfer = static_cast<Private *>(self);
    switch (transfer->m_reader.feed(QByteArrayView(bytes, static_cast<qsizetype>(count)))) {
    case HeadReader::State::TooLong:
        transfer->m_failure = WebFailure{WebFailure::Kind::Response,
                                         u"the head of the response has more than %1 bytes"_s.arg(HeadReader::maxSize)};
        return 0;
    case HeadReader::State::Complete:
        transfer->m_headComplete = true;
        break;
    case HeadReader::State::Reading:
        break;
    }
    return count;
}

size_t Transfer::Private::onBody(char *bytes, size_t, size_t count, void *self)
{
    auto *const transfer = static_cast<Private *>(self);
    transfer->m_arrived.append(bytes, static_cast<qsizetype>(count));
    transfer->m_received += static_cast<qint64>(count);
    return transfer->hasEnough() ? 0 : count;
}

size_t Transfer::Private::onRead(char *to, size_t, size_t count, void *self)
{
    auto *const transfer = static_cast<Private *>(self);
    const qint64 bytes = transfer->read(to, static_cast<qint64>(count));
    if (bytes < 0) {
        transfer->m_failure =
            WebFailure{WebFailure::Kind::File,
                       u"%1 can't be read: %2"_s.arg(transfer->m_file.fileName(), transfer->m_file.errorString())};
        return CURL_READFUNC_ABORT;
    }
    transfer->m_bodySent += bytes;
    return static_cast<size_t>(bytes);
}

// The next bytes of what is sent: `before`, the file, `after`.
qint64 Transfer::Private::read(char *to, qint64 room)
{
    const Body &body = m_request.body;
    const qint64 fileEnd = m_bodySize - body.after.size();
    const auto copy = [&](const QByteArray &from, qint64 at) {
        const qint64 bytes = std::min(room, from.size() - at);
        std::copy_n(from.constData() + at, bytes, to);
        return bytes;
    };
    if (m_bodySent < body.before.size()) {
        return copy(body.before, m_bodySent);
    }
    if (m_bodySent < fileEnd) {
        const qint64 bytes = m_file.read(to, std::min(room, fileEnd - m_bodySent));
        return bytes > 0 ? bytes : -1; // it has become shorter
    }
    return copy(body.after, m_bodySent - fileEnd);
}

void Transfer::Private::complete(CURLcode code)
{
    m_isComplete = true;
    if (!m_failure && code != CURLE_OK && !hasEnough()) {
        m_failure = failureOf(code);
    }
    // A connection that ended before a head is a success for libcurl in one case: a body without one (HTTP/0.9).
    if (!m_failure && !m_headComplete) {
        m_failure = WebFailure{WebFailure::Kind::Response, u"the response has no head"_s};
    }
}

WebFailure Transfer::Private::failureOf(CURLcode code) const
{
    const QString text = reasonOf(code, m_error.data());
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return {WebFailure::Kind::Timeout, text};
    case CURLE_PEER_FAILED_VERIFICATION: {
        long verifyResult = 0;
        curl_easy_getinfo(m_easy, CURLINFO_SSL_VERIFYRESULT, &verifyResult);
        const QString problem = certificateProblem(verifyResult);
        return {WebFailure::Kind::Certificate, problem.isEmpty() ? text : problem};
    }
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return {WebFailure::Kind::Certificate, text};
    case CURLE_OUT_OF_MEMORY: // a line over the limit
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
        return {WebFailure::Kind::Response, u"the head of the response is too large"_s};
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
        return {WebFailure::Kind::Response, text};
    default:
        return {WebFailure::Kind::Network, text};
    }
}

void Transfer::Private::deliver()
{
    const QPointer<Transfer> alive = q;
    if (m_bodySent > m_bodyReported) {
        m_bodyReported = m_bodySent;
        Q_EMIT q->sent(m_bodySent, m_bodySize);
    }
    if (alive && m_headComplete && !std::exchange(m_headReported, true)) {
        Q_EMIT alive->headRead();
    }
    if (alive && m_headReported && !m_arrived.isEmpty()) {
        Q_EMIT alive->received(std::exchange(m_arrived, {}));
    }
    if (alive && m_isComplete && !std::exchange(m_isReported, true)) {
        alive->deleteLater();
        Q_EMIT alive->finished(m_failure);
    }
}

Transfer::Transfer(QObject *parent)
    : QObject(parent)
{}

Transfer::~Transfer() = default;

void Transfer::abandon()
{
    disconnect();
    if (d->m_client) {
        d->m_client->d->remove(d->m_easy);
    }
    deleteLater();
}

const Head &Transfer::head() const
{
    static const Head none;
    return d->isHeadComplete() ? d->m_reader.head() : none;
}

} // namespace sgn::web
