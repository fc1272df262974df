// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/RangeReader.h"

#include "download/HttpTransport.h"
#include "download/Logging.h"

#include <algorithm>
#include <QNetworkAccessManager>
#include <QNetworkProxy>

namespace sgn::download {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 readBuffer = 256 * 1024;
// For a response that is aborted: the less is buffered, the less was sent in vain.
constexpr qint64 smallReadBuffer = 16 * 1024;

} // namespace

RangeReader::RangeReader(Source source, const DownloadLimits &limits, QObject *parent)
    : QObject(parent)
    , m_source(std::move(source))
    , m_limits(limits)
    , m_pause(m_limits.firstPause, m_limits.longestPause)
    , m_network(std::make_unique<QNetworkAccessManager>())
{
    m_network->setProxy(QNetworkProxy(QNetworkProxy::NoProxy));
    m_retryTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &RangeReader::ask);
    connect(&m_stallTimer, &QTimer::timeout, this, &RangeReader::checkStall);
}

RangeReader::~RangeReader()
{
    dropReply();
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
    QNetworkRequest request = plainRequest(m_source.url, m_source.caFile);
    if (!requestsAll()) {
        request.setRawHeader("Range", "bytes=" + QByteArray::number(m_range.offset + m_done) + '-' +
                                          (requestsToTheEnd() ? QByteArray() : QByteArray::number(m_range.end() - 1)));
        if (!m_validator.isEmpty()) {
            request.setRawHeader("If-Range", m_validator.toLatin1());
        }
    }
    m_headRead = false;
    m_bytesAtLastCheck = m_done;
    m_reply = m_network->get(request);
    m_reply->setReadBufferSize(m_toTheEnd ? smallReadBuffer : readBuffer);
    connect(m_reply, &QNetworkReply::metaDataChanged, this, &RangeReader::readHead);
    connect(m_reply, &QIODevice::readyRead, this, &RangeReader::readBody);
    connect(m_reply, &QNetworkReply::finished, this, &RangeReader::replyEnded);
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
    m_headRead = false;
    m_reply->disconnect(this);
    // Qt is still processing the reply's head.
    QMetaObject::invokeMethod(
        m_reply,
        [this, reply = m_reply] {
            if (m_reply == reply) {
                dropReply();
                ask();
            }
        },
        Qt::QueuedConnection);
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
    if (m_headRead || m_reply == nullptr) {
        return;
    }
    const HttpHead head = headOf(*m_reply);
    if (head.status == 0) {
        return;
    }
    m_headRead = true;
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

void RangeReader::readBody()
{
    readHead();
    while (m_reply != nullptr && m_headRead && m_reply->bytesAvailable() > 0) {
        QByteArray block = m_reply->read(readBuffer);
        m_bytes += block.size();
        if (m_done + block.size() > m_range.length) {
            if (!m_toTheEnd) {
                end(Error{ErrorCode::DownloadFailed, u"the server sent more than it was asked for"_s});
                return;
            }
            block.truncate(m_range.length - m_done);
        }
        m_done += block.size();
        if (const Outcome taken = m_sink(block); !taken) {
            end(taken.error());
            return;
        }
        Q_EMIT progress(m_bytes);
        if (m_toTheEnd && m_done == m_range.length) {
            end(std::nullopt);
        }
    }
}

void RangeReader::replyEnded()
{
    readBody();
    if (m_reply == nullptr) {
        return;
    }
    if (m_done == m_range.length) {
        end(std::nullopt);
    } else if (m_reply->error() == QNetworkReply::SslHandshakeFailedError) {
        end(Error{ErrorCode::DownloadFailed, m_reply->errorString()});
    } else {
        askAgainLater(m_reply->error() == QNetworkReply::NoError ? u"the server closed the connection early"_s
                                                                 : m_reply->errorString());
    }
}

void RangeReader::askAgainLater(const QString &reason)
{
    if (m_done - m_bytesAtLastCheck >= m_limits.progressBytes) {
        m_pause.reset();
    }
    dropReply();
    if (m_pause.failures() + 1 >= m_limits.maxFailures) {
        end(Error{ErrorCode::DownloadFailed, reason});
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
    dropReply();
    m_retryTimer.stop();
    QMetaObject::invokeMethod(
        this, [this, failure] { Q_EMIT finished(failure); }, Qt::QueuedConnection);
}

void RangeReader::dropReply()
{
    m_stallTimer.stop();
    if (QNetworkReply *const reply = std::exchange(m_reply, nullptr)) {
        reply->disconnect(this);
        reply->abort();
        reply->deleteLater();
    }
}

} // namespace sgn::download
