// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <functional>
#include <QString>

namespace sgn::models {

// Where secrets are kept if wanted: the desktop's keyring, or memory in tests. An entry is an account's JID for its
// password, or a name that can't be one. Answers come from the event loop; none comes after the keyring is gone.
class Keyring
{
public:
    using Read = std::function<void(const Result<QString> &secret)>;
    using Done = std::function<void(const Outcome &outcome)>;

    virtual ~Keyring() = default;

    // NotFound when there is none; Refused when there is no keyring or it stays locked.
    virtual void read(const QString &entry, Read answer) = 0;
    virtual void write(const QString &entry, const QString &secret, Done answer) = 0;
    virtual void forget(const QString &entry) = 0;
};

} // namespace sgn::models
