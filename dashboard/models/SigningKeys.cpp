// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/SigningKeys.h"

#include "models/Preferences.h"

namespace sgn::models {

namespace {

QString sentence(const Result<QString> &used)
{
    QString text = used ? QString() : used.error().message;
    if (!text.isEmpty()) {
        text[0] = text.at(0).toUpper();
    }
    return text;
}

} // namespace

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

void SigningKeys::useRelease(const QString &file)
{
    const Result<QString> used = m_panel.useReleaseKey(file);
    m_releaseError = sentence(used);
    if (used && m_preferences) {
        m_preferences->setKeyFile(Preferences::ReleaseKey, file);
    }
    Q_EMIT changed();
}

void SigningKeys::useOperator(const QString &file)
{
    const Result<QString> used = m_panel.useOperatorKey(file);
    m_operatorError = sentence(used);
    if (used && m_preferences) {
        m_preferences->setKeyFile(Preferences::OperatorKey, file);
    }
    Q_EMIT changed();
}

} // namespace sgn::models
