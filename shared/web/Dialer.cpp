// SPDX-License-Identifier: GPL-3.0-or-later
#include "web/Dialer.h"

#include "web/CurlOptions.h"
#include "web/MultiHandle.h"
#include "web/NameLookup.h"

#include <array>
#include <cerrno>
#include <fcntl.h>

namespace sgn::web {

using namespace Qt::StringLiterals;

class Dialer::Private
{
public:
    Private(Dialer *dialer, const DialRequest &request);
    ~Private();
    Private(const Private &) = delete;
    Private &operator=(const Private &) = delete;

    void start();
    void finish(CURLcode code);
    [[nodiscard]] DialFailure failureOf(CURLcode code) const;

    Dialer *q;
    DialRequest m_request;
    MultiHandle m_handle;
    CURL *m_easy;
    std::array<char, CURL_ERROR_SIZE> m_error{};
    QUrl m_url;
    curl_slist *m_addresses = nullptr;
    Descriptor m_socket;
};

Dialer::Private::Private(Dialer *dialer, const DialRequest &request)
    : q(dialer)
    , m_request(request)
    , m_handle([this](CURL *, CURLcode code) { finish(code); }, [] {})
    , m_easy(curl_easy_init())
{
    m_url.setScheme(u"http"_s);
    m_url.setHost(request.host.endsWith(u'.') ? request.host.chopped(1) : request.host);
    m_url.setPort(request.port);
    curl_easy_setopt(m_easy, CURLOPT_ERRORBUFFER, m_error.data());
    curl_easy_setopt(m_easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(m_easy, CURLOPT_URL, m_url.toEncoded().constData());
    curl_easy_setopt(m_easy, CURLOPT_CONNECT_ONLY, 1L);
    setProxy(m_easy, request.proxy);
    curl_easy_setopt(m_easy, CURLOPT_HTTPPROXYTUNNEL, request.proxy.isEmpty() ? 0L : 1L);
    curl_easy_setopt(m_easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.limit.count()));
    curl_easy_setopt(m_easy, CURLOPT_FRESH_CONNECT, 1L);
}

Dialer::Private::~Private()
{
    m_handle.remove(m_easy);
    curl_easy_cleanup(m_easy);
    curl_slist_free_all(m_addresses);
}

void Dialer::Private::start()
{
    const QByteArray name = nameToLookUp(m_url, m_request.proxy);
    if (name.isEmpty()) {
        m_handle.add(m_easy);
        return;
    }
    lookUpAddresses(name, q, [this](const QByteArrayList &addresses) {
        if (addresses.isEmpty()) {
            const bool isProxy = !m_request.proxy.isEmpty();
            Q_EMIT q->failed(isProxy ? DialFailure{DialFailure::Kind::Proxy, u"its name cannot be found"_s}
                                     : DialFailure{DialFailure::Kind::Name, {}});
            return;
        }
        m_addresses = setAddresses(m_easy, m_url, m_request.proxy, addresses);
        m_handle.add(m_easy);
    });
}

void Dialer::Private::finish(CURLcode code)
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (code == CURLE_OK && curl_easy_getinfo(m_easy, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK) {
        // libcurl closes its own.
        m_socket = Descriptor(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
    }
    // Later, because a receiver may destroy this object.
    const DialFailure failure = failureOf(code);
    QMetaObject::invokeMethod(
        q,
        [this, failure] {
            if (m_socket.isValid()) {
                Q_EMIT q->connected();
            } else {
                Q_EMIT q->failed(failure);
            }
        },
        Qt::QueuedConnection);
}

DialFailure Dialer::Private::failureOf(CURLcode code) const
{
    using Kind = DialFailure::Kind;
    long systemError = 0;
    curl_easy_getinfo(m_easy, CURLINFO_OS_ERRNO, &systemError);
    const QString text = reasonOf(code, m_error.data());
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return {Kind::Timeout, text};
    }
    if (!m_request.proxy.isEmpty()) {
        return {Kind::Proxy, text};
    }
    if (code == CURLE_COULDNT_RESOLVE_HOST) {
        return {Kind::Name, text};
    }
    if (code == CURLE_COULDNT_CONNECT && systemError != 0) {
        return {systemError == ECONNREFUSED ? Kind::Refused : Kind::Other,
                qt_error_string(static_cast<int>(systemError))};
    }
    return {Kind::Other, text};
}

Dialer::Dialer(const DialRequest &request, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, request))
{}

Dialer::~Dialer() = default;

void Dialer::start()
{
    d->start();
}

Descriptor Dialer::takeSocket()
{
    return std::exchange(d->m_socket, {});
}

} // namespace sgn::web
