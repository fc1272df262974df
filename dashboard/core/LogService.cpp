// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/LogService.h"

#include "core/LogDownload.h"
#include "store/Store.h"

#include <algorithm>
#include <QDir>
#include <QFile>

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::FactCode;

namespace {

// "altimeter_0001@im.koderoot.net" → "altimeter_0001@im.koderoot.net"; whatever else a JID may hold is percent-encoded.
QString folderNameOf(const QString &jid)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(jid, "@")).left(200);
}

} // namespace

LogService::LogService(store::Store &store, CommandLog &commands, const Clock &clock, Places places, QObject *parent)
    : QObject(parent)
    , m_store(store)
    , m_clock(clock)
    , m_places(std::move(places))
    , m_requests(commands, clock)
{
    connect(&m_requests, &LogRequests::opened, this,
            [this](CommandNo number, const QString &jid) { deliveryFor(jid, number); });
    connect(&m_requests, &LogRequests::failed, this, &LogService::onFailed);
}

LogService::~LogService() = default;

void LogService::restore()
{
    m_deliveries.clear();
    m_byDevice.clear();
    const QList<records::LogDelivery> stored = m_store.logDeliveries();
    for (const records::LogDelivery &delivery : stored) {
        m_byDevice[delivery.jid] += delivery.id;
        m_deliveries.insert(delivery.id, delivery);
    }
    // Not before all are known: asking for a command may load it, which announces its targets.
    for (const records::LogDelivery &delivery : stored) {
        const bool isWaiting = delivery.state == records::LogDelivery::State::Requested &&
                               m_requests.isOpen(delivery.number, delivery.jid);
        if (!isFinal(delivery.state) && !isWaiting) {
            finish(delivery.id, fail(ErrorCode::Cancelled, FactCode::PanelClosed));
        }
    }
}

records::Expected<CommandNo> LogService::request(const QStringList &jids, const QString &requestedBy)
{
    return m_requests.submit(jids, requestedBy);
}

QList<records::LogDelivery> LogService::deliveries(const QString &jid) const
{
    QList<records::LogDelivery> deliveries;
    if (jid.isEmpty()) {
        deliveries = m_deliveries.values();
    } else {
        for (const qint64 id : m_byDevice.value(jid)) {
            deliveries += m_deliveries.value(id);
        }
    }
    std::ranges::sort(deliveries, std::greater{}, &records::LogDelivery::id);
    return deliveries;
}

std::optional<records::LogDelivery> LogService::delivery(qint64 id) const
{
    const auto it = m_deliveries.constFind(id);
    return it == m_deliveries.cend() ? std::nullopt : std::optional(*it);
}

QList<LogFile> LogService::files(qint64 id) const
{
    const std::optional<records::LogDelivery> found = delivery(id);
    return found && found->state == records::LogDelivery::State::Ready ? logFilesBelow(found->folder)
                                                                       : QList<LogFile>();
}

void LogService::remove(qint64 id)
{
    const auto it = m_deliveries.find(id);
    if (it == m_deliveries.end()) {
        return;
    }
    delete m_downloads.take(id);
    const records::LogDelivery delivery = *it;
    m_deliveries.erase(it);
    m_byDevice[delivery.jid].removeOne(id);
    m_store.removeLogs(id);
    // Only what this service made itself is ever removed.
    if (!delivery.folder.isEmpty() && delivery.folder.startsWith(QDir(m_places.folder).absolutePath() + u'/')) {
        QDir(delivery.folder).removeRecursively();
    }
    Q_EMIT deliveryRemoved(id);
}

void LogService::apply(const QString &jid, const LogsReply &reply, const Arrival &arrival)
{
    const CommandNo number = m_requests.apply(jid, reply, arrival);
    if (number == 0) {
        // Not asked for from here, or answered before: no reason to fetch anything.
        return;
    }
    records::LogDelivery &delivery = deliveryFor(jid, number);
    if (!reply.success || delivery.state != records::LogDelivery::State::Requested) {
        // onFailed() has ended it.
        return;
    }
    delivery.remarks = reply.remarks;
    if (reply.url.isEmpty()) {
        delivery.state = records::LogDelivery::State::Elsewhere;
        delivery.finishedAt = arrival.stamp;
        delivery.remarks.clear();
        delivery.facts = {{FactCode::UploadedElsewhere, {}}};
        update(delivery);
    } else {
        download(delivery, reply);
    }
}

void LogService::onFailed(CommandNo number, const QString &jid, const records::Problem &why)
{
    const records::LogDelivery &delivery = deliveryFor(jid, number);
    if (delivery.state == records::LogDelivery::State::Requested) {
        finish(delivery.id, fail(why));
    }
}

records::LogDelivery &LogService::deliveryFor(const QString &jid, CommandNo number)
{
    for (const qint64 id : std::as_const(m_byDevice[jid])) {
        if (records::LogDelivery &known = m_deliveries[id]; known.number == number) {
            return known;
        }
    }
    records::LogDelivery delivery;
    delivery.id = m_store.newLogId();
    delivery.jid = jid;
    delivery.number = number;
    delivery.requestedAt = m_clock.wallUtc();
    m_byDevice[jid] += delivery.id;
    m_deliveries.insert(delivery.id, delivery);
    m_store.keep(delivery);
    Q_EMIT deliveryAdded(delivery.id);
    removeOldOnes(jid);
    return m_deliveries[delivery.id];
}

void LogService::download(records::LogDelivery &delivery, const LogsReply &reply)
{
    const qint64 id = delivery.id;
    delivery.state = records::LogDelivery::State::Downloading;
    delivery.size = reply.size.value_or(-1);
    const QString time = m_clock.wallUtc().toString(u"yyyyMMdd-HHmmss"_s);
    delivery.folder =
        QDir(m_places.folder).absoluteFilePath(u"%1/%2-%3"_s.arg(folderNameOf(delivery.jid), time).arg(id));
    LogDownload::Order order{.url = reply.url,
                             .maxSize = maxDownload,
                             .size = reply.size,
                             .sha256 = reply.sha256,
                             .target = delivery.folder,
                             .trust = web::trustWithSystems(m_places.web.caFile),
                             .proxy = m_places.web.proxy};
    // Our own CA only.
    order.trust.systems = false;
    auto *download = new LogDownload(m_web, order, this);
    m_downloads.insert(id, download);
    connect(download, &LogDownload::progress, this, [this, id](qint64 received, qint64) {
        m_deliveries[id].received = received;
        Q_EMIT deliveryChanged(id);
    });
    connect(download, &LogDownload::unpacking, this, [this, id] {
        m_deliveries[id].state = records::LogDelivery::State::Unpacking;
        update(m_deliveries[id]);
    });
    connect(download, &LogDownload::finished, this, [this, id](const records::Expected<qint64> &size) {
        m_downloads.remove(id);
        finish(id, size);
    });
    update(delivery);
}

void LogService::finish(qint64 id, const records::Expected<qint64> &unpacked)
{
    const auto it = m_deliveries.find(id);
    if (it == m_deliveries.end()) {
        return;
    }
    records::LogDelivery &delivery = *it;
    delivery.finishedAt = m_clock.wallUtc();
    delivery.state = unpacked ? records::LogDelivery::State::Ready : records::LogDelivery::State::Failed;
    records::ActivityEntry entry{
        0, delivery.finishedAt, records::ActivityKind::LogsFailed, delivery.jid, delivery.number, {}, {}};
    if (unpacked) {
        delivery.received = delivery.size = *unpacked;
        entry.kind = records::ActivityKind::LogsReceived;
        entry.detail = QString::number(*unpacked);
    } else {
        delivery.folder.clear();
        delivery.facts = entry.facts = unpacked.error().facts;
        delivery.remarks = entry.detail = unpacked.error().text;
    }
    const records::LogDelivery copy = delivery;
    update(copy);
    Q_EMIT happened(entry);
    m_requests.finish(copy.number, copy.jid, unpacked ? records::Expected<>{} : fail(unpacked.error()));
}

void LogService::update(const records::LogDelivery &delivery)
{
    m_store.keep(delivery);
    Q_EMIT deliveryChanged(delivery.id);
}

void LogService::removeOldOnes(const QString &jid)
{
    // Those on their way are kept, however many.
    const QList<qint64> ids = m_byDevice.value(jid);
    qsizetype tooMany = ids.size() - maxDeliveries;
    for (const qint64 id : ids) {
        if (tooMany <= 0) {
            return;
        }
        if (isFinal(m_deliveries.value(id).state)) {
            remove(id);
            --tooMany;
        }
    }
}

} // namespace sgn::core
