// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/SigningKeys.h"

namespace sgn::models {

SigningKeys::SigningKeys(core::Panel &panel, QObject *parent)
    : QObject(parent)
    , m_panel(panel)
    , m_release(panel, Preferences::ReleaseKey)
    , m_operator(panel, Preferences::OperatorKey)
{
    connect(&m_operator, &KeyChoice::changed, this, [this] { m_panel.holdCommands(m_operator.isAwaited()); });
}

void SigningKeys::keepIn(Preferences &preferences, Keyring &keyring)
{
    m_release.keepIn(preferences, keyring);
    m_operator.keepIn(preferences, keyring);
    m_panel.holdCommands(m_operator.isAwaited());
}

void SigningKeys::retranslate()
{
    Q_EMIT m_release.changed();
    Q_EMIT m_operator.changed();
}

} // namespace sgn::models
