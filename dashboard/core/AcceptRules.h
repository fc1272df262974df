// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"

#include <QList>
#include <QRegularExpression>
#include <QString>
#include <QStringList>

namespace sgn::core {

// Patterns of JIDs: "altimeter_*" is of the panel's own server, "altimeter_*@other.example" of that one. `*` stands for
// any characters, `?` for one, in the local part only, so that no pattern takes in servers that it doesn't name.
class AcceptRules
{
public:
    AcceptRules() = default;

    // BadRequest with the first pattern that is none.
    [[nodiscard]] static records::Expected<AcceptRules> parse(const QStringList &patterns, const QString &ownDomain);

    [[nodiscard]] bool isEmpty() const { return m_rules.isEmpty(); }
    [[nodiscard]] bool accepts(const QString &bareJid) const;

private:
    struct Rule
    {
        QRegularExpression localPart;
        QString domain;
    };

    QList<Rule> m_rules;
};

} // namespace sgn::core
