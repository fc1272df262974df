// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Activity.h"
#include "records/CommandState.h"
#include "records/Device.h"
#include "records/LogDelivery.h"
#include "records/Newcomer.h"
#include "records/SharedEntries.h"
#include "records/TextPool.h"

#include <memory>
#include <optional>
#include <QHash>
#include <QSqlDatabase>
#include <vector>

namespace sgn::store {

// The reading side of the store, and the counters that have to be durable before they are used. Its connection belongs
// to the thread that made it. What Store documents for its functions of the same names.
class StoreReader
{
public:
    explicit StoreReader(const QSqlDatabase &database);
    ~StoreReader();
    StoreReader(const StoreReader &) = delete;
    StoreReader &operator=(const StoreReader &) = delete;

    // Takes `count` numbers from a counter of the store and returns the first.
    [[nodiscard]] records::Expected<qint64> allocate(const QString &counter, qint64 count);

    [[nodiscard]] std::vector<records::Device> devices() const;
    [[nodiscard]] QHash<QString, QDateTime> retiredDevices() const;
    [[nodiscard]] std::optional<records::Device> retiredDevice(const QString &jid) const;
    [[nodiscard]] QList<records::Newcomer> newcomers() const;
    [[nodiscard]] records::SharedEntries sharedEntries() const;
    [[nodiscard]] QList<records::IssuedCommand> commands(int limit) const;
    [[nodiscard]] QList<records::CommandTarget> targets(CommandNo number) const;
    [[nodiscard]] QList<CommandNo> openCommands() const;
    [[nodiscard]] std::optional<records::IssuedCommand> command(CommandNo number) const;
    [[nodiscard]] QList<records::LogDelivery> logDeliveries() const;
    [[nodiscard]] QList<records::ActivityEntry> activity(const records::ActivityFilter &filter) const;
    [[nodiscard]] QString archiveId() const;
    [[nodiscard]] QByteArray savedViews() const;
    [[nodiscard]] QHash<QString, QByteArray> items(const QString &node) const;

private:
    // By their commands; null where the store doesn't know the command.
    using UpdateTargets = QHash<CommandNo, std::shared_ptr<const records::UpdateTarget>>;

    [[nodiscard]] records::Device deviceOf(const QSqlQuery &query, UpdateTargets &targets,
                                           records::TextPool &texts) const;

    QSqlDatabase m_database;
};

} // namespace sgn::store
