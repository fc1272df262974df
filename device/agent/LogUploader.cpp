// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/LogUploader.h"

#include "agent/Logging.h"
#include "download/Background.h"

#include <QFile>

namespace sgn::agent {

using namespace Qt::StringLiterals;

LogUploader::LogUploader(Settings settings, PanelLink &link, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_link(link)
{
    m_storeTimer.setSingleShot(true);
    m_storeTimer.setInterval(m_settings.storeLimit);
    connect(&m_storeTimer, &QTimer::timeout, this, &LogUploader::send);
    connect(&m_link, &PanelLink::uploadAvailable, this, [this] {
        if (m_storeTimer.isActive()) {
            m_storeTimer.stop();
            send();
        }
    });
}

LogUploader::~LogUploader()
{
    m_stop.request_stop();
    m_packing.waitForFinished();
}

void LogUploader::start()
{
    if (m_busy) {
        return;
    }
    m_busy = true;
    m_packedForStore = false;
    m_stop = std::stop_source();
    pack();
}

void LogUploader::pack()
{
    m_packing = download::inBackground(
        this,
        [logs = m_settings.logs, zip = m_settings.zip, limits = LogLimits{m_settings.maxBytes, m_link.uploadLimit()},
         stop = m_stop.get_token()] { return packLogs(logs, zip, limits, stop); },
        [this](const Result<LogArchive> &bundle) { packed(bundle); });
}

void LogUploader::packed(const Result<LogArchive> &bundle)
{
    if (!bundle) {
        sent(fail(bundle.error()));
        return;
    }
    m_bundle = *bundle;
    if (m_link.canUpload()) {
        send();
    } else {
        // A command that waited for this device arrives before the server has reported its services.
        m_storeTimer.start();
    }
}

void LogUploader::send()
{
    const auto limit = m_link.uploadLimit();
    if (m_link.canUpload() && limit && m_bundle.size > *limit && !m_packedForStore) {
        // The server has reported its limit only since they were packed.
        m_packedForStore = true;
        pack();
    } else if (m_link.canUpload()) {
        sendToServer();
    } else {
        sendByHttp(u"the server takes no files"_s);
    }
}

void LogUploader::sendToServer()
{
    m_link.upload(m_bundle.path, this, [this](const Result<QUrl> &url) {
        if (url) {
            sent(url);
        } else {
            sendByHttp(url.error().message);
        }
    });
}

void LogUploader::sendByHttp(const QString &whyNotServer)
{
    if (m_settings.url.isEmpty()) {
        sent(fail(ErrorCode::Network, whyNotServer));
        return;
    }
    const web::Form form = web::formOf(m_bundle.path, "file", "logs.zip", "application/zip");
    web::WebRequest request;
    request.method = "POST";
    request.url = m_settings.url;
    request.headers = {{"Content-Type", form.contentType}, {"module", "logs"}, {"panel", m_settings.from.toUtf8()}};
    request.body = form.body;
    m_call = std::make_unique<WebCall>(m_settings.access);
    connect(m_call.get(), &WebCall::finished, this, [this](const Result<QByteArray> &answer) {
        m_call.reset();
        // They are at the customer's own server, which gives no address to fetch them from.
        sent(answer ? Result<QUrl>(QUrl()) : fail(answer.error()));
    });
    m_call->start(request, WebCall::Answer::Ignored);
}

void LogUploader::sent(const Result<QUrl> &url)
{
    LogsReply reply;
    reply.from = m_settings.from;
    reply.success = url.has_value();
    if (url) {
        reply.url = *url;
        reply.size = m_bundle.size;
        reply.sha256 = m_bundle.sha256;
        if (!m_bundle.left.isEmpty()) {
            reply.remarks = describeLeft(m_bundle.left);
        }
    } else {
        qCWarning(lcAgent) << "the logs could not be sent:" << url.error();
        reply.remarks = u"logs could not be sent: "_s + url.error().message;
    }
    end(reply);
}

void LogUploader::end(const LogsReply &reply)
{
    QFile::remove(m_settings.zip);
    m_busy = false;
    Q_EMIT finished(reply);
}

} // namespace sgn::agent
