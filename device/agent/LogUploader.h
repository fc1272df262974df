// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/LogArchive.h"
#include "agent/PanelLink.h"
#include "agent/WebCall.h"
#include "protocol/Reply.h"

#include <chrono>
#include <memory>
#include <QFuture>
#include <QObject>
#include <QTimer>
#include <QUrl>
#include <stop_token>

namespace sgn::agent {

// Carries out upload_logs (seed step 16, protocol section 8): packs the logs and sends them to the XMPP server's file
// store, or by HTTP to `log_upload_url` where the server takes no files. One at a time; requests that arrive meanwhile
// share the running upload.
class LogUploader : public QObject
{
    Q_OBJECT

public:
    struct Settings
    {
        QString from; // rpi_unique_id
        QString logs; // the folder
        QString zip;  // made and removed again
        QUrl url;     // log_upload_url, may be empty
        web::Access access;
        qint64 maxBytes = qint64{32} * 1024 * 1024;
        // How long after a login the server may take to report a file store.
        std::chrono::milliseconds storeLimit{5'000};
    };

    // `link` outlives the object.
    LogUploader(Settings settings, PanelLink &link, QObject *parent = nullptr);
    ~LogUploader() override;

    [[nodiscard]] bool isBusy() const { return m_busy; }
    void start();

Q_SIGNALS:
    // Once for each start(), without a command number.
    void finished(const sgn::LogsReply &reply);

private:
    void pack();
    void packed(const Result<LogArchive> &bundle);
    void send();
    void sendToServer();
    void sendByHttp(const QString &whyNotServer);
    void sent(const Result<QUrl> &url);
    void end(const LogsReply &reply);

    Settings m_settings;
    PanelLink &m_link;
    QFuture<Result<LogArchive>> m_packing;
    std::stop_source m_stop;
    std::unique_ptr<WebCall> m_call;
    LogArchive m_bundle;
    QTimer m_storeTimer; // runs while the server may still report a file store
    bool m_busy = false;
    bool m_packedForStore = false; // once more, by the server's limit
};

} // namespace sgn::agent
