// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TimelineModel.h"

#include "core/Panel.h"
#include "models/ActivityModel.h"
#include "models/Age.h"
#include "wording/Activity.h"

namespace sgn::models {

TimelineModel::TimelineModel(core::Panel &panel, const Clock &clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_panel(panel)
    , m_clock(clock)
{
    connect(&panel, &core::Panel::activityAdded, this, &TimelineModel::add);
    connect(&m_flush, &QFutureWatcherBase::finished, this, &TimelineModel::load);
}

void TimelineModel::setJid(const QString &jid)
{
    m_jid = jid;
    load();
    // What happened a moment ago may not be in the store yet.
    m_flush.setFuture(m_panel.store().flush());
}

void TimelineModel::load()
{
    QList<records::ActivityEntry> entries;
    if (!m_jid.isEmpty()) {
        records::ActivityFilter filter;
        filter.jid = m_jid;
        filter.limit = maxLines;
        entries = m_panel.store().activity(filter);
    }
    if (entries == m_entries) {
        return;
    }
    beginResetModel();
    m_entries = entries;
    endResetModel();
}

void TimelineModel::refreshTexts()
{
    if (!m_entries.isEmpty()) {
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
    }
}

int TimelineModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

QVariant TimelineModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const records::ActivityEntry &entry = m_entries.at(index.row());
    switch (role) {
    case TimeRole:
        return momentText(entry.at, m_clock.wallUtc());
    case MomentRole:
        return fullMomentText(entry.at);
    case Qt::DisplayRole:
    case TextRole:
        return wording::describe(entry);
    case ToneRole:
        return static_cast<int>(ActivityModel::tone(entry.kind));
    default:
        return {};
    }
}

QHash<int, QByteArray> TimelineModel::roleNames() const
{
    return {{TimeRole, "time"}, {TextRole, "text"}, {ToneRole, "tone"}, {MomentRole, "moment"}};
}

void TimelineModel::add(const records::ActivityEntry &entry)
{
    if (m_jid.isEmpty() || entry.jid != m_jid) {
        return;
    }
    beginInsertRows({}, 0, 0);
    m_entries.prepend(entry);
    endInsertRows();
    if (m_entries.size() > maxLines) {
        beginRemoveRows({}, maxLines, maxLines);
        m_entries.removeLast();
        endRemoveRows();
    }
}

} // namespace sgn::models
