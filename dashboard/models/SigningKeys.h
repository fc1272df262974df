// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/KeyChoice.h"

namespace sgn::models {

// The private keys on this machine that sign what is sent. Commands are held while the key that was
// chosen for them isn't here: unsigned they would be refused, or obeyed by a device that should not.
class SigningKeys final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(sgn::models::KeyChoice *releaseKey READ releaseKey CONSTANT FINAL)
    Q_PROPERTY(sgn::models::KeyChoice *operatorKey READ operatorKey CONSTANT FINAL)

public:
    // `panel` outlives this.
    explicit SigningKeys(core::Panel &panel, QObject *parent = nullptr);

    // As KeyChoice::keepIn().
    void keepIn(Preferences &preferences, Keyring &keyring);

    [[nodiscard]] KeyChoice *releaseKey() { return &m_release; }
    [[nodiscard]] KeyChoice *operatorKey() { return &m_operator; }
    // Why commands are held, once the keyring has answered; else empty.
    [[nodiscard]] QString warning() const;
    void retranslate();

Q_SIGNALS:
    void warningChanged();

private:
    void hold();

    core::Panel &m_panel;
    KeyChoice m_release;
    KeyChoice m_operator;
};

} // namespace sgn::models
