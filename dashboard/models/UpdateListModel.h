// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/CommandLog.h"
#include "models/TableModel.h"

namespace sgn::models {

// What an update is called: its title, or the component's folder.
[[nodiscard]] QString updateTitle(const records::IssuedCommand &record);
// "ocr 2, uplink 3" or "version 4".
[[nodiscard]] QString updateVersions(const CommandBody &body);

// Every update, one row each. Key: its number.
class UpdateListModel final : public TableModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    enum Columns { TitleColumn, VersionsColumn, StartedColumn, StateColumn, NumberColumn, ColumnCount };

    // Both outlive the model.
    UpdateListModel(core::CommandLog &commands, const Clock &clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] Column column(int index) const override;
    [[nodiscard]] Cell cell(int row, int column) const override;
    [[nodiscard]] QString key(int row) const override;
    [[nodiscard]] SortKey sortKey(int row, int column) const override;

private:
    void rewind();
    void add(CommandNo number);
    [[nodiscard]] const records::IssuedCommand *record(int row) const { return m_commands.find(m_numbers.at(row)); }

    core::CommandLog &m_commands;
    const Clock &m_clock;
    QList<CommandNo> m_numbers; // oldest first
};

} // namespace sgn::models
