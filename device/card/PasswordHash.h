// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>

namespace sgn::card {

// How a password is hashed for shadow(5), see crypt(5).
enum class HashMethod {
    Yescrypt, // $y$, Debian's own since Bullseye
    Sha512,   // $6$
    Md5,      // $1$, the seed's
};

// The password as shadow(5) has it, with a fresh salt. BadRequest: empty, longer than 512 bytes, or with a control
// character in it, which no keyboard has; Internal: this machine's crypt(3) doesn't know the method.
[[nodiscard]] Result<QByteArray> hashPassword(const QByteArray &password, HashMethod method);

// Whether `hash` is of that password. False for locked and empty ones.
[[nodiscard]] bool matchesPassword(const QByteArray &password, const QByteArray &hash);

// shadow(5) with another hash for `user`, its date of change set to `day` (days since 1970), and every other byte as it
// was. NotFound: no such line.
[[nodiscard]] Result<QByteArray> withPasswordHash(const QByteArray &shadow, const QByteArray &user,
                                                  const QByteArray &hash, qint64 day);

// The hash of `user` in shadow(5); empty: none, or no such line.
[[nodiscard]] QByteArray passwordHashIn(const QByteArray &shadow, const QByteArray &user);

} // namespace sgn::card
