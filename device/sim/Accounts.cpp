// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/Accounts.h"

#include "xmpp/Jid.h"

#include <QSet>

namespace sgn::sim {

using namespace Qt::StringLiterals;

Result<QList<DeviceAccount>> parseAccounts(const QByteArray &text, const QString &panelJid)
{
    QList<DeviceAccount> accounts;
    QSet<QString> seen;
    const QStringList lines = QString::fromUtf8(text).split(u'\n');
    for (qsizetype number = 0; number < lines.size(); ++number) {
        const QString line = lines.at(number).trimmed();
        if (line.isEmpty() || line.startsWith(u'#')) {
            continue;
        }
        // The line itself isn't shown: it may hold a password.
        const qsizetype colon = line.indexOf(u':');
        const QString jid = line.left(colon);
        if (colon < 0 || colon + 1 == line.size() || !xmpp::isBareAccountJid(jid)) {
            return fail(ErrorCode::BadFile, u"line %1 isn't JID:PASSWORD"_s.arg(number + 1));
        }
        const QString bare = xmpp::bareJid(jid);
        if (seen.contains(bare)) {
            return fail(ErrorCode::BadFile, u"line %1: the account %2 comes twice"_s.arg(number + 1).arg(bare));
        }
        seen.insert(bare);
        if (bare != panelJid) {
            accounts += {bare, line.sliced(colon + 1)};
        }
    }
    return accounts;
}

} // namespace sgn::sim
