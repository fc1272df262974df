// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/PublicKey.h"
#include "protocol/SignedCommand.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace sgn::agent {

// What an operator signed for this device.
struct OperatorCommand
{
    QByteArray body; // a command's JSON, the only part of the message that counts
    CommandClaims claims;
};

// Knows the operators' keys. Says who has signed and for which device; whether it is too late, and whether it was done
// before, is judged where every command's time and number are.
class OperatorCheck
{
public:
    // `ownJid`: of this device, bare and in lower case. Without keys nobody has to sign.
    OperatorCheck(QList<PublicKey> operatorKeys, QString ownJid);

    [[nodiscard]] bool isRequired() const { return !m_keys.isEmpty(); }

    // NotSigned when the message has no `jws`; BadSignature.
    [[nodiscard]] Result<OperatorCommand> open(const QByteArray &messageBody) const;

private:
    QList<PublicKey> m_keys;
    QString m_ownJid;
};

} // namespace sgn::agent
