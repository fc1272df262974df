// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/HttpTransport.h"

#include <QSslCertificate>
#include <QSslConfiguration>

namespace sgn::download {

using namespace Qt::StringLiterals;

namespace {

QSslConfiguration tlsFor(const QString &caFile)
{
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setCaCertificates(QSslCertificate::fromPath(caFile) + QSslConfiguration::systemCaCertificates());
    return tls;
}

} // namespace

bool isAllowed(const QUrl &url, bool allowHttp)
{
    return url.scheme() == "https"_L1 || (allowHttp && url.scheme() == "http"_L1);
}

QNetworkRequest plainRequest(const QUrl &url, const QString &caFile)
{
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    // Otherwise Qt would request a compressed body and unpack it, and its size wouldn't be the file's.
    request.setRawHeader("Accept-Encoding", "identity");
    if (url.scheme() == "https"_L1) {
        request.setSslConfiguration(tlsFor(caFile));
    }
    return request;
}

HttpHead headOf(const QNetworkReply &reply)
{
    HttpHead head;
    head.status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QVariant length = reply.header(QNetworkRequest::ContentLengthHeader);
    if (length.isValid()) {
        head.contentLength = length.toLongLong();
    }
    head.contentRange = reply.rawHeader("Content-Range");
    head.location = reply.rawHeader("Location");
    head.etag = reply.rawHeader("ETag");
    head.lastModified = reply.rawHeader("Last-Modified");
    return head;
}

} // namespace sgn::download
