// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "web/Client.h"
#include "xmpp/Upload.h"
#include "xmpp/UploadService.h"

#include <QFile>
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
    FileUpload(const QString &path, QString contentType, web::Access access, UploadService *service, QObject *parent);
    ~FileUpload() override;

    void cancel() override;

private:
    void begin();
    void requestSlot();
    void readSlot(const QDomElement &answer);
    void put(const QUrl &url, const QMap<QByteArray, QByteArray> &headers);
    void putEnded(const std::optional<web::WebFailure> &failure);
    void end(const Result<QUrl> &result);

    QString m_contentType;
    web::Access m_access;
    QPointer<UploadService> m_service;
    QFile m_file;
    qint64 m_size = 0;
    QUrl m_getUrl;
    QTimer m_timeout;
    std::unique_ptr<web::Client> m_web; // only while it is needed
    web::Transfer *m_put = nullptr;
    QString m_host; // of the PUT
    bool m_ended = false;
};

} // namespace sgn::xmpp
