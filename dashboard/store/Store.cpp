// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/Store.h"

#include "store/StoreFile.h"
#include "store/StoreReader.h"
#include "store/StoreSql.h"
#include "store/StoreWriter.h"

#include <QFutureWatcher>
#include <QLoggingCategory>
#include <QPromise>

Q_LOGGING_CATEGORY(lcStore, "sgn.store")

namespace sgn::store {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds collectFor{200};
constexpr std::chrono::seconds retryAfter{5};
constexpr qint64 logIdBlock = 64;

} // namespace

records::Expected<std::unique_ptr<Store>> Store::open(const QString &file, const QString &accountJid)
{
    return prepareStore(file, accountJid).and_then([](const PreparedStore &prepared) { return open(prepared); });
}

records::Expected<std::unique_ptr<Store>> Store::open(const PreparedStore &prepared)
{
    const Result<QSqlDatabase> database =
        sql::connect(prepared.file, newConnectionName(), sql::Durability::SurvivesPowerCut);
    if (!database) {
        return fail(database.error());
    }
    return std::unique_ptr<Store>(new Store(std::make_unique<StoreReader>(*database),
                                            std::make_shared<StoreWriter>(prepared.file, newConnectionName()),
                                            prepared.warning));
}

Store::Store(std::unique_ptr<StoreReader> reader, std::shared_ptr<StoreWriter> writer,
             std::optional<records::Problem> warning)
    : m_reader(std::move(reader))
    , m_warning(std::move(warning))
    , m_sink(std::move(writer))
{
    m_writer.setMaxThreadCount(1);
    // The connection belongs to the thread, so the thread has to stay.
    m_writer.setExpiryTimeout(-1);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] { write(); });
}

Store::~Store()
{
    write();
    m_writer.start([sink = std::move(m_sink)]() mutable { sink.reset(); });
    m_writer.waitForDone();
}

qint64 Store::newLogId()
{
    if (m_nextLogId == m_endOfLogIds) {
        const records::Expected<qint64> first = m_reader->allocate(u"next_log_id"_s, logIdBlock);
        // Without a store there is no later run to collide with.
        m_nextLogId = first.value_or(QDateTime::currentMSecsSinceEpoch() * 1000);
        m_endOfLogIds = m_nextLogId + logIdBlock;
    }
    return m_nextLogId++;
}

void Store::keep(const records::Device &device)
{
    m_batch.retired.remove(device.jid);
    keep(device, false);
}

void Store::keepReport(const records::Device &device)
{
    keep(device, true);
}

void Store::keep(const records::Device &device, bool isReportOnly)
{
    m_batch.seen.remove(device.jid);
    const auto waiting = m_batch.devices.find(device.jid);
    if (waiting == m_batch.devices.end()) {
        m_batch.devices.insert(device.jid, {device, isReportOnly});
    } else {
        *waiting = {device, isReportOnly && waiting->isReportOnly};
    }
    schedule();
}

void Store::keepSeen(const records::Device &device)
{
    const auto waiting = m_batch.devices.find(device.jid);
    if (waiting == m_batch.devices.end()) {
        m_batch.seen.insert(device.jid, {device.lastSeen, device.lastReport});
    } else {
        waiting->device.lastSeen = device.lastSeen;
        waiting->device.lastReport = device.lastReport;
    }
    schedule();
}

void Store::retire(const QString &jid, const QDateTime &at)
{
    m_batch.retired.insert(jid, at);
    schedule();
}

void Store::keep(const records::Newcomer &newcomer)
{
    m_batch.goneNewcomers.remove(newcomer.jid);
    m_batch.newcomers.insert(newcomer.jid, newcomer);
    schedule();
}

void Store::keepShared(int chunk, const records::SharedEntries &entries)
{
    m_batch.shared.insert(chunk, records::toJson(entries));
    schedule();
}

void Store::keepSavedViews(const QByteArray &views)
{
    m_batch.savedViews = views;
    schedule();
}

void Store::keepItem(const QString &node, const QString &id, const QByteArray &json)
{
    m_batch.items.insert({node, id}, json);
    schedule();
}

void Store::removeNewcomer(const QString &jid)
{
    m_batch.newcomers.remove(jid);
    m_batch.goneNewcomers.insert(jid);
    schedule();
}

void Store::keep(const records::IssuedCommand &record)
{
    m_batch.commands.insert(record.number, record);
    schedule();
}

void Store::keep(CommandNo number, int row, const records::CommandTarget &target)
{
    m_batch.targets.insert({number, row}, target);
    schedule();
}

void Store::keep(const records::ActivityEntry &entry)
{
    m_batch.activity += entry;
    schedule();
}

void Store::keep(const records::LogDelivery &delivery)
{
    m_batch.logs.insert(delivery.id, delivery);
    schedule();
}

void Store::removeLogs(qint64 deliveryId)
{
    m_batch.logs.remove(deliveryId);
    m_batch.removedLogs += deliveryId;
    schedule();
}

void Store::keepArchiveId(const QString &id)
{
    m_batch.archiveId = id;
    schedule();
}

QFuture<Outcome> Store::flush()
{
    return write();
}

void Store::schedule()
{
    // While a batch is being written the next one grows, so a slow disk makes batches larger and not more.
    if (!m_timer.isActive() && !m_isWriting) {
        m_timer.start(m_hasFailed ? std::chrono::milliseconds(retryAfter) : collectFor);
    }
}

QFuture<Outcome> Store::write()
{
    m_timer.stop();
    StoreBatch batch = std::exchange(m_batch, {});
    m_isWriting = true;
    const int serial = ++m_serial;
    // Not QtConcurrent::run(), because who waits for its future may run the batch itself: on another thread, before the
    // batch that is being written.
    auto promise = std::make_shared<QPromise<Outcome>>();
    promise->start();
    const QFuture<Outcome> future = promise->future();
    m_writer.start([promise, sink = m_sink, batch] {
        promise->addResult(batch.isEmpty() ? Outcome{} : sink->write(batch));
        promise->finish();
    });
    auto *watcher = new QFutureWatcher<Outcome>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, batch, serial] {
        watcher->deleteLater();
        onWritten(batch, serial, watcher->result());
    });
    watcher->setFuture(future);
    return future;
}

void Store::onWritten(const StoreBatch &batch, int serial, const Outcome &outcome)
{
    if (outcome) {
        m_hasFailed = false;
    } else {
        m_batch.addOlder(batch);
        if (!std::exchange(m_hasFailed, true)) {
            qCWarning(lcStore).noquote() << "cannot write the store:" << outcome.error().message;
            Q_EMIT writingFailed(outcome.error());
        }
    }
    m_isWriting = serial != m_serial;
    if (!m_batch.isEmpty()) {
        schedule();
    }
}

std::vector<records::Device> Store::devices() const
{
    return m_reader->devices();
}

QHash<QString, QDateTime> Store::retiredDevices() const
{
    return m_reader->retiredDevices();
}

std::optional<records::Device> Store::retiredDevice(const QString &jid) const
{
    return m_reader->retiredDevice(jid);
}

records::SharedEntries Store::sharedEntries() const
{
    return m_reader->sharedEntries();
}

QHash<QString, QByteArray> Store::items(const QString &node) const
{
    return m_reader->items(node);
}

QByteArray Store::savedViews() const
{
    return m_reader->savedViews();
}

QList<records::Newcomer> Store::newcomers() const
{
    return m_reader->newcomers();
}

QList<records::IssuedCommand> Store::commands(int limit) const
{
    return m_reader->commands(limit);
}

std::optional<records::IssuedCommand> Store::command(CommandNo number) const
{
    return m_reader->command(number);
}

QList<records::CommandTarget> Store::targets(CommandNo number) const
{
    return m_reader->targets(number);
}

QList<CommandNo> Store::openCommands() const
{
    return m_reader->openCommands();
}

QList<records::LogDelivery> Store::logDeliveries() const
{
    return m_reader->logDeliveries();
}

QList<records::ActivityEntry> Store::activity(const records::ActivityFilter &filter) const
{
    return m_reader->activity(filter);
}

QString Store::archiveId() const
{
    return m_reader->archiveId();
}

} // namespace sgn::store
