// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/WebCall.h"

#include <QHttpMultiPart>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <utility>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxAnswer = 1024 * 1024;
constexpr int silenceLimitMs = 60'000;

} // namespace

WebCall::WebCall(QString caFile, QObject *parent)
    : QObject(parent)
    , m_caFile(std::move(caFile))
{
    m_network.setProxy(QNetworkProxy(QNetworkProxy::NoProxy));
}

WebCall::~WebCall()
{
    if (m_reply != nullptr) {
        m_reply->disconnect(this);
        m_reply->abort();
    }
}

void WebCall::post(QNetworkRequest request, const QByteArray &body)
{
    prepare(request);
    watch(m_network.post(request, body));
}

void WebCall::post(QNetworkRequest request, std::unique_ptr<QHttpMultiPart> parts)
{
    prepare(request);
    QNetworkReply *const reply = m_network.post(request, parts.get());
    parts.release()->setParent(reply);
    watch(reply);
}

void WebCall::prepare(QNetworkRequest &request) const
{
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setTransferTimeout(silenceLimitMs);
    if (request.url().scheme() == "https"_L1) {
        QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
        tls.setCaCertificates(QSslCertificate::fromPath(m_caFile) + QSslConfiguration::systemCaCertificates());
        request.setSslConfiguration(tls);
    }
}

void WebCall::watch(QNetworkReply *reply)
{
    m_reply = reply;
    m_reply->setReadBufferSize(maxAnswer);
    connect(m_reply, &QIODevice::readyRead, this, &WebCall::read);
    connect(m_reply, &QNetworkReply::finished, this, &WebCall::ended);
}

void WebCall::read()
{
    m_answer += m_reply->readAll();
    if (m_answer.size() > maxAnswer) {
        end(fail(ErrorCode::TooLarge,
                 u"%1 answers with more than %2 bytes"_s.arg(m_reply->url().host()).arg(maxAnswer)));
    }
}

void WebCall::ended()
{
    if (m_ended) {
        return;
    }
    read();
    const QString host = m_reply->url().host();
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (status >= 200 && status < 300 && m_reply->error() == QNetworkReply::NoError) {
        end(m_answer);
    } else if (status != 0) {
        end(fail(ErrorCode::Network, u"HTTP %1 from %2"_s.arg(status).arg(host)));
    } else {
        end(fail(ErrorCode::Network, u"%1: %2"_s.arg(host, m_reply->errorString())));
    }
}

void WebCall::end(const Result<QByteArray> &answer)
{
    if (std::exchange(m_ended, true)) {
        return;
    }
    QMetaObject::invokeMethod(
        this, [this, answer] { Q_EMIT finished(answer); }, Qt::QueuedConnection);
}

} // namespace sgn::agent
