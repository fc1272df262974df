// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/OtherWriters.h"

#include "store/StoreSql.h"

namespace sgn::store {

using namespace Qt::StringLiterals;

Outcome OtherWriters::look(const QDateTime &now)
{
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.prepare(u"PRAGMA data_version"_s);
    if (Outcome outcome = sql::run(query, u"looking for other programs"_s); !outcome) {
        return outcome;
    }
    const qint64 version = query.next() ? query.value(0).toLongLong() : -1;
    if (version != m_version || version < 0) {
        m_version = version;
        m_until = now.addMSecs(sameEvent.count());
    }
    return {};
}

} // namespace sgn::store
