// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "store/StoreBatch.h"

#include <memory>
#include <QSqlDatabase>

namespace sgn::store {

// The writing side of the store, with a connection of its own. Made, used and destroyed on the store's one worker
// thread.
class StoreWriter
{
public:
    StoreWriter(QString file, QString connection);
    ~StoreWriter();
    StoreWriter(const StoreWriter &) = delete;
    StoreWriter &operator=(const StoreWriter &) = delete;

    // In transactions of at most `rowsPerTransaction` things, so that other programs get their turn; the archive's id
    // is in the last one, after all it stands for.
    [[nodiscard]] Outcome write(const StoreBatch &batch);

    static constexpr int rowsPerTransaction = 4000;
    // The timeline keeps so many lines.
    static constexpr int maxActivity = 1'000'000;

private:
    class Statements;

    Outcome open();
    Outcome writeParts(const StoreBatch &batch);
    template <typename Range, typename Write>
    Outcome writeAll(const Range &range, Write write);

    QString m_file;
    QString m_connection;
    QSqlDatabase m_database;
    std::unique_ptr<Statements> m_statements;
    qint64 m_sinceCleaning = 0;
};

} // namespace sgn::store
