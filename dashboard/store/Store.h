// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "base/Result.h"
#include "records/Activity.h"
#include "records/CommandState.h"
#include "records/Device.h"
#include "records/LogDelivery.h"
#include "records/Newcomer.h"
#include "records/SharedEntries.h"
#include "store/CommandStore.h"
#include "store/ItemStore.h"
#include "store/PreparedStore.h"
#include "store/StoreBatch.h"

#include <memory>
#include <optional>
#include <QFuture>
#include <QObject>
#include <QThreadPool>
#include <QTimer>
#include <vector>

namespace sgn::store {

class StoreReader;
class StoreWriter;

// What the panel has seen, in one SQLite file (WAL), shared by every panel program of the same account on this machine.
// What is kept is collected for up to 200 ms and then written by one worker thread in short transactions, so the window
// never waits for the disk; reading is done here. What was committed survives a kill at any moment.
class Store : public QObject, public CommandStore, public ItemStore
{
    Q_OBJECT

public:
    // Connects to a file that was just made ready. Errors: Io.
    [[nodiscard]] static records::Expected<std::unique_ptr<Store>> open(const PreparedStore &prepared);
    // Makes it ready before, here; errors of prepareStore().
    [[nodiscard]] static records::Expected<std::unique_ptr<Store>> open(const QString &file, const QString &accountJid);
    // Writes what is left.
    ~Store() override;

    // What an operator has to know of the file; usually nothing.
    [[nodiscard]] const std::optional<records::Problem> &warning() const { return m_warning; }

    // A device of the fleet, also one that was retired before.
    void keep(const records::Device &device);
    // Only what it has reported and when it was seen; it was kept before.
    void keepReport(const records::Device &device);
    // Only when the device was seen; it was kept before.
    void keepSeen(const records::Device &device);
    // What is known of the device stays, but it is no device of the fleet any more.
    void retire(const QString &jid, const QDateTime &at);
    void keep(const records::Newcomer &newcomer);
    void removeNewcomer(const QString &jid);
    // All entries of the chunk.
    void keepShared(int chunk, const records::SharedEntries &entries);
    // As JSON, see records::SavedViews.
    void keepSavedViews(const QByteArray &views);
    void keepItem(const QString &node, const QString &id, const QByteArray &json) override;
    void keep(const records::IssuedCommand &record) override;
    void keep(CommandNo number, int row, const records::CommandTarget &target) override;
    void keep(const records::ActivityEntry &entry);
    void keep(const records::LogDelivery &delivery);
    void removeLogs(qint64 deliveryId);
    // The archive's id of the last message whose effects were given to keep() before.
    void keepArchiveId(const QString &id);
    QFuture<Outcome> flush() override;

    // Without retired ones.
    [[nodiscard]] std::vector<records::Device> devices() const;
    // When each was retired (UTC), by JID.
    [[nodiscard]] QHash<QString, QDateTime> retiredDevices() const;
    // What is known of a retired device. Does not see what waits to be written.
    [[nodiscard]] std::optional<records::Device> retiredDevice(const QString &jid) const;
    [[nodiscard]] QList<records::Newcomer> newcomers() const;
    [[nodiscard]] records::SharedEntries sharedEntries() const;
    [[nodiscard]] QByteArray savedViews() const;
    [[nodiscard]] QHash<QString, QByteArray> items(const QString &node) const override;
    [[nodiscard]] QList<records::IssuedCommand> commands(int limit) const override;
    [[nodiscard]] QList<records::CommandTarget> targets(CommandNo number) const override;
    [[nodiscard]] QList<CommandNo> openCommands() const override;
    [[nodiscard]] std::optional<records::IssuedCommand> command(CommandNo number) const override;
    [[nodiscard]] QList<records::LogDelivery> logDeliveries() const;
    [[nodiscard]] qint64 newLogId();
    // Newest first. Does not see what waits to be written.
    [[nodiscard]] QList<records::ActivityEntry> activity(const records::ActivityFilter &filter) const;
    [[nodiscard]] QString archiveId() const;

Q_SIGNALS:
    // Nothing could be written; the panel goes on without. Once until it works again.
    void writingFailed(const sgn::Error &reason);

private:
    Store(std::unique_ptr<StoreReader> reader, std::shared_ptr<StoreWriter> writer,
          std::optional<records::Problem> warning);
    void keep(const records::Device &device, bool isReportOnly);
    void schedule();
    QFuture<Outcome> write();
    void onWritten(const StoreBatch &batch, int serial, const Outcome &outcome);

    std::unique_ptr<StoreReader> m_reader;
    std::optional<records::Problem> m_warning;
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

} // namespace sgn::store
