// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/ProxyAddress.h"

#include <algorithm>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr int usualPort = 8080;

} // namespace

std::optional<QUrl> proxyAddress(const QString &text)
{
    QUrl url(text, QUrl::StrictMode);
    if (!url.isValid() || url.scheme() != "http"_L1 || url.host().isEmpty() || url.hasQuery() || url.hasFragment() ||
        (!url.path().isEmpty() && url.path() != "/"_L1)) {
        return std::nullopt;
    }
    // Such a user or password can't be sent.
    for (const QString &part : {url.userName(QUrl::FullyDecoded), url.password(QUrl::FullyDecoded)}) {
        if (std::ranges::any_of(part, [](QChar c) { return c.category() == QChar::Other_Control; })) {
            return std::nullopt;
        }
    }
    url.setPath({});
    if (url.port() < 0) {
        url.setPort(usualPort);
    }
    return url;
}

} // namespace sgn
