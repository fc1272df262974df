// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <QString>
#include <QUrl>

namespace sgn {

// The address of an HTTP proxy as a configuration names it, http://[user:password@]host[:port]; nullopt for anything
// else. Without a port it gets 8080, the usual one of proxies.
[[nodiscard]] std::optional<QUrl> proxyAddress(const QString &text);

} // namespace sgn
