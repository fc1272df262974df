// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "download/Download.h"
#include "download/HttpVerdict.h"
#include "web/Client.h"

namespace sgn::download {

// What all fetching of releases has in common.

// Whether the address is https, or http where that is allowed.
[[nodiscard]] bool isAllowed(const QUrl &url, bool allowHttp);
// A certificate is valid if its authority is in the access's CA file or among the system's. Redirects are left to the
// caller. Without a connection, or a byte, for `silence` it ends.
[[nodiscard]] web::WebRequest requestFor(const QUrl &url, const web::Access &access, std::chrono::milliseconds silence);
[[nodiscard]] HttpHead headOf(const web::Head &head);

} // namespace sgn::download
