// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Jid.h"

#include <algorithm>

namespace sgn::xmpp {

namespace {

constexpr qsizetype maxPartBytes = 1023;

QStringView withoutResource(QStringView jid)
{
    const qsizetype slash = jid.indexOf(u'/');
    return slash < 0 ? jid : jid.first(slash);
}

bool isForbidden(QChar c)
{
    return c.unicode() <= 0x20 || c.unicode() == 0x7f || c.isSpace() || c.category() == QChar::Other_Control ||
           c.category() == QChar::Other_Format;
}

bool isPart(QStringView part, QStringView alsoForbidden)
{
    return !part.isEmpty() && part.toUtf8().size() <= maxPartBytes &&
           std::none_of(part.begin(), part.end(),
                        [alsoForbidden](QChar c) { return isForbidden(c) || alsoForbidden.contains(c); });
}

} // namespace

QString bareJid(QStringView jid)
{
    QString bare = withoutResource(jid).toString();
    for (QChar &c : bare) {
        if (c >= u'A' && c <= u'Z') {
            c = QChar(char16_t(c.unicode() + (u'a' - u'A')));
        }
    }
    return bare;
}

QString resourceOf(QStringView jid)
{
    const qsizetype slash = jid.indexOf(u'/');
    return slash < 0 ? QString() : jid.sliced(slash + 1).toString();
}

QString domainOf(QStringView jid)
{
    const QStringView bare = withoutResource(jid);
    return bare.sliced(bare.indexOf(u'@') + 1).toString();
}

QString localPartOf(QStringView jid)
{
    const QStringView bare = withoutResource(jid);
    const qsizetype at = bare.indexOf(u'@');
    return at < 0 ? QString() : bare.first(at).toString();
}

bool isBareAccountJid(QStringView jid)
{
    const qsizetype at = jid.indexOf(u'@');
    return at > 0 && isPart(jid.first(at), u"\"&'/:<>@") && isPart(jid.sliced(at + 1), u"\"&'/<>@\\");
}

} // namespace sgn::xmpp
