// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Backoff.h"
#include "base/Result.h"
#include "download/DeltaPlan.h"
#include "download/Download.h"
#include "download/DownloadLimits.h"
#include "download/HttpVerdict.h"
#include "web/Client.h"

#include <functional>
#include <memory>
#include <QByteArray>
#include <QObject>
#include <QTimer>
#include <QUrl>

namespace sgn::download {

// Reads parts of one file on a web server (RFC 9110 section 14), one after the other, and makes sure that all of them
// are of the same file: by the validator that comes with the first (If-Range) and by the file's size. A cut is
// continued where it was, with growing random pauses; a response that doesn't match the request ends it.
//
// Some servers, Prosody's file store among them, only know ranges that go on to the end of the file. From those the
// reader takes what it needs and closes the connection.
class RangeReader : public QObject
{
    Q_OBJECT

public:
    struct Source
    {
        QUrl url;
        web::Access access;
        bool allowHttp = false;
        qint64 size = 0; // of the whole file
    };
    // Receives the bytes in order; a failure that it returns ends the reading.
    using Sink = std::function<Outcome(QByteArrayView)>;

    RangeReader(Source source, const DownloadLimits &limits, QObject *parent = nullptr);
    ~RangeReader() override;

    // One at a time, within the file's size. finished() follows once, never from within this call.
    void read(const ByteRange &range, Sink sink);

    // Bytes received so far, over all ranges.
    [[nodiscard]] qint64 bytes() const { return m_bytes; }
    // Each part costs a connection of its own on this server, and some bytes behind the part.
    [[nodiscard]] bool hangsUp() const { return m_toTheEnd; }

Q_SIGNALS:
    void progress(qint64 bytes);
    // nullopt when the whole range was read; Network when the server can't be reached or fails too often in a row;
    // DownloadFailed when it doesn't send what was requested; the sink's failure.
    void finished(const std::optional<sgn::Error> &failure);

private:
    void ask();
    void readHead();
    void readBody(const QByteArray &bytes);
    void transferEnded(const std::optional<web::WebFailure> &failure);
    void askAgainLater(const QString &reason);
    void checkStall();
    void end(const std::optional<Error> &failure);
    void dropTransfer();
    void requestToTheEnd();
    [[nodiscard]] bool requestsToTheEnd() const;
    [[nodiscard]] bool requestsAll() const;
    [[nodiscard]] bool isWanted(const HttpHead &head) const;
    [[nodiscard]] std::optional<QString> mismatch(const HttpHead &head) const;

    Source m_source;
    DownloadLimits m_limits;
    Backoff m_pause;
    web::Client m_web;
    web::Transfer *m_transfer = nullptr;
    QTimer m_retryTimer;
    QTimer m_stallTimer;
    ByteRange m_range;
    Sink m_sink;
    qint64 m_done = 0; // of the range
    qint64 m_bytes = 0;
    qint64 m_bytesAtLastCheck = 0;
    QString m_validator;
    bool m_toTheEnd = false; // the server supports no other ranges
};

} // namespace sgn::download
