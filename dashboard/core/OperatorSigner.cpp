// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/OperatorSigner.h"

#include "crypto/Jws.h"
#include "protocol/Json.h"

namespace sgn::core {

using namespace Qt::StringLiterals;

OperatorSigner::OperatorSigner(SigningKey key)
    : m_key(std::move(key))
{}

Result<QByteArray> OperatorSigner::sign(const Command &command, const CommandClaims &claims) const
{
    const auto jws = signJws(encode(command, claims), m_key);
    if (!jws) {
        return fail(jws.error());
    }
    QByteArray body = encode(command, *jws);
    if (body.size() > maxBodySize) {
        return fail(ErrorCode::TooLarge,
                    u"the signed command has %1 bytes, a message takes %2"_s.arg(body.size()).arg(maxBodySize));
    }
    return body;
}

} // namespace sgn::core
