// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <curl/curl.h>
#include <QByteArrayList>
#include <QString>
#include <QUrl>

namespace sgn::web {

// What requests and connections have in common when they set up libcurl.

// Why it failed, by its own words where it has some; never with the address of a proxy, which may contain a password.
[[nodiscard]] QString reasonOf(CURLcode code, const char *words);

// Sets the proxy, and that the environment sets none and excepts no host from it.
void setProxy(CURL *easy, const QUrl &proxy);

// The name that has to be looked up to reach `url`: its own or its proxy's; empty where that is an address.
[[nodiscard]] QByteArray nameToLookUp(const QUrl &url, const QUrl &proxy);

// Makes that name lead to these addresses, instead of a look-up by libcurl, which would leave it to a thread without a
// limit of time. The caller frees the list after the handle.
[[nodiscard]] curl_slist *setAddresses(CURL *easy, const QUrl &url, const QUrl &proxy, const QByteArrayList &addresses);

} // namespace sgn::web
