// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/OperatorCheck.h"

#include "crypto/Jws.h"
#include "protocol/Json.h"

namespace sgn::agent {

using namespace Qt::StringLiterals;

OperatorCheck::OperatorCheck(QList<PublicKey> operatorKeys, QString ownJid)
    : m_keys(std::move(operatorKeys))
    , m_ownJid(std::move(ownJid))
{}

Result<OperatorCommand> OperatorCheck::open(const QByteArray &messageBody) const
{
    const QByteArray jws = jwsOf(messageBody);
    if (jws.isEmpty()) {
        return fail(ErrorCode::NotSigned, u"this device obeys signed commands only"_s);
    }
    auto verified = verifyJws(jws, m_keys, maxBodySize);
    if (!verified) {
        return fail(ErrorCode::BadSignature, u"the command can't be trusted: "_s + verified.error().message);
    }
    auto claims = parseCommandClaims(verified->payload);
    if (!claims) {
        return fail(std::move(claims).error().withContext(u"the signed command"_s));
    }
    if (claims->audience.toLower() != m_ownJid) {
        return fail(ErrorCode::BadSignature, u"the command was signed for another device"_s);
    }
    return OperatorCommand{std::move(verified->payload), *std::move(claims)};
}

} // namespace sgn::agent
