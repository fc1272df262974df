// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

namespace sgn::models {

// What an operator has chosen of a table's columns, by their ids (Column::id); empty where nothing was chosen.
struct ColumnChoice
{
    QStringList order; // columns that aren't named keep their places
    QStringList hidden;
    QHash<QString, int> widths; // device-independent pixels

    friend bool operator==(const ColumnChoice &, const ColumnChoice &) = default;
};

// Which column of the table is shown at each place: those that `order` names share their places in its order, all
// others and the first one stay where they are. Pure.
[[nodiscard]] QList<int> arranged(const QStringList &ids, const QStringList &order);

// JSON, for the settings of this machine; reading takes what it can.
[[nodiscard]] QString toText(const ColumnChoice &choice);
[[nodiscard]] ColumnChoice columnChoiceFrom(const QString &text);

} // namespace sgn::models
