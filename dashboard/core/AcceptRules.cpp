// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/AcceptRules.h"

#include "xmpp/Jid.h"

#include <algorithm>

namespace sgn::core {

using namespace Qt::StringLiterals;

namespace {

// Not QRegularExpression::fromWildcard(), to which brackets mean something.
QRegularExpression expressionOf(const QString &pattern)
{
    QString expression;
    for (const QChar c : pattern) {
        expression += c == u'*' ? u".*"_s : c == u'?' ? u"."_s : QRegularExpression::escape(c);
    }
    return QRegularExpression(QRegularExpression::anchoredPattern(expression));
}

} // namespace

records::Expected<AcceptRules> AcceptRules::parse(const QStringList &patterns, const QString &ownDomain)
{
    AcceptRules rules;
    for (const QString &pattern : patterns) {
        const QString whole = pattern.contains(u'@') ? pattern : pattern + u'@' + ownDomain;
        // With its wildcards replaced, a pattern is a JID.
        QString example = whole;
        example.replace(u'*', u'x').replace(u'?', u'x');
        const QString domain = xmpp::domainOf(whole);
        if (!xmpp::isBareAccountJid(example) || domain.contains(u'*') || domain.contains(u'?')) {
            return records::fail(ErrorCode::BadRequest, records::FactCode::BadAcceptPattern, {pattern});
        }
        rules.m_rules += Rule{expressionOf(xmpp::localPartOf(xmpp::bareJid(whole))), xmpp::bareJid(domain)};
    }
    return rules;
}

bool AcceptRules::accepts(const QString &bareJid) const
{
    const QString domain = xmpp::domainOf(bareJid);
    return std::ranges::any_of(m_rules, [&](const Rule &rule) {
        return rule.domain == domain && rule.localPart.match(xmpp::localPartOf(bareJid)).hasMatch();
    });
}

} // namespace sgn::core
