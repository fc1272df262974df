// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/LogService.h"

#include "core/LogDownload.h"
#include "store/Store.h"

#include <algorithm>
#include <QDir>
#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::FactCode;

namespace {

// "altimeter_0001@im.koderoot.net" → "altimeter_0001@im.koderoot.net"; whatever else a JID may hold is percent-encoded.
QString folderNameOf(const QString &jid)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(jid, "@")).left(200);
}

QSslConfiguration tlsBelieving(const QString &caFile)
{
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setCaCertificates(QSslCertificate::fromPath(caFile, QSsl::Pem, QSslCertificate::PatternSyntax::FixedString));
    tls.setPeerVerifyMode(QSslSocket::VerifyPeer);
    tls.setProtocol(QSsl::TlsV1_2OrLater);
    return tls;
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
            [this](CommandNo number, const QString &jid) { bundleFor(jid, number); });
    connect(&m_requests, &LogRequests::failed, this, &LogService::onFailed);
}

LogService::~LogService() = default;

void LogService::restore()
{
    m_bundles.clear();
    m_byDevice.clear();
    const QList<records::LogBundle> stored = m_store.logBundles();
    for (const records::LogBundle &bundle : stored) {
        m_byDevice[bundle.jid] += bundle.id;
        m_bundles.insert(bundle.id, bundle);
    }
    // Not before all are known: asking for a command may load it, which announces its targets.
    for (const records::LogBundle &bundle : stored) {
        const bool isWaiting =
            bundle.state == records::LogBundle::State::Requested && m_requests.isOpen(bundle.number, bundle.jid);
        if (!isFinal(bundle.state) && !isWaiting) {
            finish(bundle.id, fail(ErrorCode::Cancelled, FactCode::PanelClosed));
        }
    }
}

records::Expected<CommandNo> LogService::request(const QStringList &jids, const QString &requestedBy)
{
    return m_requests.submit(jids, requestedBy);
}

QList<records::LogBundle> LogService::bundles(const QString &jid) const
{
    QList<records::LogBundle> bundles;
    if (jid.isEmpty()) {
        bundles = m_bundles.values();
    } else {
        for (const qint64 id : m_byDevice.value(jid)) {
            bundles += m_bundles.value(id);
        }
    }
    std::ranges::sort(bundles, std::greater{}, &records::LogBundle::id);
    return bundles;
}

std::optional<records::LogBundle> LogService::bundle(qint64 id) const
{
    const auto it = m_bundles.constFind(id);
    return it == m_bundles.cend() ? std::nullopt : std::optional(*it);
}

QList<LogFile> LogService::files(qint64 id) const
{
    const std::optional<records::LogBundle> found = bundle(id);
    return found && found->state == records::LogBundle::State::Ready ? logFilesBelow(found->folder) : QList<LogFile>();
}

void LogService::remove(qint64 id)
{
    const auto it = m_bundles.find(id);
    if (it == m_bundles.end()) {
        return;
    }
    delete m_downloads.take(id);
    const records::LogBundle bundle = *it;
    m_bundles.erase(it);
    m_byDevice[bundle.jid].removeOne(id);
    m_store.removeLogs(id);
    // Only what this service made itself is ever removed.
    if (!bundle.folder.isEmpty() && bundle.folder.startsWith(QDir(m_places.folder).absolutePath() + u'/')) {
        QDir(bundle.folder).removeRecursively();
    }
    Q_EMIT bundleRemoved(id);
}

void LogService::apply(const QString &jid, const LogsReply &reply, const QDateTime &stamp)
{
    const CommandNo number = m_requests.apply(jid, reply, stamp);
    if (number == 0) {
        // Not asked for from here, or answered before: no reason to fetch anything.
        return;
    }
    records::LogBundle &bundle = bundleFor(jid, number);
    if (!reply.success || bundle.state != records::LogBundle::State::Requested) {
        // onFailed() has ended it.
        return;
    }
    bundle.remarks = reply.remarks;
    if (reply.url.isEmpty()) {
        bundle.state = records::LogBundle::State::Elsewhere;
        bundle.finishedAt = stamp;
        bundle.remarks.clear();
        bundle.facts = {{FactCode::UploadedElsewhere, {}}};
        update(bundle);
    } else {
        download(bundle, reply);
    }
}

void LogService::onFailed(CommandNo number, const QString &jid, const records::Problem &why)
{
    const records::LogBundle &bundle = bundleFor(jid, number);
    if (bundle.state == records::LogBundle::State::Requested) {
        finish(bundle.id, fail(why));
    }
}

records::LogBundle &LogService::bundleFor(const QString &jid, CommandNo number)
{
    for (const qint64 id : std::as_const(m_byDevice[jid])) {
        if (records::LogBundle &known = m_bundles[id]; known.number == number) {
            return known;
        }
    }
    records::LogBundle bundle;
    bundle.id = m_store.newLogId();
    bundle.jid = jid;
    bundle.number = number;
    bundle.requestedAt = m_clock.wallUtc();
    m_byDevice[jid] += bundle.id;
    m_bundles.insert(bundle.id, bundle);
    m_store.keep(bundle);
    Q_EMIT bundleAdded(bundle.id);
    removeOldOnes(jid);
    return m_bundles[bundle.id];
}

void LogService::download(records::LogBundle &bundle, const LogsReply &reply)
{
    const qint64 id = bundle.id;
    bundle.state = records::LogBundle::State::Downloading;
    bundle.size = reply.size.value_or(-1);
    const QString time = m_clock.wallUtc().toString(u"yyyyMMdd-HHmmss"_s);
    bundle.folder = QDir(m_places.folder).absoluteFilePath(u"%1/%2-%3"_s.arg(folderNameOf(bundle.jid), time).arg(id));
    const LogDownload::Order order{reply.url, maxDownload, reply.size, reply.sha256, bundle.folder};
    auto *download = new LogDownload(m_network, tlsBelieving(m_places.caFile), order, this);
    m_downloads.insert(id, download);
    connect(download, &LogDownload::progress, this, [this, id](qint64 received, qint64) {
        m_bundles[id].received = received;
        Q_EMIT bundleChanged(id);
    });
    connect(download, &LogDownload::unpacking, this, [this, id] {
        m_bundles[id].state = records::LogBundle::State::Unpacking;
        update(m_bundles[id]);
    });
    connect(download, &LogDownload::finished, this, [this, id](const records::Expected<qint64> &size) {
        m_downloads.remove(id);
        finish(id, size);
    });
    update(bundle);
}

void LogService::finish(qint64 id, const records::Expected<qint64> &unpacked)
{
    const auto it = m_bundles.find(id);
    if (it == m_bundles.end()) {
        return;
    }
    records::LogBundle &bundle = *it;
    bundle.finishedAt = m_clock.wallUtc();
    bundle.state = unpacked ? records::LogBundle::State::Ready : records::LogBundle::State::Failed;
    records::ActivityEntry entry{0, bundle.finishedAt, records::ActivityKind::LogsFailed, bundle.jid, bundle.number, {},
                                 {}};
    if (unpacked) {
        bundle.received = bundle.size = *unpacked;
        entry.kind = records::ActivityKind::LogsReceived;
        entry.detail = QString::number(*unpacked);
    } else {
        bundle.folder.clear();
        bundle.facts = entry.facts = unpacked.error().facts;
        bundle.remarks = entry.detail = unpacked.error().text;
    }
    const records::LogBundle copy = bundle;
    update(copy);
    Q_EMIT happened(entry);
    m_requests.finish(copy.number, copy.jid, unpacked ? records::Expected<>{} : fail(unpacked.error()));
}

void LogService::update(const records::LogBundle &bundle)
{
    m_store.keep(bundle);
    Q_EMIT bundleChanged(bundle.id);
}

void LogService::removeOldOnes(const QString &jid)
{
    // Those on their way are kept, however many.
    const QList<qint64> ids = m_byDevice.value(jid);
    qsizetype tooMany = ids.size() - maxBundles;
    for (const qint64 id : ids) {
        if (tooMany <= 0) {
            return;
        }
        if (isFinal(m_bundles.value(id).state)) {
            remove(id);
            --tooMany;
        }
    }
}

} // namespace sgn::core
