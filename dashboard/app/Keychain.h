// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/PasswordKeeper.h"

#include <QObject>

namespace sgn::app {

// The desktop's keyring (Secret Service, KWallet). Without one everything is answered Refused, and nothing is kept.
class Keychain final : public models::PasswordKeeper
{
public:
    void read(const QString &jid, Read answer) override;
    void write(const QString &jid, const QString &password, Done answer) override;
    void forget(const QString &jid) override;

private:
    QObject m_owner; // ends what is under way together with us
};

} // namespace sgn::app
