// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QString>

namespace sgn::store {

// The part of Store that items of the account's nodes on its server are kept in, so that a test can keep them in
// memory. It knows nothing of what is in them. One that wasn't kept again for as long as the past is kept is removed.
class ItemStore
{
public:
    virtual ~ItemStore() = default;

    virtual void keepItem(const QString &node, const QString &id, const QByteArray &json) = 0;
    // By id. Does not see what waits to be written.
    [[nodiscard]] virtual QHash<QString, QByteArray> items(const QString &node) const = 0;
};

} // namespace sgn::store
