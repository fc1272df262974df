// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "store/Retention.h"

#include <array>
#include <QDateTime>
#include <QSqlDatabase>
#include <QStringList>

namespace sgn::store {

// Removes what is older or more than a store keeps, a slice at a time, so that other connections get their turn
// between two. Made and used on one thread.
class StorePruner
{
public:
    StorePruner(const QSqlDatabase &database, const Retention &retention, const QDateTime &now);

    // In one transaction. False: nothing is left to remove.
    [[nodiscard]] Result<bool> removeSlice();

    static constexpr int rowsPerSlice = 2'000;

private:
    // Each returns how many rows it has removed.
    using Step = Result<int> (StorePruner::*)();

    [[nodiscard]] Result<int> removeOldLines();
    [[nodiscard]] Result<int> removeSurplusLines();
    [[nodiscard]] Result<int> removeLinesOfTalkativeDevices();
    [[nodiscard]] Result<int> removeOldCommands();
    [[nodiscard]] Result<int> removeSurplusCommands();
    [[nodiscard]] Result<int> removeSurplusTargets();
    [[nodiscard]] Result<int> removeOldItems();

    [[nodiscard]] Result<int> removeLines(const QString &which, const QVariantList &values);
    [[nodiscard]] Result<QStringList> talkativeDevices();
    // The oldest of the finished commands that meet the condition: its targets first, the command with the last of
    // them.
    [[nodiscard]] Result<int> removeOldestCommand(const QString &condition, const QVariantList &values);
    [[nodiscard]] Result<QVariant> value(const QString &text, const QVariantList &values);
    [[nodiscard]] Result<int> remove(const QString &statement, const QVariantList &values);

    static const std::array<Step, 7> steps;

    QSqlDatabase m_database;
    Retention m_retention;
    QDateTime m_oldest; // what is kept; invalid: no matter how old
    std::size_t m_step = 0;
    QStringList m_talkative;
    bool m_isTalkativeKnown = false;
    qint64 m_targets = -1; // so many are there; -1: not counted yet
};

} // namespace sgn::store
