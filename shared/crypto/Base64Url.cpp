// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/Base64Url.h"

namespace sgn {

namespace {

constexpr auto urlAlphabet = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

QByteArray alias(QByteArrayView view)
{
    return QByteArray::fromRawData(view.data(), view.size());
}

} // namespace

QByteArray toBase64Url(QByteArrayView bytes)
{
    return alias(bytes).toBase64(urlAlphabet);
}

std::optional<QByteArray> fromBase64Url(QByteArrayView text)
{
    auto decoded = QByteArray::fromBase64Encoding(alias(text), urlAlphabet | QByteArray::AbortOnBase64DecodingErrors);
    // Qt still takes padding and stray bits; writing the value again shows whether this was its one spelling.
    if (!decoded || toBase64Url(decoded.decoded) != text) {
        return std::nullopt;
    }
    return std::move(decoded.decoded);
}

} // namespace sgn
