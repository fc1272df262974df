// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Keyring.h"

namespace sgn::test {

// A keyring that refuses everything.
class NoKeyring final : public models::Keyring
{
public:
    void read(const QString &, Read answer) override { answer(fail(ErrorCode::Refused, QStringLiteral("none"))); }
    void write(const QString &, const QString &, Done answer) override
    {
        answer(fail(ErrorCode::Refused, QStringLiteral("none")));
    }
    void forget(const QString &) override {}
};

} // namespace sgn::test
