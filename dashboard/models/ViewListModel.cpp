// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ViewListModel.h"

#include "wording/Problems.h"

#include <algorithm>

namespace sgn::models {

ViewListModel::ViewListModel(core::SharedViews &views, FleetFilter &fleet, QObject *parent)
    : QAbstractListModel(parent)
    , m_views(views)
    , m_fleet(fleet)
    , m_names(views.names())
{
    connect(&m_views, &core::SharedViews::changed, this, &ViewListModel::reload);
    connect(&m_fleet, &FleetFilter::filterChanged, this, &ViewListModel::findCurrent);
}

bool ViewListModel::isSavable() const
{
    return m_current.isEmpty() && m_fleet.isNarrowed();
}

void ViewListModel::show(const QString &name)
{
    m_fleet.show(m_views.content(name));
}

void ViewListModel::save(const QString &name)
{
    const records::Expected<> saved = m_views.save(name, m_fleet.content());
    if (!saved) {
        Q_EMIT notified(wording::standing(wording::sentence(saved.error())), true);
    }
}

bool ViewListModel::isTaken(const QString &name) const
{
    return m_names.contains(name.simplified());
}

void ViewListModel::remove(const QString &name)
{
    m_views.remove(name);
}

void ViewListModel::reload()
{
    const QStringList names = m_views.names();
    if (names != m_names) {
        beginResetModel();
        m_names = names;
        endResetModel();
        Q_EMIT countChanged();
    }
    findCurrent();
}

void ViewListModel::findCurrent()
{
    const records::ViewContent shown = m_fleet.content();
    const auto found =
        std::ranges::find_if(m_names, [&](const QString &name) { return m_views.content(name) == shown; });
    m_current = shown.isEmpty() || found == m_names.end() ? QString() : *found;
    if (!m_names.isEmpty()) {
        Q_EMIT dataChanged(index(0), index(count() - 1), {CurrentRole});
    }
    Q_EMIT currentChanged();
}

int ViewListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant ViewListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const QString &name = m_names.at(index.row());
    return role == NameRole || role == Qt::DisplayRole ? QVariant(name)
           : role == CurrentRole                       ? QVariant(name == m_current)
                                                       : QVariant();
}

QHash<int, QByteArray> ViewListModel::roleNames() const
{
    return {{NameRole, "name"}, {CurrentRole, "current"}};
}

} // namespace sgn::models
