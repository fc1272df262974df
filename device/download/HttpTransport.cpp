// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/HttpTransport.h"

namespace sgn::download {

using namespace Qt::StringLiterals;

bool isAllowed(const QUrl &url, bool allowHttp)
{
    return url.scheme() == "https"_L1 || (allowHttp && url.scheme() == "http"_L1);
}

web::WebRequest requestFor(const QUrl &url, const web::Access &access, std::chrono::milliseconds silence)
{
    web::WebRequest request;
    request.url = url;
    request.proxy = access.proxy;
    request.silence = silence;
    if (url.scheme() == "https"_L1) {
        request.trust = web::trustWithSystems(access.caFile);
    }
    return request;
}

HttpHead headOf(const web::Head &head)
{
    HttpHead result;
    result.status = head.status;
    result.contentLength = head.contentLength();
    result.contentRange = head.field("content-range");
    result.location = head.field("location");
    result.etag = head.field("etag");
    result.lastModified = head.field("last-modified");
    if (head.isEncoded()) {
        result.encoding = head.field("content-encoding");
    }
    return result;
}

} // namespace sgn::download
