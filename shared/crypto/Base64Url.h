// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <QByteArray>

namespace sgn {

// base64url without padding (RFC 7515 section 2).
[[nodiscard]] QByteArray toBase64Url(QByteArrayView bytes);

// Strict: nullopt for padding, white space, other alphabets, impossible lengths or stray bits in the last character. So
// every value has one spelling only, and a signed text can't be changed without changing its content.
[[nodiscard]] std::optional<QByteArray> fromBase64Url(QByteArrayView text);

} // namespace sgn
