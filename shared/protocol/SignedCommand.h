// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Command.h"

#include <QByteArray>
#include <QDateTime>
#include <QString>

namespace sgn {

// A command that an operator signs (protocol section 2, field `jws`). The message is the unsigned command with one
// field more, so that devices that don't know the field carry it out; a device with `operator_keys` reads only what was
// signed. That is the command once more, for one device and a time (RFC 7519 sections 4.1.3 to 4.1.6). The same
// command, device and time always give the same text, so that a repeat is recognized.
struct CommandClaims
{
    QString audience;    // `aud`: the device's bare JID
    QDateTime issuedAt;  // `iat`: UTC, whole seconds
    QDateTime expiresAt; // `exp`: likewise

    friend bool operator==(const CommandClaims &, const CommandClaims &) = default;
};

// The text to sign.
[[nodiscard]] QByteArray encode(const Command &command, const CommandClaims &claims);
// BadSignature when a claim is missing or makes no sense; the command itself is checked by parseCommand().
[[nodiscard]] Result<CommandClaims> parseCommandClaims(const QByteArray &payload);

// The message's body.
[[nodiscard]] QByteArray encode(const Command &command, const QByteArray &jws);
// The field `jws` of a message's body, whatever else there is in it; empty when there is none.
[[nodiscard]] QByteArray jwsOf(const QByteArray &body);

} // namespace sgn
