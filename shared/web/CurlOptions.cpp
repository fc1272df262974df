// SPDX-License-Identifier: GPL-3.0-or-later
#include "web/CurlOptions.h"

#include <QHostAddress>

namespace sgn::web {

using namespace Qt::StringLiterals;

namespace {

const QUrl &reached(const QUrl &url, const QUrl &proxy)
{
    return proxy.isEmpty() ? url : proxy;
}

} // namespace

QString reasonOf(CURLcode code, const char *words)
{
    const bool mayQuoteProxy = code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_URL_MALFORMAT;
    if (code == CURLE_ABORTED_BY_CALLBACK) {
        return u"it sends without an end"_s;
    }
    const bool hasWords = *words != '\0' && !mayQuoteProxy;
    return QString::fromUtf8(hasWords ? words : curl_easy_strerror(code)).simplified().left(300);
}

void setProxy(CURL *easy, const QUrl &proxy)
{
    // Without user and password, which libcurl would look for a second time, in other ways.
    curl_easy_setopt(easy, CURLOPT_PROXY, proxy.toEncoded(QUrl::RemoveUserInfo).constData());
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    if (!proxy.userName().isEmpty()) {
        curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, proxy.userName(QUrl::FullyDecoded).toUtf8().constData());
        curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, proxy.password(QUrl::FullyDecoded).toUtf8().constData());
    }
}

QByteArray nameToLookUp(const QUrl &url, const QUrl &proxy)
{
    const QUrl &target = reached(url, proxy);
    return QHostAddress(target.host()).isNull() ? target.host(QUrl::FullyEncoded).toLatin1() : QByteArray();
}

curl_slist *setAddresses(CURL *easy, const QUrl &url, const QUrl &proxy, const QByteArrayList &addresses)
{
    const QUrl &target = reached(url, proxy);
    const int usualPort = target.scheme() == "https"_L1 ? 443 : 80;
    const QByteArray entry =
        nameToLookUp(url, proxy) + ':' + QByteArray::number(target.port(usualPort)) + ':' + addresses.join(',');
    curl_slist *const list = curl_slist_append(nullptr, entry.constData());
    curl_easy_setopt(easy, CURLOPT_RESOLVE, list);
    return list;
}

} // namespace sgn::web
