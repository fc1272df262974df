// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFuture>
#include <QFutureWatcher>
#include <QObject>
#include <QtConcurrent>
#include <type_traits>
#include <utility>

namespace sgn::download {

// Runs `work` on another thread and passes its value to `done` in the thread of `context`, unless `context` no longer
// exists. The future is for a caller that has to wait for the work before it ends. (QFuture::then() with a context
// asserts in Qt 6.4 that the context still exists.)
template <typename Work, typename Handler>
QFuture<std::invoke_result_t<Work>> inBackground(QObject *context, Work work, Handler done)
{
    using Value = std::invoke_result_t<Work>;
    auto *const watcher = new QFutureWatcher<Value>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context, [watcher, done = std::move(done)] {
        watcher->deleteLater();
        done(watcher->result());
    });
    const QFuture<Value> future = QtConcurrent::run(std::move(work));
    watcher->setFuture(future);
    return future;
}

} // namespace sgn::download
