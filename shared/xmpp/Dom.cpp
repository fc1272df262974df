// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Dom.h"

#include "xmpp/Namespaces.h"

#include <utility>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

struct KnownCondition
{
    QStringView name;
    ErrorCode code = ErrorCode::Internal;
    QStringView words;
};

constexpr KnownCondition knownConditions[] = {
    {u"item-not-found", ErrorCode::NotFound, u"not found"},
    {u"remote-server-not-found", ErrorCode::NotFound, u"that server cannot be found"},
    {u"remote-server-timeout", ErrorCode::Timeout, u"that server doesn't answer"},
    {u"service-unavailable", ErrorCode::Refused, u"no such account or service, or it doesn't take this"},
    {u"recipient-unavailable", ErrorCode::Refused, u"the receiver is no longer connected"},
    {u"not-acceptable", ErrorCode::Refused, u"not acceptable to the server"},
    {u"not-allowed", ErrorCode::Refused, u"not allowed by the server"},
    {u"forbidden", ErrorCode::Refused, u"forbidden by the server"},
    {u"resource-constraint", ErrorCode::Refused, u"the server has no room or time for this now"},
    {u"policy-violation", ErrorCode::Refused, u"against the server's policy"},
    {u"feature-not-implemented", ErrorCode::Refused, u"the server doesn't offer this"},
};

// Text of others, for one log line or one cell of a table.
constexpr qsizetype maxForeignText = 200;

} // namespace

bool isElement(const QDomElement &element, QStringView name, QStringView nameSpace)
{
    return element.tagName() == name && element.namespaceURI() == nameSpace;
}

QDomElement child(const QDomElement &parent, QStringView name, QStringView nameSpace)
{
    for (QDomElement element = parent.firstChildElement(); !element.isNull(); element = element.nextSiblingElement()) {
        if (isElement(element, name, nameSpace)) {
            return element;
        }
    }
    return {};
}

QString plainText(const QDomElement &element)
{
    QString text;
    for (QDomNode node = element.firstChild(); !node.isNull(); node = node.nextSibling()) {
        // CDATA is text, too.
        if (node.isText()) {
            text += node.nodeValue();
        }
    }
    return text;
}

QDateTime dateTime(const QString &text)
{
    const QDateTime parsed = QDateTime::fromString(text, Qt::ISODateWithMs);
    // Without an offset it would be taken for local time.
    if (!parsed.isValid() || parsed.timeSpec() == Qt::LocalTime) {
        return {};
    }
    return parsed.toUTC();
}

Error stanzaError(const QDomElement &stanza)
{
    const QDomElement error = child(stanza, u"error", ns::client);
    Error result{ErrorCode::Refused, u"refused without a reason"_s};
    for (QDomElement element = error.firstChildElement(); !element.isNull(); element = element.nextSiblingElement()) {
        if (element.namespaceURI() != ns::stanzaErrors || element.tagName() == u"text") {
            continue;
        }
        result.message = element.tagName().left(maxForeignText);
        for (const KnownCondition &known : knownConditions) {
            if (element.tagName() == known.name) {
                result = {known.code, known.words.toString()};
            }
        }
        break;
    }
    const QString text = plainText(child(error, u"text", ns::stanzaErrors)).simplified();
    if (!text.isEmpty()) {
        result.message += u" ("_s + text.left(maxForeignText) + u')';
    }
    return result;
}

} // namespace sgn::xmpp
