// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/NewcomersModel.h"

#include "models/Age.h"
#include "xmpp/Jid.h"

#include <algorithm>

namespace sgn::models {

using namespace Qt::StringLiterals;

NewcomersModel::NewcomersModel(const core::Newcomers &newcomers, const Clock &clock, QObject *parent)
    : TableModel(parent)
    , m_newcomers(newcomers)
    , m_clock(clock)
    , m_rows(newcomers.all())
{
    connect(&newcomers, &core::Newcomers::changed, this, &NewcomersModel::update);
}

int NewcomersModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int NewcomersModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

Column NewcomersModel::column(int index) const
{
    switch (index) {
    case AccountColumn:
        return {.id = u"account"_s, .title = tr("Account"), .width = 160, .minimumWidth = 96};
    case ServerColumn:
        return {.id = u"server"_s, .title = tr("Server"), .width = 140, .minimumWidth = 80};
    case IdColumn:
        return {.id = u"id"_s, .title = tr("Id"), .width = 136};
    case FirstSeenColumn:
        return {.id = u"first"_s, .title = tr("First seen"), .width = 112};
    case LastSeenColumn:
        return {.id = u"last"_s, .title = tr("Last seen"), .width = 112};
    default:
        return {.id = u"message"_s, .title = tr("First message"), .width = 160, .minimumWidth = 120, .grows = true};
    }
}

Cell NewcomersModel::cell(int row, int column) const
{
    const records::Newcomer &newcomer = m_rows.at(row);
    Cell cell;
    switch (column) {
    case AccountColumn:
        cell.text = xmpp::localPartOf(newcomer.jid);
        cell.hint = newcomer.jid;
        break;
    case ServerColumn:
        cell.text = xmpp::domainOf(newcomer.jid);
        break;
    case IdColumn:
        cell.text = newcomer.claimedId.isEmpty() ? u"–"_s : newcomer.claimedId;
        cell.tone = Cell::Muted;
        break;
    case FirstSeenColumn:
        return timeCell(newcomer.firstSeen);
    case LastSeenColumn:
        return timeCell(newcomer.lastSeen);
    default:
        return messageCell(newcomer);
    }
    return cell;
}

Cell NewcomersModel::timeCell(const QDateTime &time) const
{
    Cell cell;
    cell.text = ageText(time, m_clock.wallUtc());
    cell.hint = fullMomentText(time);
    cell.tone = Cell::Muted;
    return cell;
}

Cell NewcomersModel::messageCell(const records::Newcomer &newcomer) const
{
    Cell cell;
    cell.tone = Cell::Muted;
    if (newcomer.retiredAt.isValid()) {
        cell.text = tr("Was removed from the fleet on %1").arg(fullMomentText(newcomer.retiredAt));
    } else if (!newcomer.message.isEmpty()) {
        cell.text = newcomer.message;
        cell.mono = true;
    } else if (newcomer.isAsking) {
        cell.text = tr("Requests to see the panel's presence");
    } else {
        cell.text = tr("Is online");
    }
    cell.hint = cell.text;
    return cell;
}

QString NewcomersModel::key(int row) const
{
    return m_rows.at(row).jid;
}

int NewcomersModel::rowOf(const QString &wanted) const
{
    const auto found = std::ranges::lower_bound(m_rows, wanted, {}, &records::Newcomer::jid);
    return found != m_rows.end() && found->jid == wanted ? static_cast<int>(found - m_rows.begin()) : -1;
}

SortKey NewcomersModel::sortKey(int row, int column) const
{
    const records::Newcomer &newcomer = m_rows.at(row);
    if (column == FirstSeenColumn) {
        return {.number = sortNumberOfAge(newcomer.firstSeen)};
    }
    if (column == LastSeenColumn) {
        return {.number = sortNumberOfAge(newcomer.lastSeen)};
    }
    return TableModel::sortKey(row, column);
}

void NewcomersModel::update()
{
    removeGone();
    const QList<records::Newcomer> wanted = m_newcomers.all();
    QList<int> changed;
    for (int row = 0; row < wanted.size(); ++row) {
        if (row >= m_rows.size() || m_rows.at(row).jid != wanted.at(row).jid) {
            insertNew(wanted, row);
        } else if (m_rows.at(row) != wanted.at(row)) {
            m_rows[row] = wanted.at(row);
            changed += row;
        }
    }
    notifyChanged(changed);
}

// Neighbours together: there may be thousands.
void NewcomersModel::removeGone()
{
    int end = static_cast<int>(m_rows.size());
    while (end > 0) {
        int first = end;
        while (first > 0 && !m_newcomers.contains(m_rows.at(first - 1).jid)) {
            --first;
        }
        if (first < end) {
            beginRemoveRows({}, first, end - 1);
            m_rows.remove(first, end - first);
            endRemoveRows();
        }
        end = first - 1;
    }
}

void NewcomersModel::insertNew(const QList<records::Newcomer> &wanted, int row)
{
    const bool isLast = row >= m_rows.size();
    const QString next = isLast ? QString() : m_rows.at(row).jid;
    int end = row;
    while (end < wanted.size() && (isLast || wanted.at(end).jid != next)) {
        ++end;
    }
    beginInsertRows({}, row, end - 1);
    for (int i = row; i < end; ++i) {
        m_rows.insert(i, wanted.at(i));
    }
    endInsertRows();
}

} // namespace sgn::models
