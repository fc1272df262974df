// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"

#include <optional>
#include <QSqlDatabase>
#include <QString>

namespace sgn::store {

// A store's file that is ready to be read and written.
struct OpenedStore
{
    QSqlDatabase database;
    // About the damaged file that this one replaces; usually there was none.
    std::optional<records::Problem> warning;
};

// A name that no other connection of this program has.
[[nodiscard]] QString newConnectionName();

// Opens or makes the store's file, brings its tables to the present shape and checks that it belongs to the account. A
// file that isn't a sound database is renamed to "<name>.damaged-<time>" and a new one made. Errors: Io, Refused (the
// file belongs to another account, or a newer program made it).
[[nodiscard]] records::Expected<OpenedStore> openStoreFile(const QString &file, const QString &accountJid);

} // namespace sgn::store
