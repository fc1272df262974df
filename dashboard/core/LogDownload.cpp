// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/LogDownload.h"

#include "archive/Zip.h"

#include <QDir>
#include <QFileInfo>
#include <QNetworkReply>
#include <QtConcurrent>

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::FactCode;
using records::Problem;

namespace {

constexpr qint64 bufferSize = 256 * 1024;
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

LogDownload::LogDownload(QNetworkAccessManager &network, const QSslConfiguration &tls, Order order, QObject *parent)
    : QObject(parent)
    , m_network(network)
    , m_tls(tls)
    , m_order(std::move(order))
    , m_file(m_order.target + u".XXXXXX.part"_s)
{
    QMetaObject::invokeMethod(this, &LogDownload::start, Qt::QueuedConnection);
}

LogDownload::~LogDownload()
{
    m_stop.request_stop();
    if (m_reply) {
        m_reply->disconnect(this);
        m_reply->abort();
        m_reply->deleteLater();
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
    QNetworkRequest request(m_order.url);
    request.setSslConfiguration(m_tls);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setTransferTimeout(static_cast<int>(std::chrono::milliseconds(patience).count()));
    m_reply = m_network.get(request);
    m_reply->setReadBufferSize(bufferSize);
    connect(m_reply, &QNetworkReply::readyRead, this, &LogDownload::onReadyRead);
    connect(m_reply, &QNetworkReply::finished, this, &LogDownload::onReplyFinished);
}

void LogDownload::onReadyRead()
{
    if (m_failure) {
        return;
    }
    const QByteArray bytes = m_reply->readAll();
    m_failure = statusError();
    if (!m_failure) {
        m_failure = keep(bytes);
    }
    if (m_failure) {
        // Not from within the reply's own signal.
        QMetaObject::invokeMethod(m_reply, &QNetworkReply::abort, Qt::QueuedConnection);
        return;
    }
    Q_EMIT progress(m_received, m_order.size.value_or(-1));
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

// An error page is no log.
std::optional<Problem> LogDownload::statusError() const
{
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (status == 0 || status == httpOk) {
        return std::nullopt;
    }
    return Problem(ErrorCode::Network, FactCode::LogsRefusedByServer, {m_order.url.host(), QString::number(status)});
}

std::optional<Problem> LogDownload::replyError() const
{
    const QString host = m_order.url.host();
    if (m_reply->error() == QNetworkReply::OperationCanceledError) {
        return Problem(ErrorCode::Timeout, FactCode::LogsTimedOut, {host, QString::number(patience.count())});
    }
    if (m_reply->error() == QNetworkReply::SslHandshakeFailedError) {
        return Problem(ErrorCode::Refused, FactCode::LogsCertificate, {host}, m_reply->errorString());
    }
    if (const std::optional<Problem> status = statusError()) {
        return status;
    }
    if (m_reply->error() != QNetworkReply::NoError) {
        return Problem(ErrorCode::Network, FactCode::LogsNotFetched, {host}, m_reply->errorString());
    }
    return std::nullopt;
}

void LogDownload::onReplyFinished()
{
    if (!m_failure) {
        m_failure = replyError();
    }
    if (!m_failure) {
        onReadyRead();
    }
    if (!m_failure && m_order.size && m_received != *m_order.size) {
        m_failure = Problem(ErrorCode::HashMismatch, FactCode::LogsSizeDiffers,
                            {QString::number(m_received), QString::number(*m_order.size)});
    }
    const QByteArray digest = m_hash.finish();
    if (!m_failure && !m_order.sha256.isEmpty() && digest != m_order.sha256) {
        m_failure = Problem(ErrorCode::HashMismatch, FactCode::LogsHashDiffers);
    }
    if (!m_failure && !m_file.flush()) {
        m_failure = Problem(ErrorCode::Io, FactCode::FileUnwritten, {m_file.fileName()}, m_file.errorString());
    }
    m_reply->deleteLater();
    m_reply = nullptr;
    if (m_failure) {
        finish(fail(*m_failure));
    } else {
        unpack();
    }
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
