// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <chrono>
#include <QDateTime>
#include <QSqlDatabase>

namespace sgn::store {

// Which lines of the timeline another connection may have written, too: another program of the same account sees the
// same events. The same line twice within `sameEvent` is one event. While nothing else writes, no line has to be
// compared.
class OtherWriters
{
public:
    static constexpr std::chrono::milliseconds sameEvent{2000};

    explicit OtherWriters(const QSqlDatabase &database)
        : m_database(database)
    {}

    // To be called within a transaction, before what it writes; `now` in UTC. Nothing is known before the first call.
    [[nodiscard]] Outcome look(const QDateTime &now);
    [[nodiscard]] bool mayHaveWritten(const QDateTime &at) const { return !m_until.isValid() || at < m_until; }

private:
    QSqlDatabase m_database;
    qint64 m_version = -1; // SQLite's data_version, which changes with what others commit
    QDateTime m_until;
};

} // namespace sgn::store
