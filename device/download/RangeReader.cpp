// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/RangeReader.h"

#include "download/HttpTransport.h"
#include "download/Logging.h"

#include <algorithm>
#include <utility>

namespace sgn::download {

using namespace Qt::StringLiterals;

RangeReader::RangeReader(Source source, const DownloadLimits &limits, QObject *parent)
    : QObject(parent)
    , m_source(std::move(source))
    , m_limits(limits)
    , m_pause(m_limits.firstPause, m_limits.longestPause)
{
    m_retryTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &RangeReader::ask);
    connect(&m_stallTimer, &QTimer::timeout, this, &RangeReader::checkStall);
}

RangeReader::~RangeReader()
{
    dropTransfer();
}

void RangeReader::read(const ByteRange &range, Sink sink)
{
    m_range = range;
    m_sink = std::move(sink);
    m_done = 0;
    m_pause.reset();
    ask();
}

void RangeReader::ask()
{
    if (!isAllowed(m_source.url, m_source.allowHttp)) {
        end(Error{ErrorCode::DownloadFailed, u"the address isn't https"_s});
        return;
    }
    web::WebRequest request = requestFor(m_source.url, m_source.access, m_limits.stallTimeout);
    if (!requestsAll()) {
        request.headers += {"Range", "bytes=" + QByteArray::number(m_range.offset + m_done) + '-' +
                                         (requestsToTheEnd() ? QByteArray() : QByteArray::number(m_range.end() - 1))};
        if (!m_validator.isEmpty()) {
            request.headers += {"If-Range", m_validator.toLatin1()};
        }
    }
    if (m_toTheEnd) {
        request.enough = m_range.length - m_done;
    }
    m_bytesAtLastCheck = m_done;
    m_transfer = m_web.start(request);
    connect(m_transfer, &web::Transfer::headRead, this, &RangeReader::readHead);
    connect(m_transfer, &web::Transfer::received, this, &RangeReader::readBody);
    connect(m_transfer, &web::Transfer::finished, this, &RangeReader::transferEnded);
    m_stallTimer.start(m_limits.stallTimeout);
}

bool RangeReader::requestsToTheEnd() const
{
    return m_toTheEnd || m_range.end() == m_source.size;
}

bool RangeReader::requestsAll() const
{
    return m_toTheEnd && m_range.offset + m_done == 0;
}

void RangeReader::requestToTheEnd()
{
    m_toTheEnd = true;
    dropTransfer();
    ask();
}

bool RangeReader::isWanted(const HttpHead &head) const
{
    if (requestsAll()) {
        return head.status == 200 && head.contentLength == m_source.size;
    }
    const qint64 end = requestsToTheEnd() ? m_source.size : m_range.end();
    const auto isUpTo = [&](qint64 last) {
        return head.contentRange == "bytes " + QByteArray::number(m_range.offset + m_done) + '-' +
                                        QByteArray::number(last) + '/' + QByteArray::number(m_source.size);
    };
    // Prosody 0.12 names one byte more than there is.
    return head.status == 206 && (isUpTo(end - 1) || (requestsToTheEnd() && isUpTo(end)));
}

std::optional<QString> RangeReader::mismatch(const HttpHead &head) const
{
    if (!head.encoding.isEmpty()) {
        return compressedBy(m_source.url.host(), head);
    }
    if (!isWanted(head)) {
        return u"the server doesn't send the part it was asked for (HTTP %1)"_s.arg(head.status);
    }
    const QString validator = resumeValidator(head);
    if (validator.isEmpty()) {
        return u"the server sends no validator that shows that all parts are of one file"_s;
    }
    if (!m_validator.isEmpty() && validator != m_validator) {
        return u"the file on the server has changed"_s;
    }
    return std::nullopt;
}

void RangeReader::readHead()
{
    const HttpHead head = headOf(m_transfer->head());
    if (judge(head, m_range.offset + m_done) == HttpVerdict::TryLater) {
        askAgainLater(u"HTTP %1"_s.arg(head.status));
    } else if (!requestsToTheEnd() && (head.status == 200 || head.status == 416)) {
        requestToTheEnd();
    } else if (const auto why = mismatch(head)) {
        end(Error{ErrorCode::DownloadFailed, *why});
    } else {
        m_validator = resumeValidator(head);
    }
}

void RangeReader::readBody(const QByteArray &bytes)
{
    QByteArrayView part = bytes;
    m_bytes += part.size();
    if (m_done + part.size() > m_range.length) {
        if (!m_toTheEnd) {
            end(Error{ErrorCode::DownloadFailed, u"the server sent more than it was asked for"_s});
            return;
        }
        part.truncate(static_cast<qsizetype>(m_range.length - m_done));
    }
    m_done += part.size();
    if (const Outcome taken = m_sink(part); !taken) {
        end(taken.error());
        return;
    }
    Q_EMIT progress(m_bytes);
    if (m_toTheEnd && m_done == m_range.length) {
        end(std::nullopt);
    }
}

void RangeReader::transferEnded(const std::optional<web::WebFailure> &failure)
{
    if (m_done == m_range.length) {
        end(std::nullopt);
    } else if (failure && failure->kind == web::WebFailure::Kind::Certificate) {
        end(Error{ErrorCode::DownloadFailed, failure->text});
    } else {
        askAgainLater(failure ? failure->text : u"the server closed the connection early"_s);
    }
}

void RangeReader::askAgainLater(const QString &reason)
{
    if (m_done - m_bytesAtLastCheck >= m_limits.progressBytes) {
        m_pause.reset();
    }
    dropTransfer();
    if (m_pause.failures() + 1 >= m_limits.maxFailures) {
        end(Error{ErrorCode::Network, reason});
        return;
    }
    const auto pause = m_pause.next();
    qCInfo(lcDownload).noquote() << u"reading of a part interrupted: %1; next try in %2 ms"_s.arg(reason).arg(
        pause.count());
    m_retryTimer.start(pause);
}

void RangeReader::checkStall()
{
    // The last bytes of a range may be fewer than what counts as progress.
    const qint64 enough = std::min(m_limits.stallBytes, m_range.length - m_bytesAtLastCheck);
    if (m_done - m_bytesAtLastCheck < enough) {
        askAgainLater(u"the server stopped sending"_s);
        return;
    }
    m_bytesAtLastCheck = m_done;
}

void RangeReader::end(const std::optional<Error> &failure)
{
    dropTransfer();
    m_retryTimer.stop();
    QMetaObject::invokeMethod(
        this, [this, failure] { Q_EMIT finished(failure); }, Qt::QueuedConnection);
}

void RangeReader::dropTransfer()
{
    m_stallTimer.stop();
    if (web::Transfer *const transfer = std::exchange(m_transfer, nullptr)) {
        transfer->abandon();
    }
}

} // namespace sgn::download
