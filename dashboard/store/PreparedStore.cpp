// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/PreparedStore.h"

#include "store/StoreFile.h"
#include "store/StoreReader.h"

#include <utility>

namespace sgn::store {

records::Expected<PreparedStore> prepareStore(const QString &file, const QString &accountJid)
{
    records::Expected<OpenedStore> opened = openStoreFile(file, accountJid);
    if (!opened) {
        return fail(std::move(opened).error());
    }
    // The connection belongs to this thread and ends here.
    const StoreReader reader(std::exchange(opened->database, QSqlDatabase()));
    return PreparedStore{file, reader.devices(), std::move(opened->warning)};
}

} // namespace sgn::store
