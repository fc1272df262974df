// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <functional>
#include <QString>

namespace sgn::models {

// Where a password is kept if wanted: the desktop's keyring, or memory in tests. Answers come from the event loop; none
// comes after the keeper is gone.
class PasswordKeeper
{
public:
    using Read = std::function<void(const Result<QString> &password)>;
    using Done = std::function<void(const Outcome &outcome)>;

    virtual ~PasswordKeeper() = default;

    // NotFound when there is none; Refused when there is no keyring or it stays locked.
    virtual void read(const QString &jid, Read answer) = 0;
    virtual void write(const QString &jid, const QString &password, Done answer) = 0;
    virtual void forget(const QString &jid) = 0;
};

} // namespace sgn::models
