// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/PublicKey.h"
#include "protocol/SignedCommand.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace sgn::agent {

// A command that an operator signed for this device.
struct OperatorCommand
{
    QByteArray body; // a command's JSON, the only part of the message that counts
    CommandClaims claims;
};

// Checks the operators' signatures: the key, and that the command was signed for this device. Whether it is in time,
// and whether it was carried out before, CommandIntake checks, as for every command.
class OperatorCheck
{
public:
    // `ownJid`: of this device, bare and in lower case. Without keys no signature is needed.
    OperatorCheck(QList<PublicKey> operatorKeys, QString ownJid);

    [[nodiscard]] bool isRequired() const { return !m_keys.isEmpty(); }

    // NotSigned when the message has no `jws`; BadSignature.
    [[nodiscard]] Result<OperatorCommand> open(const QByteArray &messageBody) const;

private:
    QList<PublicKey> m_keys;
    QString m_ownJid;
};

} // namespace sgn::agent
