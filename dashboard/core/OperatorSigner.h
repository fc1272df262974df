// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/SigningKey.h"
#include "protocol/SignedCommand.h"
#include "records/Problem.h"

namespace sgn::core {

// Signs commands with an operator's key, each for one device, so that devices with `operator_keys` obey them. Others
// read the same message without its signature.
class OperatorSigner
{
public:
    explicit OperatorSigner(SigningKey key);

    [[nodiscard]] QString kid() const { return m_key.kid; }

    // The message's body; the same arguments give the same bytes. TooLarge when no message can hold it; Internal.
    [[nodiscard]] records::Expected<QByteArray> sign(const Command &command, const CommandClaims &claims) const;

private:
    SigningKey m_key;
};

} // namespace sgn::core
