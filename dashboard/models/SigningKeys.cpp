// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/SigningKeys.h"

#include "models/Preferences.h"
#include "wording/Problems.h"

namespace sgn::models {

SigningKeys::SigningKeys(core::Panel &panel, QObject *parent)
    : QObject(parent)
    , m_panel(panel)
{}

void SigningKeys::keepIn(Preferences &preferences)
{
    if (const QString file = preferences.keyFile(Preferences::ReleaseKey); releaseKey().isEmpty() && !file.isEmpty()) {
        useRelease(file);
    }
    if (const QString file = preferences.keyFile(Preferences::OperatorKey);
        operatorKey().isEmpty() && !file.isEmpty()) {
        useOperator(file);
    }
    m_preferences = &preferences;
}

void SigningKeys::chooseRelease(const QUrl &file)
{
    useRelease(file.toLocalFile());
}

void SigningKeys::chooseOperator(const QUrl &file)
{
    useOperator(file.toLocalFile());
}

void SigningKeys::forgetRelease()
{
    useRelease({});
}

void SigningKeys::forgetOperator()
{
    useOperator({});
}

QString SigningKeys::releaseError() const
{
    return m_releaseProblem ? wording::standing(wording::sentence(*m_releaseProblem)) : QString();
}

QString SigningKeys::operatorError() const
{
    return m_operatorProblem ? wording::standing(wording::sentence(*m_operatorProblem)) : QString();
}

void SigningKeys::useRelease(const QString &file)
{
    const records::Expected<QString> used = m_panel.useReleaseKey(file);
    m_releaseProblem = used ? std::nullopt : std::optional(used.error());
    if (used && m_preferences) {
        m_preferences->setKeyFile(Preferences::ReleaseKey, file);
    }
    Q_EMIT changed();
}

void SigningKeys::useOperator(const QString &file)
{
    const records::Expected<QString> used = m_panel.useOperatorKey(file);
    m_operatorProblem = used ? std::nullopt : std::optional(used.error());
    if (used && m_preferences) {
        m_preferences->setKeyFile(Preferences::OperatorKey, file);
    }
    Q_EMIT changed();
}

} // namespace sgn::models
