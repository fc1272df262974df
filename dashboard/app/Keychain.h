// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Keyring.h"

#include <QObject>

namespace sgn::app {

// The desktop's keyring (Secret Service, KWallet). Without one everything is answered Refused, and nothing is kept.
class Keychain final : public models::Keyring
{
public:
    void read(const QString &entry, Read answer) override;
    void write(const QString &entry, const QString &secret, Done answer) override;
    void forget(const QString &entry) override;

private:
    QObject m_owner; // ends what is under way together with us
};

} // namespace sgn::app
