// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/Downloader.h"

#include "download/Background.h"
#include "download/HttpTransport.h"
#include "download/Logging.h"

#include <algorithm>
#include <utility>

namespace sgn::download {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 spaceCheckEvery = qint64{8} * 1024 * 1024;

} // namespace

Downloader::Downloader(DownloadRequest request, web::Access access, DownloadLimits limits, QObject *parent)
    : Download(parent)
    , m_request(std::move(request))
    , m_access(std::move(access))
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
    dropTransfer();
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
    if (!m_web) {
        m_web = std::make_unique<web::Client>();
    }
    web::WebRequest request = requestFor(url, m_access, m_limits.stallTimeout);
    m_offset = m_validator.isEmpty() ? 0 : m_part.bytes();
    if (m_offset > 0) {
        request.headers +=
            {{"Range", "bytes=" + QByteArray::number(m_offset) + '-'}, {"If-Range", m_validator.toLatin1()}};
    }
    m_headRead = false;
    m_bytesAtLastCheck = m_offset;
    m_bytesAtSpaceCheck = m_offset;
    m_url = url;
    m_transfer = m_web->start(request);
    connect(m_transfer, &web::Transfer::headRead, this, &Downloader::readHead);
    connect(m_transfer, &web::Transfer::received, this, &Downloader::readBody);
    connect(m_transfer, &web::Transfer::finished, this, &Downloader::transferEnded);
    m_stallTimer.start(m_limits.stallTimeout);
}

void Downloader::askAgainLater(const QString &reason)
{
    if (m_part.isOpen() && m_part.bytes() - m_offset >= m_limits.progressBytes) {
        m_pause.reset();
    }
    dropTransfer();
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
    const HttpHead head = headOf(m_transfer->head());
    m_headRead = true;
    const QString answer = u"HTTP %1 from %2"_s.arg(head.status).arg(m_url.host());
    const HttpVerdict verdict = judge(head, m_offset);
    switch (verdict) {
    case HttpVerdict::FromStart:
    case HttpVerdict::Continued:
        if (openFor(verdict, head)) {
            Q_EMIT progress(m_part.bytes(), m_total.value_or(-1));
        }
        return;
    case HttpVerdict::Complete:
        dropTransfer();
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
    if (!head.encoding.isEmpty()) {
        // Neither its size nor its hash would be the file's.
        endWith(ErrorCode::DownloadFailed, compressedBy(m_url.host(), head));
        return false;
    }
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
    const QUrl target = m_url.resolved(QUrl::fromEncoded(m_transfer->head().field("location"), QUrl::StrictMode));
    dropTransfer();
    if (++m_redirects > m_limits.maxRedirects || !target.isValid() || target.host().isEmpty()) {
        endWith(ErrorCode::DownloadFailed, u"%1 redirects to nowhere"_s.arg(m_request.url.host()));
        return;
    }
    ask(target);
}

void Downloader::readBody(const QByteArray &bytes)
{
    if (!m_part.isOpen()) {
        return;
    }
    if (m_part.bytes() + bytes.size() > cap()) {
        endWith(ErrorCode::TooLarge, u"%1 sent more than the allowed %2 bytes"_s.arg(m_request.url.host()).arg(cap()));
        return;
    }
    Outcome written = m_part.append(bytes);
    if (written && m_part.bytes() - m_bytesAtSpaceCheck >= spaceCheckEvery) {
        m_bytesAtSpaceCheck = m_part.bytes();
        written = checkSpace(0);
    }
    if (!written) {
        end(fail(written.error()));
        return;
    }
    Q_EMIT progress(m_part.bytes(), m_total.value_or(-1));
}

void Downloader::transferEnded(const std::optional<web::WebFailure> &failure)
{
    const QString host = m_url.host();
    if (failure && failure->kind == web::WebFailure::Kind::Certificate) {
        endWith(ErrorCode::DownloadFailed,
                u"%1 has no certificate that this device trusts: %2"_s.arg(host, failure->text));
    } else if (failure) {
        askAgainLater(u"%1: %2"_s.arg(host, failure->text));
    } else if (isShort()) {
        askAgainLater(u"%1 closed the connection early"_s.arg(host));
    } else {
        dropTransfer();
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
    if (m_transfer == nullptr) {
        return;
    }
    const qint64 bytes = m_headRead ? m_part.bytes() : m_bytesAtLastCheck;
    if (bytes - m_bytesAtLastCheck < m_limits.stallBytes) {
        askAgainLater(u"%1 stopped sending"_s.arg(m_url.host()));
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
    dropTransfer();
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

void Downloader::dropTransfer()
{
    m_stallTimer.stop();
    if (web::Transfer *const transfer = std::exchange(m_transfer, nullptr)) {
        transfer->abandon();
    }
}

qint64 Downloader::cap() const
{
    const qint64 most = m_request.maxBytes > 0 ? std::min(m_request.maxBytes, m_limits.maxBytes) : m_limits.maxBytes;
    return std::min(m_request.size.value_or(most), most);
}

} // namespace sgn::download
