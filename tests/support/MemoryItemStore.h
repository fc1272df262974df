// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "store/ItemStore.h"

namespace sgn::test {

// An item store without a file.
class MemoryItemStore final : public store::ItemStore
{
public:
    void keepItem(const QString &node, const QString &id, const QByteArray &json) override { m_items[node][id] = json; }
    QHash<QString, QByteArray> items(const QString &node) const override { return m_items.value(node); }

private:
    QHash<QString, QHash<QString, QByteArray>> m_items;
};

} // namespace sgn::test
