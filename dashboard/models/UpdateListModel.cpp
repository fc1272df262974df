// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/UpdateListModel.h"

#include "models/Age.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace sgn::models {

QString updateTitle(const records::IssuedCommand &record)
{
    if (!record.title.isEmpty()) {
        return record.title;
    }
    const auto *update = std::get_if<UpdateCommand>(&record.command.body);
    return update ? QString(folderName(update->component)) : commandName(record.command.body);
}

QString updateVersions(const CommandBody &body)
{
    if (std::holds_alternative<CaCertUpdate>(body)) {
        return QCoreApplication::translate("UpdateVersions", "CA file");
    }
    if (std::holds_alternative<Rollback>(body)) {
        return QCoreApplication::translate("UpdateVersions", "back to the previous release");
    }
    const auto *update = std::get_if<UpdateCommand>(&body);
    if (!update) {
        return {};
    }
    if (update->processes.isEmpty()) {
        return QCoreApplication::translate("UpdateVersions", "version %1").arg(update->version);
    }
    QStringList parts;
    for (const ProcessVersion &process : update->processes) {
        parts.append(process.name + u' ' + QString::number(process.version));
    }
    return parts.join(u", "_s);
}

UpdateListModel::UpdateListModel(core::CommandLog &commands, const Clock &clock, QObject *parent)
    : TableModel(parent)
    , m_commands(commands)
    , m_clock(clock)
{
    connect(&commands, &core::CommandLog::reset, this, &UpdateListModel::rewind);
    connect(&commands, &core::CommandLog::commandAdded, this, &UpdateListModel::add);
    connect(&commands, &core::CommandLog::commandChanged, this, [this](CommandNo number) {
        const qsizetype row = m_numbers.indexOf(number);
        if (row >= 0) {
            notifyChanged({static_cast<int>(row)});
        }
    });
    rewind();
}

int UpdateListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_numbers.size());
}

int UpdateListModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

Column UpdateListModel::column(int index) const
{
    switch (index) {
    case NumberColumn:
        return {.id = u"number"_s, .title = tr("Number"), .width = 104};
    case TitleColumn:
        return {.id = u"update"_s, .title = tr("Update"), .width = 150};
    case VersionsColumn:
        return {.id = u"versions"_s, .title = tr("Versions"), .width = 140, .minimumWidth = 100, .grows = true};
    case StartedColumn:
        return {.id = u"started"_s, .title = tr("Started"), .width = 112};
    default:
        return {.id = u"result"_s, .title = tr("Result"), .width = 224};
    }
}

Cell UpdateListModel::cell(int row, int column) const
{
    Cell cell;
    const records::IssuedCommand *shown = record(row);
    if (!shown) {
        return cell;
    }
    switch (column) {
    case NumberColumn:
        cell.text = QString::number(shown->number);
        cell.tone = Cell::Muted;
        break;
    case TitleColumn:
        cell.text = updateTitle(*shown);
        cell.hint = records::fileAddress(shown->command.body).toDisplayString();
        break;
    case VersionsColumn:
        cell.text = updateVersions(shown->command.body);
        cell.hint = cell.text;
        break;
    case StartedColumn:
        cell.text = momentText(shown->createdAt, m_clock.wallUtc());
        cell.hint = fullMomentText(shown->createdAt);
        cell.tone = Cell::Muted;
        break;
    default: {
        const records::CommandCounts &counts = shown->counts;
        const int done = counts.in(records::TargetState::Done);
        const int failed = counts.in(records::TargetState::Failed) + counts.in(records::TargetState::Expired);
        if (counts.open() > 0) {
            cell.progress = counts.total() > 0 ? static_cast<double>(done + failed) / counts.total() : 0;
            cell.text = tr("%1 of %2 done").arg(done).arg(counts.total());
            if (failed > 0) {
                cell.text += tr(", %n failed", nullptr, failed);
            }
        } else if (failed == 0) {
            cell.text = tr("done on %n device(s)", nullptr, done);
            cell.tone = Cell::Good;
        } else {
            cell.text = tr("%1 of %2 failed").arg(failed).arg(counts.total());
            cell.tone = Cell::Bad;
        }
        break;
    }
    }
    return cell;
}

QString UpdateListModel::key(int row) const
{
    return QString::number(m_numbers.at(row));
}

SortKey UpdateListModel::sortKey(int row, int column) const
{
    if (column == NumberColumn) {
        return {.number = m_numbers.at(row)};
    }
    if (column == StartedColumn) {
        const records::IssuedCommand *issued = record(row);
        return {.number = sortNumberOf(issued ? issued->createdAt : QDateTime())};
    }
    return TableModel::sortKey(row, column);
}

void UpdateListModel::rewind()
{
    beginResetModel();
    m_numbers.clear();
    const QList<CommandNo> all = m_commands.numbers();
    for (auto number = all.crbegin(); number != all.crend(); ++number) {
        const records::IssuedCommand *candidate = m_commands.find(*number);
        if (candidate && records::isInstallation(candidate->command.body)) {
            m_numbers.append(*number);
        }
    }
    endResetModel();
}

void UpdateListModel::add(CommandNo number)
{
    const records::IssuedCommand *added = m_commands.find(number);
    if (!added || !records::isInstallation(added->command.body) || m_numbers.contains(number)) {
        return;
    }
    beginInsertRows({}, static_cast<int>(m_numbers.size()), static_cast<int>(m_numbers.size()));
    m_numbers.append(number);
    endInsertRows();
}

} // namespace sgn::models
