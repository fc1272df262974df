// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/FileUpload.h"

#include "xmpp/Dom.h"
#include "xmpp/Namespaces.h"
#include "xmpp/TlsConfig.h"
#include "xmpp/UploadService.h"
#include "xmpp/XmlIq.h"

#include <QFileInfo>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QXmppClient.h>
#include <QXmppTask.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto slotTimeout = 30s;
// How long no byte may be transferred.
constexpr int stallTimeoutMs = 60'000;
constexpr qsizetype maxHeaderSize = 4096;

// XEP-0363 section 6: no others, and no line breaks.
QMap<QByteArray, QByteArray> slotHeaders(const QDomElement &put)
{
    QMap<QByteArray, QByteArray> headers;
    for (QDomElement header = put.firstChildElement(u"header"_s); !header.isNull();
         header = header.nextSiblingElement(u"header"_s)) {
        const QByteArray name = header.attribute(u"name"_s).toLatin1().toLower();
        QByteArray value = plainText(header).toLatin1().left(maxHeaderSize);
        value.replace('\n', "").replace('\r', "");
        if (name == "authorization" || name == "cookie" || name == "expires") {
            headers.insert(name, value);
        }
    }
    return headers;
}

Error httpError(int status, const QUrl &url, const QNetworkReply &reply)
{
    const QString host = url.host();
    switch (status) {
    case 0:
        return {reply.error() == QNetworkReply::OperationCanceledError ? ErrorCode::Timeout : ErrorCode::Network,
                u"the upload to %1 broke off: %2"_s.arg(host, reply.errorString())};
    case 413:
        return {ErrorCode::TooLarge, u"the file store at %1 finds the file too large"_s.arg(host)};
    default:
        return {ErrorCode::Refused, u"the file store at %1 answered HTTP %2"_s.arg(host).arg(status)};
    }
}

} // namespace

FileUpload::FileUpload(const QString &path, QString contentType, QString caFile, UploadService *service,
                       QObject *parent)
    : Upload(parent)
    , m_contentType(std::move(contentType))
    , m_caFile(std::move(caFile))
    , m_service(service)
    , m_file(path)
{
    m_timeout.setSingleShot(true);
    connect(&m_timeout, &QTimer::timeout, this,
            [this] { end(fail(ErrorCode::Timeout, u"the server doesn't answer the request for an upload"_s)); });
    // The caller connects to our signals first.
    QMetaObject::invokeMethod(
        this, [this] { begin(); }, Qt::QueuedConnection);
}

FileUpload::~FileUpload()
{
    m_ended = true;
}

void FileUpload::cancel()
{
    QMetaObject::invokeMethod(
        this, [this] { end(fail(ErrorCode::Cancelled, u"cancelled"_s)); }, Qt::QueuedConnection);
}

void FileUpload::begin()
{
    if (m_ended) {
        return;
    }
    const QFileInfo info(m_file.fileName());
    if (!info.exists()) {
        return end(fail(ErrorCode::NotFound, u"there is no file %1"_s.arg(m_file.fileName())));
    }
    if (!info.isFile() || !m_file.open(QIODevice::ReadOnly)) {
        return end(fail(ErrorCode::Io, u"%1 can't be read: %2"_s.arg(m_file.fileName(), m_file.errorString())));
    }
    m_size = m_file.size();
    if (m_size == 0) {
        return end(fail(ErrorCode::BadFile, u"%1 is empty"_s.arg(m_file.fileName())));
    }
    if (!m_service || !m_service->client()) {
        return end(fail(ErrorCode::Network, u"not connected to the server"_s));
    }
    m_timeout.start(slotTimeout);
    if (m_service->isSettled()) {
        requestSlot();
    } else {
        connect(m_service, &UploadService::settled, this, &FileUpload::requestSlot, Qt::SingleShotConnection);
    }
}

void FileUpload::requestSlot()
{
    if (m_ended) {
        return;
    }
    if (!m_service || !m_service->client()) {
        return end(fail(ErrorCode::Network, u"not connected to the server"_s));
    }
    if (!m_service->isFound()) {
        return end(fail(ErrorCode::Network, u"the server has no file store (XEP-0363)"_s));
    }
    if (m_service->maxFileSize() && m_size > *m_service->maxFileSize()) {
        return end(fail(ErrorCode::TooLarge,
                        u"the file has %1 bytes, the server's file store takes at most %2"_s.arg(m_size).arg(
                            *m_service->maxFileSize())));
    }
    const QString name = QFileInfo(m_file.fileName()).fileName();
    XmlIq request(QXmppIq::Get, m_service->jid(), [this, name](QXmlStreamWriter &xml) {
        xml.writeStartElement(u"request"_s);
        xml.writeDefaultNamespace(ns::upload.toString());
        xml.writeAttribute(u"filename"_s, name);
        xml.writeAttribute(u"size"_s, QString::number(m_size));
        xml.writeAttribute(u"content-type"_s, m_contentType);
        xml.writeEndElement();
    });
    m_service->client()->sendIq(std::move(request)).then(this, [this](QXmppClient::IqResult &&result) {
        if (m_ended) {
            return;
        }
        if (const auto *answer = std::get_if<QDomElement>(&result)) {
            return readSlot(*answer);
        }
        const auto &error = std::get<QXmppError>(result);
        const bool refused = error.isStanzaError();
        end(fail(refused ? ErrorCode::Refused : ErrorCode::Network,
                 (refused ? u"the server's file store refuses the file: "_s : u"no upload slot for the file: "_s) +
                     error.description.simplified().left(200)));
    });
}

void FileUpload::readSlot(const QDomElement &answer)
{
    m_timeout.stop();
    const QDomElement slot = child(answer, u"slot", ns::upload);
    const QDomElement putElement = child(slot, u"put", ns::upload);
    const QUrl putUrl(putElement.attribute(u"url"_s), QUrl::StrictMode);
    m_getUrl = QUrl(child(slot, u"get", ns::upload).attribute(u"url"_s), QUrl::StrictMode);
    for (const QUrl &url : {putUrl, m_getUrl}) {
        if (!url.isValid() || url.scheme() != u"https" || url.host().isEmpty()) {
            return end(fail(ErrorCode::Refused, u"the server's file store names a place that isn't an https URL"_s));
        }
    }
    put(putUrl, slotHeaders(putElement));
}

void FileUpload::put(const QUrl &url, const QMap<QByteArray, QByteArray> &headers)
{
    const Result<QList<QSslCertificate>> authorities = loadCa(m_caFile);
    if (!authorities) {
        return end(tl::unexpected(authorities.error()));
    }
    QNetworkRequest request(url);
    request.setSslConfiguration(pinnedTls(*authorities));
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setHeader(QNetworkRequest::ContentTypeHeader, m_contentType);
    request.setHeader(QNetworkRequest::ContentLengthHeader, m_size);
    request.setTransferTimeout(stallTimeoutMs);
    for (auto header = headers.begin(); header != headers.end(); ++header) {
        request.setRawHeader(header.key(), header.value());
    }

    m_http = std::make_unique<QNetworkAccessManager>();
    m_http->setProxy(QNetworkProxy::NoProxy);
    m_reply = m_http->put(request, &m_file);
    connect(m_reply, &QNetworkReply::sslErrors, this, [this, host = url.host()](const QList<QSslError> &errors) {
        m_certificateError = certificateError(errors, host).message;
    });
    connect(m_reply, &QNetworkReply::uploadProgress, this, [this](qint64 sent, qint64 total) {
        // The reply counts back to 0 of 0 at its end.
        if (total > 0 && !m_ended) {
            Q_EMIT progress(sent, total);
        }
    });
    connect(m_reply, &QNetworkReply::finished, this, &FileUpload::readReply);
}

void FileUpload::readReply()
{
    if (m_ended) {
        return;
    }
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (!m_certificateError.isEmpty()) {
        return end(fail(ErrorCode::Refused, u"upload: "_s + m_certificateError));
    }
    if (m_reply->error() == QNetworkReply::NoError && (status == 200 || status == 201 || status == 204)) {
        return end(m_getUrl);
    }
    end(tl::unexpected(httpError(status, m_reply->url(), *m_reply)));
}

void FileUpload::end(const Result<QUrl> &result)
{
    if (m_ended) {
        return;
    }
    m_ended = true;
    m_timeout.stop();
    if (m_reply) {
        m_reply->disconnect(this);
        m_reply->abort();
    }
    // Deletes the connection and its thread together with this object.
    deleteLater();
    Q_EMIT finished(result);
}

} // namespace sgn::xmpp
