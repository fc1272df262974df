// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/UpdateJob.h"

#include <QFutureWatcher>

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::FactCode;

UpdateJob::UpdateJob(const Parts &parts, UpdateRequest request, QObject *parent)
    : QObject(parent)
    , m_parts(parts)
    , m_request(std::move(request))
{}

void UpdateJob::start()
{
    if (const records::Expected<> sound = m_request.check(); !sound) {
        QMetaObject::invokeMethod(
            this, [this, problem = sound.error()] { finish(fail(problem)); }, Qt::QueuedConnection);
    } else if (m_parts.signer && m_request.signature.release.isEmpty() && (m_request.zip || m_request.caFile)) {
        sign();
    } else if (m_request.file().isEmpty()) {
        QMetaObject::invokeMethod(this, &UpdateJob::giveOut, Qt::QueuedConnection);
    } else {
        upload();
    }
}

void UpdateJob::cancel()
{
    if (m_upload) {
        m_upload->cancel();
    }
}

void UpdateJob::sign()
{
    if (m_request.caFile) {
        // Queued, so that nothing ends within start().
        QMetaObject::invokeMethod(
            this, [this] { takeSignature(m_parts.signer->sign(*m_request.caFile, m_parts.clock.wallUtc())); },
            Qt::QueuedConnection);
        return;
    }
    auto *const watcher = new QFutureWatcher<Result<SignedRelease>>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher] { takeSignature(watcher->result()); });
    watcher->setFuture(
        m_parts.signer->sign(*m_request.zip, m_request.processes, m_request.version, m_parts.clock.wallUtc()));
}

void UpdateJob::takeSignature(const Result<SignedRelease> &signature)
{
    if (!signature) {
        finish(fail(records::Problem(signature.error()).withContext(FactCode::FileNotSigned)));
        return;
    }
    m_request.signature = *signature;
    giveOut();
}

void UpdateJob::giveOut()
{
    if (m_request.file().isEmpty()) {
        takeAddress(m_request.url);
    } else {
        upload();
    }
}

void UpdateJob::upload()
{
    const QString type = m_request.zip ? u"application/zip"_s : u"application/x-pem-file"_s;
    m_upload = m_parts.session.uploadFile(m_request.file(), type);
    connect(m_upload, &xmpp::Upload::progress, this, &UpdateJob::progress);
    connect(m_upload, &xmpp::Upload::finished, this, [this](const Result<QUrl> &url) {
        if (!url) {
            finish(fail(records::Problem(url.error()).withContext(FactCode::FileNotUploaded)));
        } else {
            takeAddress(*url);
        }
    });
}

void UpdateJob::takeAddress(const QUrl &url)
{
    if (m_request.isFileListWorthwhile()) {
        uploadFileList(url);
    } else {
        submit(url);
    }
}

void UpdateJob::uploadFileList(const QUrl &zipUrl)
{
    const QByteArray &listed = m_request.signature.listed;
    if (!m_fileList.open() || m_fileList.write(listed) != listed.size() || !m_fileList.flush()) {
        finish(fail(ErrorCode::Io, FactCode::FileListNotWritten, {}, m_fileList.errorString()));
        return;
    }
    m_upload = m_parts.session.uploadFile(m_fileList.fileName(), u"application/jose"_s);
    connect(m_upload, &xmpp::Upload::finished, this, [this, zipUrl](const Result<QUrl> &url) {
        if (!url) {
            finish(fail(records::Problem(url.error()).withContext(FactCode::FileListNotUploaded)));
            return;
        }
        m_request.releaseUrl = *url;
        submit(zipUrl);
    });
}

void UpdateJob::submit(const QUrl &address)
{
    finish(m_parts.submit(m_request.command(address), m_request));
}

void UpdateJob::finish(const records::Expected<CommandNo> &number)
{
    m_isFinished = true;
    Q_EMIT finished(number);
    deleteLater();
}

} // namespace sgn::core
