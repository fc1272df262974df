// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ReleaseDownload.h"

#include <algorithm>
#include <array>

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::FactCode;
using records::Problem;

namespace {

constexpr int httpOk = 200;
constexpr std::array redirects{301, 302, 303, 307, 308};
constexpr qsizetype maxFileName = 100;

QString fileNameOf(const QUrl &url)
{
    const QString name = url.fileName();
    const bool isUsable = !name.isEmpty() && name.size() <= maxFileName && !name.startsWith(u'.');
    return isUsable ? name : u"release.zip"_s;
}

} // namespace

ReleaseDownload::ReleaseDownload(const QUrl &url, web::Access access, QObject *parent)
    : QObject(parent)
    , m_url(url)
    , m_access(std::move(access))
    , m_file(m_folder.filePath(fileNameOf(url)))
{
    QMetaObject::invokeMethod(this, &ReleaseDownload::start, Qt::QueuedConnection);
}

ReleaseDownload::~ReleaseDownload()
{
    dropTransfer();
}

void ReleaseDownload::start()
{
    if (!m_folder.isValid() || !m_file.open(QIODevice::WriteOnly)) {
        finish(fail(ErrorCode::Io, FactCode::FileUnwritten, {m_file.fileName()},
                    m_folder.isValid() ? m_file.errorString() : m_folder.errorString()));
        return;
    }
    ask(m_url);
}

void ReleaseDownload::ask(const QUrl &url)
{
    if (url.scheme() != "https"_L1 || url.host().isEmpty()) {
        finish(fail(ErrorCode::Refused, FactCode::ReleaseAddressNotHttps, {url.toDisplayString()}));
        return;
    }
    m_asked = url;
    web::WebRequest request;
    request.url = url;
    request.trust = web::trustWithSystems(m_access.caFile);
    request.proxy = m_access.proxy;
    request.silence = patience;
    m_transfer = m_client.start(request);
    connect(m_transfer, &web::Transfer::headRead, this, &ReleaseDownload::onHead);
    connect(m_transfer, &web::Transfer::received, this, &ReleaseDownload::onReceived);
    connect(m_transfer, &web::Transfer::finished, this, &ReleaseDownload::onEnded);
}

void ReleaseDownload::onHead()
{
    if (const std::optional<QUrl> target = redirect()) {
        ++m_redirects;
        dropTransfer();
        ask(*target);
    } else if (const std::optional<Problem> problem = headProblem()) {
        finish(fail(*problem));
    }
}

void ReleaseDownload::onReceived(const QByteArray &bytes)
{
    m_received += bytes.size();
    if (m_received > maxSize) {
        finish(fail(ErrorCode::TooLarge, FactCode::ReleaseTooLarge, {QString::number(maxSize)}));
    } else if (m_file.write(bytes) != bytes.size()) {
        finish(fail(ErrorCode::Io, FactCode::FileUnwritten, {m_file.fileName()}, m_file.errorString()));
    } else {
        Q_EMIT progress(m_received, m_transfer->head().contentLength().value_or(-1));
    }
}

void ReleaseDownload::onEnded(const std::optional<web::WebFailure> &failure)
{
    if (failure) {
        finish(fail(problemOf(*failure)));
    } else if (!m_file.flush()) {
        finish(fail(ErrorCode::Io, FactCode::FileUnwritten, {m_file.fileName()}, m_file.errorString()));
    } else {
        finish(m_file.fileName());
    }
}

std::optional<QUrl> ReleaseDownload::redirect() const
{
    const web::Head &head = m_transfer->head();
    const QByteArray location = head.field("location");
    if (std::ranges::count(redirects, head.status) == 0 || location.isEmpty() || m_redirects >= maxRedirects) {
        return std::nullopt;
    }
    return m_asked.resolved(QUrl::fromEncoded(location, QUrl::StrictMode));
}

// An error page is no release, nor is another form of the file.
std::optional<Problem> ReleaseDownload::headProblem() const
{
    const web::Head &head = m_transfer->head();
    if (head.status != httpOk) {
        return Problem(ErrorCode::Network, FactCode::ReleaseRefusedByServer,
                       {m_asked.host(), QString::number(head.status)});
    }
    if (head.isEncoded()) {
        return Problem(ErrorCode::Network, FactCode::ReleaseNotFetched, {m_asked.host()},
                       u"it comes compressed, which wasn't requested"_s);
    }
    return std::nullopt;
}

Problem ReleaseDownload::problemOf(const web::WebFailure &failure) const
{
    switch (failure.kind) {
    case web::WebFailure::Kind::Timeout:
        return {ErrorCode::Timeout, FactCode::LogsTimedOut, {m_asked.host(), QString::number(patience.count())}};
    case web::WebFailure::Kind::Certificate:
        return {ErrorCode::Refused, FactCode::ReleaseCertificate, {m_asked.host()}, failure.text};
    case web::WebFailure::Kind::Network:
    case web::WebFailure::Kind::Response:
    case web::WebFailure::Kind::File:
        break;
    }
    return {ErrorCode::Network, FactCode::ReleaseNotFetched, {m_asked.host()}, failure.text};
}

void ReleaseDownload::dropTransfer()
{
    if (web::Transfer *const transfer = std::exchange(m_transfer, nullptr)) {
        transfer->abandon();
    }
}

void ReleaseDownload::finish(const records::Expected<QString> &path)
{
    dropTransfer();
    m_file.close();
    Q_EMIT finished(path);
}

} // namespace sgn::core
