// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "xmpp/Upload.h"
#include "xmpp/UploadService.h"

#include <QFile>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QPointer>
#include <QSslCertificate>
#include <QTimer>

class QDomElement;

namespace sgn::xmpp {

// Waits for the service to be found, requests a slot from it, then sends the file there by HTTPS PUT, piece by piece.
// The PUT goes on when the XMPP session breaks meanwhile.
class FileUpload final : public Upload
{
    Q_OBJECT

public:
    FileUpload(const QString &path, QString contentType, QString caFile, UploadService *service, QObject *parent);
    ~FileUpload() override;

    void cancel() override;

private:
    void begin();
    void requestSlot();
    void readSlot(const QDomElement &answer);
    void put(const QUrl &url, const QMap<QByteArray, QByteArray> &headers);
    void readReply();
    void end(const Result<QUrl> &result);

    QString m_contentType;
    QString m_caFile;
    QPointer<UploadService> m_service;
    QFile m_file;
    qint64 m_size = 0;
    QUrl m_getUrl;
    QTimer m_timeout;
    // Exists only while it is needed, because it starts a thread of its own.
    std::unique_ptr<QNetworkAccessManager> m_http;
    QPointer<QNetworkReply> m_reply;
    QString m_certificateError;
    bool m_ended = false;
};

} // namespace sgn::xmpp
