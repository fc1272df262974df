// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Backoff.h"
#include "download/Download.h"
#include "download/DownloadLimits.h"
#include "download/HttpVerdict.h"
#include "download/PartFile.h"
#include "web/Client.h"

#include <chrono>
#include <memory>
#include <QTimer>

namespace sgn::download {

// HTTP(S) to a file. Continues a cut download where the server confirms that the file is unchanged (If-Range), retries
// temporary failures with growing random pauses, ends at once on permanent ones, and can't be made to run for ever or
// to write more than it may. Uses the event loop; hashing what is on disk and syncing go through Qt Concurrent.
class Downloader final : public Download
{
    Q_OBJECT

public:
    Downloader(DownloadRequest request, web::Access access, DownloadLimits limits, QObject *parent = nullptr);
    ~Downloader() override;

    void start() override;

private:
    void ask(const QUrl &url);
    void askAgainLater(const QString &reason);
    void readHead();
    void readBody(const QByteArray &bytes);
    void transferEnded(const std::optional<web::WebFailure> &failure);
    void followRedirect();
    [[nodiscard]] bool openFor(HttpVerdict verdict, const HttpHead &head);
    [[nodiscard]] Outcome checkSpace(qint64 missingBytes) const;
    [[nodiscard]] bool isShort() const;
    void checkStall();
    void complete();
    void end(const Result<Downloaded> &result);
    void endWith(ErrorCode code, const QString &reason);
    void dropTransfer();
    [[nodiscard]] qint64 cap() const;

    DownloadRequest m_request;
    web::Access m_access;
    DownloadLimits m_limits;
    Backoff m_pause;
    PartFile m_part;
    QString m_validator;
    std::unique_ptr<web::Client> m_web;
    web::Transfer *m_transfer = nullptr;
    QUrl m_url; // of the transfer
    QTimer m_retryTimer;
    QTimer m_stallTimer;
    QTimer m_totalTimer;
    qint64 m_offset = 0; // where this try started
    qint64 m_bytesAtLastCheck = 0;
    qint64 m_bytesAtSpaceCheck = 0;
    std::optional<qint64> m_total;
    int m_redirects = 0;
    bool m_headRead = false;
    bool m_ended = false;
};

} // namespace sgn::download
