// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/Downloader.h"

#include "download/Background.h"
#include "download/HttpTransport.h"
#include "download/Logging.h"

#include <algorithm>
#include <QNetworkAccessManager>
#include <QNetworkProxy>

namespace sgn::download {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 readBuffer = 256 * 1024;
constexpr qint64 spaceCheckEvery = qint64{8} * 1024 * 1024;

} // namespace

Downloader::Downloader(DownloadRequest request, QString caFile, DownloadLimits limits, QObject *parent)
    : Download(parent)
    , m_request(std::move(request))
    , m_caFile(std::move(caFile))
    , m_limits(std::move(limits))
    , m_pause(m_limits.firstPause, m_limits.longestPause)
    , m_part(m_request.path)
{
    m_retryTimer.setSingleShot(true);
    m_totalTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, [this] { ask(m_request.url); });
    connect(&m_stallTimer, &QTimer::timeout, this, &Downloader::checkStall);
    connect(&m_totalTimer, &QTimer::timeout, this,
            [this] { endWith(ErrorCode::DownloadFailed, u"it took too long"_s); });
}

Downloader::~Downloader()
{
    dropReply();
}

void Downloader::start()
{
    m_totalTimer.start(m_limits.totalTimeout);
    m_validator = m_part.validatorFor(m_request.url);
    if (m_validator.isEmpty()) {
        QMetaObject::invokeMethod(
            this, [this] { ask(m_request.url); }, Qt::QueuedConnection);
        return;
    }
    inBackground(
        this, [path = m_request.path] { return PartFile::readKept(path); },
        [this](const Result<PartFile::Kept> &kept) {
            if (m_ended) {
                return;
            }
            if (!kept || kept->bytes > cap() || !m_part.resume(*kept)) {
                m_validator.clear();
            }
            ask(m_request.url);
        });
}

void Downloader::ask(const QUrl &url)
{
    if (!isAllowed(url, m_request.allowHttp)) {
        endWith(ErrorCode::DownloadFailed, u"%1 leads to an address that isn't https"_s.arg(m_request.url.host()));
        return;
    }
    if (!m_network) {
        m_network = std::make_unique<QNetworkAccessManager>();
        m_network->setProxy(QNetworkProxy(QNetworkProxy::NoProxy));
    }
    QNetworkRequest request = plainRequest(url, m_caFile);
    m_offset = m_validator.isEmpty() ? 0 : m_part.bytes();
    if (m_offset > 0) {
        request.setRawHeader("Range", "bytes=" + QByteArray::number(m_offset) + '-');
        request.setRawHeader("If-Range", m_validator.toLatin1());
    }
    m_headRead = false;
    m_bytesAtLastCheck = m_offset;
    m_bytesAtSpaceCheck = m_offset;
    m_reply = m_network->get(request);
    m_reply->setReadBufferSize(readBuffer);
    connect(m_reply, &QNetworkReply::metaDataChanged, this, &Downloader::readHead);
    connect(m_reply, &QIODevice::readyRead, this, &Downloader::readBody);
    connect(m_reply, &QNetworkReply::finished, this, &Downloader::replyEnded);
    m_stallTimer.start(m_limits.stallTimeout);
}

void Downloader::askAgainLater(const QString &reason)
{
    if (m_part.isOpen() && m_part.bytes() - m_offset >= m_limits.progressBytes) {
        m_pause.reset();
    }
    dropReply();
    if (m_pause.failures() + 1 >= m_limits.maxFailures) {
        endWith(ErrorCode::DownloadFailed, reason);
        return;
    }
    m_redirects = 0;
    const auto pause = m_pause.next();
    qCInfo(lcDownload).noquote() << u"download interrupted: %1; next try in %2 ms"_s.arg(reason).arg(pause.count());
    m_retryTimer.start(pause);
    Q_EMIT interrupted(reason);
}

void Downloader::readHead()
{
    if (m_headRead || m_reply == nullptr) {
        return;
    }
    const HttpHead head = headOf(*m_reply);
    if (head.status == 0) {
        return;
    }
    m_headRead = true;
    const QString answer = u"HTTP %1 from %2"_s.arg(head.status).arg(m_reply->url().host());
    const HttpVerdict verdict = judge(head, m_offset);
    switch (verdict) {
    case HttpVerdict::FromStart:
    case HttpVerdict::Continued:
        if (openFor(verdict, head)) {
            Q_EMIT progress(m_part.bytes(), m_total.value_or(-1));
        }
        return;
    case HttpVerdict::Complete:
        dropReply();
        complete();
        return;
    case HttpVerdict::StartAgain:
        m_validator.clear();
        askAgainLater(answer);
        return;
    case HttpVerdict::Redirect:
        followRedirect();
        return;
    case HttpVerdict::TryLater:
        askAgainLater(answer);
        return;
    case HttpVerdict::GiveUp:
        endWith(ErrorCode::DownloadFailed, answer);
        return;
    }
}

bool Downloader::openFor(HttpVerdict verdict, const HttpHead &head)
{
    m_total = totalSize(head, m_offset);
    if (m_total.value_or(0) > cap()) {
        endWith(ErrorCode::TooLarge,
                u"%1 offers %2 bytes, allowed are %3"_s.arg(m_request.url.host()).arg(*m_total).arg(cap()));
        return false;
    }
    Outcome opened = checkSpace(m_total.value_or(m_request.size.value_or(0)) - m_offset);
    if (opened && verdict == HttpVerdict::FromStart) {
        m_offset = 0;
        m_validator = resumeValidator(head);
        opened = m_part.begin(m_request.url, m_validator);
    }
    if (!opened) {
        end(fail(opened.error()));
        return false;
    }
    m_bytesAtLastCheck = m_part.bytes();
    return true;
}

void Downloader::followRedirect()
{
    const QUrl target = m_reply->url().resolved(QUrl::fromEncoded(m_reply->rawHeader("Location"), QUrl::StrictMode));
    dropReply();
    if (++m_redirects > m_limits.maxRedirects || !target.isValid() || target.host().isEmpty()) {
        endWith(ErrorCode::DownloadFailed, u"%1 redirects to nowhere"_s.arg(m_request.url.host()));
        return;
    }
    ask(target);
}

void Downloader::readBody()
{
    readHead();
    while (m_reply != nullptr && m_part.isOpen() && m_reply->bytesAvailable() > 0) {
        const QByteArray block = m_reply->read(readBuffer);
        if (m_part.bytes() + block.size() > cap()) {
            endWith(ErrorCode::TooLarge,
                    u"%1 sent more than the allowed %2 bytes"_s.arg(m_request.url.host()).arg(cap()));
            return;
        }
        Outcome written = m_part.append(block);
        if (written && m_part.bytes() - m_bytesAtSpaceCheck >= spaceCheckEvery) {
            m_bytesAtSpaceCheck = m_part.bytes();
            written = checkSpace(0);
        }
        if (!written) {
            end(fail(written.error()));
            return;
        }
    }
    if (m_part.isOpen()) {
        Q_EMIT progress(m_part.bytes(), m_total.value_or(-1));
    }
}

void Downloader::replyEnded()
{
    readBody();
    if (m_reply == nullptr) {
        return;
    }
    const QNetworkReply::NetworkError error = m_reply->error();
    const QString host = m_reply->url().host();
    if (error == QNetworkReply::SslHandshakeFailedError) {
        endWith(ErrorCode::DownloadFailed,
                u"%1 has no certificate that this device trusts: %2"_s.arg(host, m_reply->errorString()));
    } else if (error != QNetworkReply::NoError || !m_headRead) {
        askAgainLater(u"%1: %2"_s.arg(host, m_reply->errorString()));
    } else if (isShort()) {
        askAgainLater(u"%1 closed the connection early"_s.arg(host));
    } else {
        dropReply();
        complete();
    }
}

bool Downloader::isShort() const
{
    if (m_total) {
        return m_part.bytes() < *m_total;
    }
    // Without a length from the server, a cut looks like the end; only the command's size distinguishes them.
    return m_part.bytes() < m_request.size.value_or(0);
}

void Downloader::checkStall()
{
    if (m_reply == nullptr) {
        return;
    }
    const qint64 bytes = m_headRead ? m_part.bytes() : m_bytesAtLastCheck;
    if (bytes - m_bytesAtLastCheck < m_limits.stallBytes) {
        askAgainLater(u"%1 stopped sending"_s.arg(m_reply->url().host()));
        return;
    }
    m_bytesAtLastCheck = bytes;
}

Outcome Downloader::checkSpace(qint64 missingBytes) const
{
    const qint64 available = freeSpace(m_limits, m_request.path);
    const qint64 needed = missingBytes + m_limits.reservedBytes;
    if (available >= 0 && available < needed) {
        return fail(ErrorCode::NoSpace,
                    u"the card has %1 MB free, needed are %2 MB"_s.arg(available >> 20).arg((needed >> 20) + 1));
    }
    return {};
}

void Downloader::complete()
{
    m_stallTimer.stop();
    m_part.close();
    inBackground(
        this, [path = m_request.path] { return PartFile::sync(path); },
        [this](const Outcome &synced) {
            if (!synced) {
                end(fail(synced.error()));
                return;
            }
            end(Downloaded{m_part.bytes(), m_part.finishHash()});
        });
}

void Downloader::end(const Result<Downloaded> &result)
{
    if (m_ended) {
        return;
    }
    m_ended = true;
    dropReply();
    m_retryTimer.stop();
    m_totalTimer.stop();
    m_part.close();
    // Queued, so that a receiver may delete this object.
    QMetaObject::invokeMethod(
        this, [this, result] { Q_EMIT finished(result); }, Qt::QueuedConnection);
}

void Downloader::endWith(ErrorCode code, const QString &reason)
{
    end(fail(code, u"download failed: "_s + reason));
}

void Downloader::dropReply()
{
    m_stallTimer.stop();
    if (QNetworkReply *const reply = std::exchange(m_reply, nullptr)) {
        reply->disconnect(this);
        reply->abort();
        reply->deleteLater();
    }
}

qint64 Downloader::cap() const
{
    const qint64 most = m_request.maxBytes > 0 ? std::min(m_request.maxBytes, m_limits.maxBytes) : m_limits.maxBytes;
    return std::min(m_request.size.value_or(most), most);
}

} // namespace sgn::download
