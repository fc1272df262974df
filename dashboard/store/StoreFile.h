// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QSqlDatabase>
#include <QString>

namespace sgn::store {

struct OpenedStore
{
    QSqlDatabase database;
    // Empty, or a sentence about the damaged file that this one replaces.
    QString warning;
};

// A name that no other connection of this program has.
[[nodiscard]] QString newConnectionName();

// Opens or makes the store's file, brings its tables to the present shape and checks that it belongs to the account. A
// file that isn't a sound database is renamed to "<name>.damaged-<time>" and a new one made. Errors: Io, Refused (the
// file belongs to another account, or a newer program made it).
[[nodiscard]] Result<OpenedStore> openStoreFile(const QString &file, const QString &accountJid);

} // namespace sgn::store
