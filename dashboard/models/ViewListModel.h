// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/SharedViews.h"
#include "models/FleetFilter.h"

#include <QAbstractListModel>
#include <QStringList>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// The views of the fleet that operators have saved, one row each, and what is done with them.
class ViewListModel final : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
    // The view that the table shows now; empty: none of them.
    Q_PROPERTY(QString current READ current NOTIFY currentChanged FINAL)
    // What the table shows now is narrowed and has no name.
    Q_PROPERTY(bool savable READ isSavable NOTIFY currentChanged FINAL)

public:
    enum Roles { NameRole = Qt::UserRole + 1, CurrentRole };

    // Both outlive the model.
    ViewListModel(core::SharedViews &views, FleetFilter &fleet, QObject *parent = nullptr);

    [[nodiscard]] int count() const { return static_cast<int>(m_names.size()); }
    [[nodiscard]] QString current() const { return m_current; }
    [[nodiscard]] bool isSavable() const;

    Q_INVOKABLE void show(const QString &name);
    // The present view, under this name.
    Q_INVOKABLE void save(const QString &name);
    // Whether another view has this name.
    Q_INVOKABLE bool isTaken(const QString &name) const;
    Q_INVOKABLE void remove(const QString &name);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void countChanged();
    void currentChanged();
    // What became of save().
    void notified(const QString &text, bool isError);

private:
    void reload();
    void findCurrent();

    core::SharedViews &m_views;
    FleetFilter &m_fleet;
    QStringList m_names;
    QString m_current;
};

} // namespace sgn::models
