// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AcceptPatterns.h"

#include "models/Preferences.h"
#include "wording/Problems.h"

namespace sgn::models {

using namespace Qt::StringLiterals;

AcceptPatterns::AcceptPatterns(core::Panel &panel, QObject *parent)
    : QObject(parent)
    , m_panel(panel)
{}

void AcceptPatterns::keepIn(Preferences &preferences)
{
    if (const QStringList patterns = preferences.accept(); m_panel.config().accept.isEmpty() && !patterns.isEmpty()) {
        choose(patterns.join(u", "));
    }
    m_preferences = &preferences;
}

QString AcceptPatterns::text() const
{
    return m_panel.config().accept.join(u", ");
}

QString AcceptPatterns::error() const
{
    return m_problem ? wording::standing(wording::sentence(*m_problem)) : QString();
}

void AcceptPatterns::choose(const QString &text)
{
    QStringList patterns;
    for (const QString &part : text.split(u',')) {
        if (const QString pattern = part.simplified(); !pattern.isEmpty()) {
            patterns += pattern;
        }
    }
    const records::Expected<> used = m_panel.setAccept(patterns);
    m_problem = used ? std::nullopt : std::optional(used.error());
    if (used && m_preferences) {
        m_preferences->setAccept(patterns);
    }
    Q_EMIT changed();
}

} // namespace sgn::models
