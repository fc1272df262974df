// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Keyring.h"

#include <functional>
#include <QHash>

namespace sgn::test {

// A keyring in memory, which may be locked, or wait for its password.
class MemoryKeyring final : public models::Keyring
{
public:
    void read(const QString &entry, Read answer) override
    {
        if (isWaiting) {
            waiting = [this, entry, answer = std::move(answer)] {
                read(entry, answer);
            };
        } else if (isLocked || !secrets.contains(entry)) {
            answer(fail(ErrorCode::Refused, QStringLiteral("locked")));
        } else {
            answer(secrets.value(entry));
        }
    }
    void write(const QString &entry, const QString &secret, Done answer) override
    {
        if (isLocked) {
            answer(fail(ErrorCode::Refused, QStringLiteral("locked")));
            return;
        }
        secrets.insert(entry, secret);
        answer({});
    }
    void forget(const QString &entry) override { secrets.remove(entry); }

    QHash<QString, QString> secrets;
    bool isLocked = false;
    bool isWaiting = false;
    std::function<void()> waiting;
};

} // namespace sgn::test
