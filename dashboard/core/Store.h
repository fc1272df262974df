// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "base/Result.h"
#include "core/Activity.h"
#include "core/CommandState.h"
#include "core/Device.h"
#include "core/LogBundle.h"
#include "core/StoreBatch.h"

#include <memory>
#include <QFuture>
#include <QObject>
#include <QSqlDatabase>
#include <QThreadPool>
#include <QTimer>
#include <vector>

namespace sgn {

class StoreWriter;

// What the panel has seen, in one SQLite file (WAL), shared by every panel program of the same account on this machine.
// What is kept is collected for up to 200 ms and then written by one worker thread in short transactions, so the window
// never waits for the disk; reading is done here. What was committed survives a kill at any moment.
class Store : public QObject
{
    Q_OBJECT

public:
    // Opens or makes the file and brings its tables to the present shape. A file that isn't a sound database is renamed
    // to
    // "<name>.damaged-<time>" and a new one made; warning() then says so. Errors: Io, Refused (the file belongs to
    // another account, or a newer program made it).
    [[nodiscard]] static Result<std::unique_ptr<Store>> open(const QString &file, const QString &accountJid);
    // Writes what is left.
    ~Store() override;

    // Empty, or a sentence for the operator.
    [[nodiscard]] QString warning() const { return m_warning; }

    // The next command number, durable before it is returned: no program that shares the file ever gets it again.
    [[nodiscard]] Result<CommandNo> allocateNumber();

    void keep(const Device &device);
    // Of a device that was kept before: only when it was seen.
    void keepSeen(const Device &device);
    void keep(const CommandRecord &record);
    void keep(CommandNo number, int row, const CommandTarget &target);
    void keep(const ActivityEntry &entry);
    void keep(const LogBundle &bundle);
    void removeLogs(qint64 bundleId);
    // The archive's id of the last message whose effects were given to keep() before.
    void keepArchiveId(const QString &id);
    // Numbers up to this one are taken, whoever used them.
    void keepNumberSeen(CommandNo number);
    // Writes now; finished when everything kept before is committed. Needs no event loop.
    QFuture<Outcome> flush();

    [[nodiscard]] std::vector<Device> devices() const;
    // The newest `limit` commands with their counts, newest first.
    [[nodiscard]] QList<CommandRecord> commands(int limit) const;
    // In order of rows. Does not see what waits to be written.
    [[nodiscard]] QList<CommandTarget> targets(CommandNo number) const;
    // Commands with unfinished targets, whatever their age.
    [[nodiscard]] QList<CommandNo> openCommands() const;
    [[nodiscard]] std::optional<CommandRecord> command(CommandNo number) const;
    [[nodiscard]] QList<LogBundle> logBundles() const;
    [[nodiscard]] qint64 newLogId();
    // Newest first. Does not see what waits to be written.
    [[nodiscard]] QList<ActivityEntry> activity(const ActivityFilter &filter) const;
    [[nodiscard]] QString archiveId() const;

Q_SIGNALS:
    // Nothing could be written; the panel goes on without. Once until it works again.
    void writingFailed(const sgn::Error &reason);

private:
    Store(QString file, const QSqlDatabase &database, QString warning);
    void schedule();
    QFuture<Outcome> write();
    void onWritten(const StoreBatch &batch, int serial, const Outcome &outcome);

    QString m_file;
    QSqlDatabase m_database;
    QString m_warning;
    std::shared_ptr<StoreWriter> m_sink; // used on m_writer's thread only
    StoreBatch m_batch;
    QTimer m_timer;
    QThreadPool m_writer; // one thread, so that batches stay in order
    bool m_hasFailed = false;
    bool m_isWriting = false;
    int m_serial = 0; // of the last batch given to the writer
    qint64 m_nextLogId = 0;
    qint64 m_endOfLogIds = 0;
};

} // namespace sgn
