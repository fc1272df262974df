// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/StickUpdates.h"

#include "agent/Logging.h"
#include "base/StateFile.h"
#include "crypto/Sha256.h"
#include "download/Background.h"
#include "release/ReleaseSignature.h"
#include "release/StickOrder.h"

#include <QFile>
#include <QFileInfo>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

// Never looked up: RFC 2606 keeps the domain free. The journal holds a command, and a command has an address.
const auto noAddress = "https://stick.invalid/release.zip"_L1;

QByteArray fingerprintOf(const control::StickHandover &handover, int index)
{
    return Sha256::hash((handover.key + u':' + QString::number(index) + u':' + handover.releases.at(index)).toUtf8());
}

void fillIn(StickReleaseResult &result, const ReleaseManifest &manifest)
{
    result.component = manifest.component;
    result.release = manifest.release;
    result.processes = manifest.processes;
    if (manifest.processes.isEmpty()) {
        result.version = manifest.version;
    }
}

} // namespace

StickUpdates::StickUpdates(Settings settings, const Ports &ports, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_ports(ports)
{
    m_retry.setSingleShot(true);
    m_retry.setInterval(m_settings.pause);
    connect(&m_retry, &QTimer::timeout, this, [this] {
        if (m_unrecorded) {
            updateEnded(*std::exchange(m_unrecorded, std::nullopt));
        } else {
            next();
        }
    });
    connect(&m_ports.installer, &update::Installer::finished, this, &StickUpdates::updateEnded);
    connect(&m_ports.watchdog, &control::WatchdogPort::connected, this, &StickUpdates::look);
    connect(&m_ports.watchdog, &control::WatchdogPort::eventReceived, this, [this](const control::Event &event) {
        if (std::holds_alternative<control::StickArrived>(event)) {
            look();
        }
    });
}

StickUpdates::~StickUpdates()
{
    m_stop.request_stop();
    m_packing.waitForFinished();
}

void StickUpdates::start()
{
    look();
}

void StickUpdates::look()
{
    if (m_handover) {
        return;
    }
    if (QFileInfo::exists(m_settings.tree.stickResult())) {
        report();
        return;
    }
    auto handover =
        readStateFile(m_settings.tree.stickHandover(), control::maxStickHandover, control::stickHandoverFromJson);
    if (!handover) {
        if (handover.error().code != ErrorCode::NotFound) {
            qCWarning(lcAgent) << "what the stick has brought can't be read:" << handover.error();
        }
        return;
    }
    m_handover = *std::move(handover);
    m_result = {};
    const auto saved = readRegularFile(m_settings.tree.stickProgress(), maxStickResult);
    const auto progress = saved ? parseStickResult(*saved) : fail(saved.error());
    if (!progress && progress.error().code != ErrorCode::NotFound) {
        qCWarning(lcAgent) << "what became of the stick's releases so far can't be read:" << progress.error();
    }
    if (progress && progress->order == m_handover->order && progress->releases.size() <= m_handover->releases.size()) {
        m_result = *progress;
    }
    m_result.device = m_settings.from;
    m_result.jid = m_settings.jid;
    m_result.order = m_handover->order;
    m_isPacked = false;
    qCInfo(lcAgent) << "a stick has brought" << m_handover->releases.size() << "releases, of which"
                    << m_result.releases.size() << "have been tried";
    next();
}

void StickUpdates::next()
{
    if (!m_handover || m_isPacking || isWithdrawn()) {
        return;
    }
    const auto index = static_cast<int>(m_result.releases.size());
    if (index == m_handover->releases.size()) {
        finish();
        return;
    }
    if (const update::Order *const current = m_ports.installer.current()) {
        if (current->stick) {
            return; // from before a restart; updateEnded() follows
        }
        if (!std::exchange(m_isWaiting, true)) {
            qCInfo(lcAgent).noquote() << "the stick waits for" << nameOf(*current);
        }
        m_retry.start();
        return;
    }
    m_isWaiting = false;
    const Outcome begun = begin(index);
    if (begun) {
        return;
    }
    qCWarning(lcAgent).noquote() << "release" << index + 1 << "of the stick:" << begun.error().message;
    StickReleaseResult result = describe(index);
    result.error = begun.error().code;
    result.remarks = begun.error().message;
    if (record(std::move(result))) {
        QMetaObject::invokeMethod(this, &StickUpdates::next, Qt::QueuedConnection);
    } else {
        m_retry.start();
    }
}

// Another program has removed what the stick had brought. Then no result is awaited, and one that can't be recorded
// must not keep the installer from the panel.
bool StickUpdates::isWithdrawn()
{
    if (QFileInfo::exists(m_settings.tree.stickHandover())) {
        return false;
    }
    qCWarning(lcAgent) << "what the stick has brought is gone from" << m_settings.tree.stick();
    m_handover.reset();
    return true;
}

// As far as it is signed.
StickReleaseResult StickUpdates::describe(int index) const
{
    StickReleaseResult result;
    if (const auto manifest = verifyRelease(m_handover->releases.at(index).toLatin1(), m_settings.releaseKeys)) {
        fillIn(result, *manifest);
    }
    return result;
}

Outcome StickUpdates::begin(int index)
{
    const QString signedManifest = m_handover->releases.at(index);
    UpdateCommand update;
    update.url = QUrl(noAddress);
    update.release = signedManifest;
    if (!m_settings.releaseKeys.isEmpty()) { // else the installer refuses it in its own words
        const auto manifest = verifyRelease(signedManifest.toLatin1(), m_settings.releaseKeys);
        if (!manifest) {
            return fail(manifest.error());
        }
        const auto component = componentFromFolder(manifest->component);
        if (!component) {
            return fail(ErrorCode::BadRequest,
                        u"%1 can't be installed from a stick, only from the panel"_s.arg(manifest->component));
        }
        update.component = *component;
        update.processes = manifest->processes;
        update.version = manifest->version;
        update.sha256 = manifest->sha256;
        update.size = manifest->size;
    }
    update::Order order;
    order.number = update::stickNumber;
    order.fingerprint = fingerprintOf(*m_handover, index);
    order.task = update;
    order.stick = update::StickPart{m_handover->key, index};
    return m_ports.installer.begin(order);
}

void StickUpdates::updateEnded(const update::UpdateOutcome &outcome)
{
    const auto &stick = outcome.order.stick;
    if (!stick) {
        return;
    }
    const bool isAwaited =
        m_handover && !isWithdrawn() && stick->key == m_handover->key && stick->index == m_result.releases.size();
    if (isAwaited) {
        StickReleaseResult result = describe(stick->index);
        result.success = outcome.success;
        result.remarks = withoutSecret(outcome.remarks);
        result.error = outcome.error;
        result.rolledBack = outcome.rolledBack;
        result.before = outcome.before;
        result.versionBefore = outcome.versionBefore;
        for (const QString &line : outcome.log) {
            result.log += withoutSecret(line);
        }
        if (!record(std::move(result))) {
            // Until it is durable, the update's journal keeps the result.
            m_unrecorded = outcome;
            m_retry.start();
            return;
        }
    }
    qCInfo(lcAgent).noquote() << "release from the stick" << (outcome.success ? "installed" : "failed:")
                              << withoutSecret(outcome.remarks);
    m_ports.installer.close();
    next();
}

bool StickUpdates::record(StickReleaseResult result)
{
    StickResult more = m_result;
    more.releases += std::move(result);
    if (const auto written = writeStateFile(m_settings.tree.stickProgress(), encode(more)); !written) {
        qCWarning(lcAgent) << written.error();
        return false;
    }
    m_result = std::move(more);
    return true;
}

void StickUpdates::finish()
{
    if (m_isPacked) {
        writeResult();
        return;
    }
    m_isPacking = true;
    m_packing = download::inBackground(
        this,
        [logs = m_settings.tree.logs(), zip = m_settings.tree.stickLogs(), limits = LogLimits{m_settings.maxLogBytes},
         stop = m_stop.get_token()] { return packLogs(logs, zip, limits, stop); },
        [this](const Result<LogArchive> &logs) { packed(logs); });
}

void StickUpdates::packed(const Result<LogArchive> &logs)
{
    if (!logs) {
        m_result.remarks = u"without logs: "_s + logs.error().message;
    } else if (!logs->left.isEmpty()) {
        m_result.remarks = describeLeft(logs->left);
    }
    m_isPacking = false;
    m_isPacked = true;
    writeResult();
}

void StickUpdates::writeResult()
{
    m_result.time = m_ports.time.now();
    if (const auto written = writeStateFile(m_settings.tree.stickResult(), encode(m_result)); !written) {
        qCWarning(lcAgent) << written.error();
        m_retry.start();
        return;
    }
    qCInfo(lcAgent) << "the result for the stick is ready";
    for (int index = 0; index < m_handover->releases.size(); ++index) {
        QFile::remove(m_settings.tree.stickZip(index));
    }
    m_handover.reset();
    report();
}

void StickUpdates::report()
{
    m_ports.watchdog.ask(control::StickDone{}, this, [](const Result<control::ReplyBody> &reply) {
        // Without a connection it is reported at the next one, by look().
        if (!reply && reply.error().code != ErrorCode::Network) {
            qCWarning(lcAgent) << "the result stays on the device:" << reply.error();
        }
    });
}

QString StickUpdates::withoutSecret(QString text) const
{
    return m_settings.secret.isEmpty() ? text : text.replace(m_settings.secret, u"***"_s);
}

} // namespace sgn::agent
