// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/SigningKeys.h"

namespace sgn::models {

SigningKeys::SigningKeys(core::Panel &panel, QObject *parent)
    : QObject(parent)
    , m_panel(panel)
    , m_release(panel, Preferences::ReleaseKey)
    , m_operator(panel, Preferences::OperatorKey)
{
    connect(&m_operator, &KeyChoice::changed, this, &SigningKeys::hold);
}

void SigningKeys::keepIn(Preferences &preferences, Keyring &keyring)
{
    m_release.keepIn(preferences, keyring);
    m_operator.keepIn(preferences, keyring);
    hold();
}

void SigningKeys::hold()
{
    m_panel.holdCommands(m_operator.isMissing());
    Q_EMIT warningChanged();
}

QString SigningKeys::warning() const
{
    return m_operator.isMissing() && !m_operator.isAwaited()
               ? tr("Commands wait, because the key that signs them isn't here. %1").arg(m_operator.error())
               : QString();
}

void SigningKeys::retranslate()
{
    Q_EMIT m_release.changed();
    Q_EMIT m_operator.changed();
}

} // namespace sgn::models
