// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/LogFiles.h"
#include "core/LogRequests.h"
#include "protocol/Reply.h"
#include "records/Activity.h"
#include "records/LogDelivery.h"
#include "web/Client.h"

#include <QHash>
#include <QObject>

namespace sgn::store {
class Store;
}

namespace sgn::core {

class CommandLog;
class LogDownload;

// Gets devices' logs: requests them, fetches the zip from where the device put it, checks and unpacks it below the logs
// folder, and keeps the newest maxDeliveries per device. A device that knows only the seed answers without an address:
// its logs are then on a server of its own, and the delivery states that.
class LogService : public QObject
{
    Q_OBJECT

public:
    static constexpr int maxDeliveries = 10;
    static constexpr qint64 maxDownload = qint64{256} * 1024 * 1024;

    struct Places
    {
        QString folder;  // where deliveries are kept
        web::Access web; // the CA that file servers need, the proxy
    };

    // References outlive the service.
    LogService(store::Store &store, CommandLog &commands, const Clock &clock, Places places, QObject *parent = nullptr);
    ~LogService() override;

    // What the store knows of an earlier run; the command log is restored before.
    void restore();

    // One numbered request to all of them. Errors as of CommandLog::submit().
    [[nodiscard]] records::Expected<CommandNo> request(const QStringList &jids, const QString &requestedBy);

    // Newest first; those of one device, or of all for an empty JID.
    [[nodiscard]] QList<records::LogDelivery> deliveries(const QString &jid = {}) const;
    [[nodiscard]] std::optional<records::LogDelivery> delivery(qint64 id) const;
    // The files of a delivery in order of their names; empty when it isn't complete.
    [[nodiscard]] QList<LogFile> files(qint64 id) const;
    // Forgets a delivery and removes its files.
    void remove(qint64 id);

    // An answer of a device to upload_logs.
    void apply(const QString &jid, const LogsReply &reply, const Arrival &arrival);

Q_SIGNALS:
    void deliveryAdded(qint64 id);
    // State or progress.
    void deliveryChanged(qint64 id);
    void deliveryRemoved(qint64 id);
    void happened(const sgn::records::ActivityEntry &entry);

private:
    void onFailed(CommandNo number, const QString &jid, const records::Problem &why);
    records::LogDelivery &deliveryFor(const QString &jid, CommandNo number);
    void download(records::LogDelivery &delivery, const LogsReply &reply);
    void finish(qint64 id, const records::Expected<qint64> &unpacked);
    void update(const records::LogDelivery &delivery);
    void removeOldOnes(const QString &jid);

    store::Store &m_store;
    const Clock &m_clock;
    Places m_places;
    LogRequests m_requests;
    web::Client m_web;
    QHash<qint64, records::LogDelivery> m_deliveries;
    QHash<QString, QList<qint64>> m_byDevice; // oldest first
    QHash<qint64, LogDownload *> m_downloads;
};

} // namespace sgn::core
