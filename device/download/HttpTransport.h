// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "download/HttpVerdict.h"

#include <QNetworkReply>
#include <QNetworkRequest>

namespace sgn::download {

// What all fetching of releases has in common: Qt stores, follows and unpacks nothing by itself.

// Whether the address is https, or http where that is allowed.
[[nodiscard]] bool isAllowed(const QUrl &url, bool allowHttp);
// A certificate is valid if its authority is in `caFile` or among the system's. Redirects are left to the caller.
[[nodiscard]] QNetworkRequest plainRequest(const QUrl &url, const QString &caFile);
[[nodiscard]] HttpHead headOf(const QNetworkReply &reply);

} // namespace sgn::download
