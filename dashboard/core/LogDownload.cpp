// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/LogDownload.h"

#include "archive/Zip.h"

#include <QDir>
#include <QFileInfo>
#include <QtConcurrent>

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::FactCode;
using records::Problem;

namespace {

// The rest is for servers that send a byte now and then.
constexpr std::chrono::hours longest(2);
constexpr int httpOk = 200;

Problem notUnpacked(const Error &error)
{
    return Problem(error).withContext(FactCode::LogsNotUnpacked);
}

// A log repeats itself: deflate's best ratio is honest there, so the size alone is limited.
ZipLimits limitsOfLogs()
{
    ZipLimits limits;
    limits.maxRatio = 1100;
    limits.maxBytes = qint64{256} * 1024 * 1024;
    return limits;
}

records::Expected<qint64> unpackInto(const QString &zip, const QString &target, const std::stop_token &stop)
{
    const auto entries = listZip(zip, limitsOfLogs());
    if (!entries) {
        return fail(notUnpacked(entries.error()));
    }
    const auto topFolder = topFolderOf(*entries);
    if (!topFolder) {
        return fail(notUnpacked(topFolder.error()));
    }
    ExtractRules rules;
    rules.topFolder = *topFolder;
    rules.limits = limitsOfLogs();
    rules.stop = stop;
    const auto report = extractZip(zip, target, rules);
    if (!report) {
        return fail(notUnpacked(report.error()));
    }
    return QFileInfo(zip).size();
}

} // namespace

LogDownload::LogDownload(web::Client &client, Order order, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_order(std::move(order))
    , m_file(m_order.target + u".XXXXXX.part"_s)
{
    QMetaObject::invokeMethod(this, &LogDownload::start, Qt::QueuedConnection);
}

LogDownload::~LogDownload()
{
    m_stop.request_stop();
    if (m_transfer != nullptr) {
        m_transfer->abandon();
    }
}

void LogDownload::start()
{
    if (m_order.url.scheme() != "https"_L1) {
        finish(fail(ErrorCode::Refused, FactCode::LogsAddressNotHttps, {m_order.url.toDisplayString()}));
        return;
    }
    if (m_order.size && *m_order.size > m_order.maxSize) {
        finish(fail(ErrorCode::TooLarge, FactCode::LogsTooLarge,
                    {QString::number(*m_order.size), QString::number(m_order.maxSize)}));
        return;
    }
    if (!QDir().mkpath(QFileInfo(m_order.target).absolutePath()) || !m_file.open()) {
        finish(fail(ErrorCode::Io, FactCode::FolderUnwritten, {QFileInfo(m_order.target).absolutePath()},
                    m_file.errorString()));
        return;
    }
    web::WebRequest request;
    request.url = m_order.url;
    request.trust = m_order.trust;
    request.proxy = m_order.proxy;
    request.silence = patience;
    request.total = longest;
    m_transfer = m_client.start(request);
    connect(m_transfer, &web::Transfer::received, this, &LogDownload::onReceived);
    connect(m_transfer, &web::Transfer::finished, this, &LogDownload::onTransferEnded);
}

void LogDownload::onReceived(const QByteArray &bytes)
{
    std::optional<Problem> failure = headError();
    if (!failure) {
        failure = keep(bytes);
    }
    if (failure) {
        giveUp(*failure);
    } else {
        Q_EMIT progress(m_received, m_order.size.value_or(-1));
    }
}

std::optional<Problem> LogDownload::keep(const QByteArray &bytes)
{
    const qint64 limit = m_order.size.value_or(m_order.maxSize);
    m_received += bytes.size();
    if (m_received > limit) {
        return Problem(ErrorCode::TooLarge, FactCode::LogsLongerThanStated, {QString::number(limit)});
    }
    if (m_file.write(bytes) != bytes.size()) {
        return Problem(ErrorCode::Io, FactCode::FileUnwritten, {m_file.fileName()}, m_file.errorString());
    }
    m_hash.addData(bytes);
    return std::nullopt;
}

// An error page is no log, nor is another form of the file.
std::optional<Problem> LogDownload::headError() const
{
    const web::Head &head = m_transfer->head();
    const QString host = m_order.url.host();
    if (head.status != 0 && head.status != httpOk) {
        return Problem(ErrorCode::Network, FactCode::LogsRefusedByServer, {host, QString::number(head.status)});
    }
    if (head.isEncoded()) {
        return Problem(ErrorCode::Network, FactCode::LogsNotFetched, {host},
                       u"it comes compressed (Content-Encoding: %1), which wasn't requested"_s.arg(
                           QString::fromLatin1(head.field("content-encoding").left(64))));
    }
    return std::nullopt;
}

std::optional<Problem> LogDownload::transferError(const std::optional<web::WebFailure> &failure) const
{
    if (const std::optional<Problem> problem = headError()) {
        return problem;
    }
    if (!failure) {
        return std::nullopt;
    }
    const QString host = m_order.url.host();
    switch (failure->kind) {
    case web::WebFailure::Kind::Timeout:
        return Problem(ErrorCode::Timeout, FactCode::LogsTimedOut, {host, QString::number(patience.count())});
    case web::WebFailure::Kind::Certificate:
        return Problem(ErrorCode::Refused, FactCode::LogsCertificate, {host}, failure->text);
    case web::WebFailure::Kind::Network:
    case web::WebFailure::Kind::Response:
    case web::WebFailure::Kind::File:
        break;
    }
    return Problem(ErrorCode::Network, FactCode::LogsNotFetched, {host}, failure->text);
}

void LogDownload::onTransferEnded(const std::optional<web::WebFailure> &failure)
{
    if (const std::optional<Problem> problem = transferError(failure)) {
        giveUp(*problem);
        return;
    }
    std::exchange(m_transfer, nullptr)->abandon();
    onComplete();
}

void LogDownload::onComplete()
{
    const QByteArray digest = m_hash.finish();
    if (m_order.size && m_received != *m_order.size) {
        giveUp(Problem(ErrorCode::HashMismatch, FactCode::LogsSizeDiffers,
                       {QString::number(m_received), QString::number(*m_order.size)}));
    } else if (!m_order.sha256.isEmpty() && digest != m_order.sha256) {
        giveUp(Problem(ErrorCode::HashMismatch, FactCode::LogsHashDiffers));
    } else if (!m_file.flush()) {
        giveUp(Problem(ErrorCode::Io, FactCode::FileUnwritten, {m_file.fileName()}, m_file.errorString()));
    } else {
        unpack();
    }
}

void LogDownload::giveUp(const Problem &why)
{
    if (web::Transfer *const transfer = std::exchange(m_transfer, nullptr)) {
        transfer->abandon();
    }
    finish(fail(why));
}

void LogDownload::unpack()
{
    Q_EMIT unpacking();
    connect(&m_unpacking, &QFutureWatcherBase::finished, this, [this] { finish(m_unpacking.result()); });
    m_unpacking.setFuture(QtConcurrent::run([zip = m_file.fileName(), target = m_order.target,
                                             stop = m_stop.get_token()] { return unpackInto(zip, target, stop); }));
}

void LogDownload::finish(const records::Expected<qint64> &size)
{
    if (!std::exchange(m_isFinished, true)) {
        Q_EMIT finished(size);
        deleteLater();
    }
}

} // namespace sgn::core
