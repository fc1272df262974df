// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Fleet.h"

#include <QAbstractListModel>
#include <QTimer>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// Who runs what: one row per process and version, the newest version of a process first.
class VersionModel final : public QAbstractListModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    enum Role { ProcessRole = Qt::UserRole, VersionRole, CountRole, ShareRole, NewestRole };

    // Outlives the model.
    explicit VersionModel(core::Fleet &fleet, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

private:
    struct Row
    {
        QString process;
        QString version;
        int count = 0;
        int total = 0; // devices with this process
        bool newest = false;
    };

    void update();

    core::Fleet &m_fleet;
    QList<Row> m_rows;
    QTimer m_timer;
};

} // namespace sgn::models
