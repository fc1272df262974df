// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "store/Store.h"

#include <memory>
#include <QCoreApplication>
#include <QFuture>

namespace sgn::test {

inline const QString account = QStringLiteral("panel@localhost");

// Opens the store of that account; null, with a warning, if that doesn't work.
[[nodiscard]] inline std::unique_ptr<store::Store> opened(const QString &file)
{
    auto store = store::Store::open(file, account);
    if (!store) {
        qWarning() << store.error();
        return nullptr;
    }
    return *std::move(store);
}

// What has come of writing all that was given to the store.
inline Outcome flushed(store::Store &store)
{
    QFuture<Outcome> future = store.flush();
    future.waitForFinished();
    QCoreApplication::processEvents();
    return future.result();
}

} // namespace sgn::test
