// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Device.h"
#include "records/Problem.h"

#include <optional>
#include <QString>
#include <vector>

namespace sgn::store {

// A store's file that is sound, of the present shape and of the account, and the devices it holds: a value, so that a
// store can be made ready on another thread than its own.
struct PreparedStore
{
    QString file;
    std::vector<records::Device> devices; // without retired ones
    // What an operator has to know of the file; usually nothing.
    std::optional<records::Problem> warning;
};

// Opens or makes the file, brings its tables to the present shape and reads the devices. A file that isn't a sound
// database is renamed to "<name>.damaged-<time>" and a new one made; `warning` then names it. Any thread; takes about a
// second with 100,000 devices, several when the tables are of an older shape. Errors: Io, Refused (the file belongs to
// another account, or a newer program made it).
[[nodiscard]] records::Expected<PreparedStore> prepareStore(const QString &file, const QString &accountJid);

} // namespace sgn::store
