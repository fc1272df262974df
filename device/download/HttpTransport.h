// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "download/HttpVerdict.h"

#include <QNetworkReply>
#include <QNetworkRequest>

namespace sgn::download {

// What all our fetching of releases has in common: nothing is stored, followed or unpacked behind our back.

// https, or http where that is allowed.
[[nodiscard]] bool isAllowed(const QUrl &url, bool allowHttp);
// Certificates are believed when `caFile` or the system knows their authority. Redirects are left to the caller.
[[nodiscard]] QNetworkRequest plainRequest(const QUrl &url, const QString &caFile);
[[nodiscard]] HttpHead headOf(const QNetworkReply &reply);

} // namespace sgn::download
