// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "models/TableModel.h"
#include "records/Activity.h"

#include <optional>

namespace sgn::core {
class Panel;
}

namespace sgn::models {

// Everything sent and answered, as far back as the newest maxRows lines. Rows are kept oldest first.
class ActivityModel final : public TableModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    static constexpr int maxRows = 2000;

    // Both outlive the model.
    ActivityModel(core::Panel &panel, const Clock &clock, QObject *parent = nullptr);

    [[nodiscard]] static Cell::Tone tone(records::ActivityKind kind);

    // Nothing if there is no such row any more.
    [[nodiscard]] std::optional<records::ActivityEntry> entry(const QString &key) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] Column column(int index) const override;
    [[nodiscard]] Cell cell(int row, int column) const override;
    [[nodiscard]] QString key(int row) const override;
    [[nodiscard]] SortKey sortKey(int row, int column) const override;

private:
    enum Columns { TimeColumn, DeviceColumn, NumberColumn, TextColumn, ColumnCount };
    struct Row
    {
        qint64 key = 0;
        records::ActivityEntry entry;
    };

    void add(const records::ActivityEntry &entry);

    core::Panel &m_panel;
    const Clock &m_clock;
    QList<Row> m_rows;
    qint64 m_nextKey = 1;
};

} // namespace sgn::models
