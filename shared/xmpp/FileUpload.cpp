// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/FileUpload.h"

#include "xmpp/Dom.h"
#include "xmpp/Namespaces.h"
#include "xmpp/TlsConfig.h"
#include "xmpp/UploadService.h"
#include "xmpp/XmlIq.h"

#include <QFileInfo>
#include <QXmppClient.h>
#include <QXmppTask.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto slotTimeout = 30s;
// How long no byte may be transferred.
constexpr auto stallTimeout = 60s;
// The rest is for servers that take a byte now and then.
constexpr auto totalTimeout = 6h;
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

Error httpError(int status, const QString &host)
{
    return status == 413 ? Error{ErrorCode::TooLarge, u"the file store at %1 finds the file too large"_s.arg(host)}
                         : Error{ErrorCode::Refused, u"the file store at %1 answered HTTP %2"_s.arg(host).arg(status)};
}

Error transferError(const web::WebFailure &failure, const QString &host)
{
    using Kind = web::WebFailure::Kind;
    switch (failure.kind) {
    case Kind::Certificate:
        return {ErrorCode::Refused, u"upload to %1: %2"_s.arg(host, failure.text)};
    case Kind::File:
        return {ErrorCode::Io, failure.text};
    case Kind::Timeout:
        return {ErrorCode::Timeout, u"the upload to %1 broke off: %2"_s.arg(host, failure.text)};
    case Kind::Network:
    case Kind::Response:
        break;
    }
    return {ErrorCode::Network, u"the upload to %1 broke off: %2"_s.arg(host, failure.text)};
}

} // namespace

FileUpload::FileUpload(const QString &path, QString contentType, web::Access access, UploadService *service,
                       QObject *parent)
    : Upload(parent)
    , m_contentType(std::move(contentType))
    , m_access(std::move(access))
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
    const Result<QList<QSslCertificate>> authorities = loadCa(m_access.caFile);
    if (!authorities) {
        return end(tl::unexpected(authorities.error()));
    }
    m_file.close();
    m_host = url.host();
    web::WebRequest request;
    request.method = "PUT";
    request.url = url;
    request.trust.authorities = *authorities;
    request.proxy = m_access.proxy;
    request.silence = stallTimeout;
    request.total = totalTimeout;
    request.body.file = m_file.fileName();
    request.headers += {"Content-Type", m_contentType.toLatin1()};
    for (auto header = headers.begin(); header != headers.end(); ++header) {
        request.headers += {header.key(), header.value()};
    }
    m_web = std::make_unique<web::Client>();
    m_put = m_web->start(request);
    connect(m_put, &web::Transfer::sent, this, &Upload::progress);
    connect(m_put, &web::Transfer::finished, this, &FileUpload::putEnded);
}

void FileUpload::putEnded(const std::optional<web::WebFailure> &failure)
{
    const int status = m_put->head().status;
    if (status == 200 || status == 201 || status == 204) {
        end(m_getUrl);
    } else if (status != 0) {
        end(tl::unexpected(httpError(status, m_host)));
    } else {
        end(tl::unexpected(transferError(failure.value_or(web::WebFailure()), m_host)));
    }
}

void FileUpload::end(const Result<QUrl> &result)
{
    if (m_ended) {
        return;
    }
    m_ended = true;
    m_timeout.stop();
    if (web::Transfer *const transfer = std::exchange(m_put, nullptr)) {
        transfer->abandon();
    }
    deleteLater();
    Q_EMIT finished(result);
}

} // namespace sgn::xmpp
