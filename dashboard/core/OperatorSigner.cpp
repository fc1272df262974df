// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/OperatorSigner.h"

#include "crypto/Jws.h"
#include "protocol/Json.h"

namespace sgn::core {

OperatorSigner::OperatorSigner(SigningKey key)
    : m_key(std::move(key))
{}

records::Expected<QByteArray> OperatorSigner::sign(const Command &command, const CommandClaims &claims) const
{
    const auto jws = signJws(encode(command, claims), m_key);
    if (!jws) {
        return fail(jws.error());
    }
    QByteArray body = encode(command, *jws);
    if (body.size() > maxBodySize) {
        return fail(ErrorCode::TooLarge, records::FactCode::SignedCommandTooLarge,
                    {QString::number(body.size()), QString::number(maxBodySize)});
    }
    return body;
}

} // namespace sgn::core
