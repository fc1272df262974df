// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/Account.h"

#include "xmpp/Jid.h"

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

QString Account::describe() const
{
    return bareJid(jid) + u" at "_s + connectHost() + (port != 0 ? u':' + QString::number(port) : QString());
}

QString Account::connectHost() const
{
    return host.isEmpty() ? domainOf(jid) : host;
}

} // namespace sgn::xmpp
