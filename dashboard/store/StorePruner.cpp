// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/StorePruner.h"

#include "store/StoreSql.h"

namespace sgn::store {

using namespace Qt::StringLiterals;

const std::array<StorePruner::Step, 7> StorePruner::steps{
    &StorePruner::removeOldLines,    &StorePruner::removeSurplusLines,    &StorePruner::removeLinesOfTalkativeDevices,
    &StorePruner::removeOldCommands, &StorePruner::removeSurplusCommands, &StorePruner::removeSurplusTargets,
    &StorePruner::removeOldItems,
};

StorePruner::StorePruner(const QSqlDatabase &database, const Retention &retention, const QDateTime &now)
    : m_database(database)
    , m_retention(retention)
    , m_oldest(retention.days > 0 ? now.addDays(-retention.days) : QDateTime())
{}

Result<bool> StorePruner::removeSlice()
{
    if (m_step == steps.size()) {
        return false;
    }
    sql::Transaction transaction(m_database);
    if (Outcome outcome = transaction.begin(); !outcome) {
        return fail(std::move(outcome).error());
    }
    const Result<int> removed = (this->*steps.at(m_step))();
    if (!removed) {
        return fail(removed.error());
    }
    if (Outcome outcome = transaction.commit(); !outcome) {
        return fail(std::move(outcome).error());
    }
    if (*removed == 0) {
        ++m_step;
    }
    return m_step < steps.size();
}

Result<int> StorePruner::removeOldLines()
{
    return m_oldest.isValid() ? removeLines(u"at<? ORDER BY at"_s, {sql::fromTime(m_oldest)}) : 0;
}

Result<int> StorePruner::removeSurplusLines()
{
    // By their times: those of a batch are written in another order.
    return removeLines(
        u"(at, id)<=(SELECT at, id FROM activity ORDER BY at DESC, id DESC LIMIT 1 OFFSET ?) ORDER BY at, id"_s,
        {m_retention.lines});
}

Result<int> StorePruner::removeLinesOfTalkativeDevices()
{
    if (!m_isTalkativeKnown) {
        Result<QStringList> jids = talkativeDevices();
        if (!jids) {
            return fail(std::move(jids).error());
        }
        m_talkative = *std::move(jids);
        m_isTalkativeKnown = true;
    }
    while (!m_talkative.isEmpty()) {
        const QString jid = m_talkative.constLast();
        Result<int> removed =
            removeLines(u"jid=? AND id<=(SELECT id FROM activity WHERE jid=? ORDER BY id DESC LIMIT 1 OFFSET ?)"_s,
                        {jid, jid, m_retention.linesPerDevice});
        if (!removed || *removed > 0) {
            return removed;
        }
        m_talkative.removeLast();
    }
    return 0;
}

Result<QStringList> StorePruner::talkativeDevices()
{
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.prepare(u"SELECT jid FROM activity WHERE jid<>'' GROUP BY jid HAVING count(*)>?"_s);
    query.addBindValue(m_retention.linesPerDevice);
    if (Outcome outcome = sql::run(query, u"counting the lines of devices"_s); !outcome) {
        return fail(std::move(outcome).error());
    }
    QStringList jids;
    while (query.next()) {
        jids += query.value(0).toString();
    }
    return jids;
}

Result<int> StorePruner::removeLines(const QString &which, const QVariantList &values)
{
    return remove(
        u"DELETE FROM activity WHERE id IN (SELECT id FROM activity WHERE %1 LIMIT %2)"_s.arg(which).arg(rowsPerSlice),
        values);
}

Result<int> StorePruner::removeOldCommands()
{
    return m_oldest.isValid() ? removeOldestCommand(u"created<?"_s, {sql::fromTime(m_oldest)}) : 0;
}

Result<int> StorePruner::removeSurplusCommands()
{
    return removeOldestCommand(
        u"created<=(SELECT created FROM commands ORDER BY created DESC, number DESC LIMIT 1 OFFSET ?)"_s,
        {m_retention.commands});
}

Result<int> StorePruner::removeSurplusTargets()
{
    if (m_targets < 0) {
        const Result<QVariant> count = value(u"SELECT count(*) FROM command_targets"_s, {});
        if (!count) {
            return fail(count.error());
        }
        m_targets = count->toLongLong();
    }
    if (m_targets <= m_retention.targets) {
        return 0;
    }
    const Result<int> removed = removeOldestCommand(u"1"_s, {});
    m_targets -= removed.value_or(0);
    return removed;
}

Result<int> StorePruner::removeOldItems()
{
    return m_oldest.isValid()
               ? remove(u"DELETE FROM items WHERE (node, id) IN (SELECT node, id FROM items WHERE at<? LIMIT %1)"_s.arg(
                            rowsPerSlice),
                        {sql::fromTime(m_oldest)})
               : 0;
}

Result<int> StorePruner::removeOldestCommand(const QString &condition, const QVariantList &values)
{
    const Result<QVariant> number =
        value(u"SELECT number FROM commands WHERE %1 AND number NOT IN (SELECT number FROM command_targets WHERE "
              "finished IS NULL) ORDER BY created, number LIMIT 1"_s.arg(condition),
              values);
    if (!number || number->isNull()) {
        return number ? Result<int>(0) : fail(number.error());
    }
    const Result<int> targets = remove(u"DELETE FROM command_targets WHERE number=? AND jid IN (SELECT jid FROM "
                                       "command_targets WHERE number=? LIMIT %1)"_s.arg(rowsPerSlice),
                                       {*number, *number});
    if (!targets || *targets == rowsPerSlice) {
        return targets;
    }
    return remove(u"DELETE FROM commands WHERE number=?"_s, {*number}).transform([&targets](int commands) {
        return *targets + commands;
    });
}

Result<QVariant> StorePruner::value(const QString &text, const QVariantList &values)
{
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    query.prepare(text);
    for (const QVariant &each : values) {
        query.addBindValue(each);
    }
    if (Outcome outcome = sql::run(query, u"looking for what is old"_s); !outcome) {
        return fail(std::move(outcome).error());
    }
    return query.next() ? query.value(0) : QVariant();
}

Result<int> StorePruner::remove(const QString &statement, const QVariantList &values)
{
    QSqlQuery query(m_database);
    query.prepare(statement);
    for (const QVariant &each : values) {
        query.addBindValue(each);
    }
    if (Outcome outcome = sql::run(query, u"removing what is old"_s); !outcome) {
        return fail(std::move(outcome).error());
    }
    return query.numRowsAffected();
}

} // namespace sgn::store
