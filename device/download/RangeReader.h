// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Backoff.h"
#include "base/Result.h"
#include "download/DeltaPlan.h"
#include "download/DownloadLimits.h"
#include "download/HttpVerdict.h"

#include <functional>
#include <memory>
#include <QByteArray>
#include <QNetworkReply>
#include <QObject>
#include <QTimer>
#include <QUrl>

class QNetworkAccessManager;

namespace sgn::download {

// Reads parts of one file on a web server (RFC 9110 section 14), one after the other, and makes sure that all of them
// are of the same file: by the validator that comes with the first (If-Range) and by the file's size. A cut is
// continued where it was, with growing random pauses; a server that does anything else than asked ends it.
//
// Some servers, Prosody's file store among them, only know ranges that go on to the end of the file. Of those the
// reader takes what it wants and hangs up.
class RangeReader : public QObject
{
    Q_OBJECT

public:
    struct Source
    {
        QUrl url;
        QString caFile;
        bool allowHttp = false;
        qint64 size = 0; // of the whole file
    };
    // Takes the bytes in their order; what it returns as a failure ends the reading.
    using Sink = std::function<Outcome(QByteArrayView)>;

    RangeReader(Source source, const DownloadLimits &limits, QObject *parent = nullptr);
    ~RangeReader() override;

    // One at a time, within the file's size. finished() follows once, never from within this call.
    void read(const ByteRange &range, Sink sink);

    // All that came so far, over all ranges.
    [[nodiscard]] qint64 bytes() const { return m_bytes; }
    // The server turned out to be one that each part costs a connection of its own, and some bytes behind it.
    [[nodiscard]] bool hangsUp() const { return m_toTheEnd; }

Q_SIGNALS:
    void progress(qint64 bytes);
    // Nothing when all of the range came, else DownloadFailed or the sink's failure.
    void finished(const std::optional<sgn::Error> &failure);

private:
    void ask();
    void readHead();
    void readBody();
    void replyEnded();
    void askAgainLater(const QString &reason);
    void checkStall();
    void end(const std::optional<Error> &failure);
    void dropReply();
    void askToTheEnd();
    [[nodiscard]] bool asksToTheEnd() const;
    [[nodiscard]] bool asksForAll() const;
    [[nodiscard]] bool isWanted(const HttpHead &head) const;
    [[nodiscard]] std::optional<QString> mismatch(const HttpHead &head) const;

    Source m_source;
    DownloadLimits m_limits;
    Backoff m_pause;
    std::unique_ptr<QNetworkAccessManager> m_network;
    QNetworkReply *m_reply = nullptr;
    QTimer m_retryTimer;
    QTimer m_stallTimer;
    ByteRange m_range;
    Sink m_sink;
    qint64 m_done = 0; // of the range
    qint64 m_bytes = 0;
    qint64 m_bytesAtLastCheck = 0;
    QString m_validator;
    bool m_headRead = false;
    bool m_toTheEnd = false; // the server knows no other ranges
};

} // namespace sgn::download
