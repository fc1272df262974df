// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/UpdateService.h"

#include "core/CommandLog.h"
#include "xmpp/Jid.h"

#include <algorithm>
#include <QFileInfo>
#include <QFutureWatcher>
#include <QtConcurrent>

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::FactCode;

namespace {

records::Expected<> checkProcesses(const QList<ProcessVersion> &processes)
{
    if (processes.isEmpty()) {
        return fail(ErrorCode::BadRequest, FactCode::UpdateWithoutProcess);
    }
    QStringList names;
    for (const ProcessVersion &process : processes) {
        if (!isValidProcessName(process.name)) {
            return fail(ErrorCode::BadRequest, FactCode::BadProcessName, {process.name});
        }
        if (names.contains(process.name)) {
            return fail(ErrorCode::BadRequest, FactCode::ProcessNamedTwice, {process.name});
        }
        if (process.version < 0) {
            return fail(ErrorCode::BadRequest, FactCode::BadProcessVersion, {process.name});
        }
        names += process.name;
    }
    return {};
}

CommandBody commandFor(const UpdateRequest &request, const QUrl &url)
{
    if (request.what == UpdateRequest::What::CaFile) {
        CaCertUpdate command;
        command.url = url;
        command.sha256 = request.caFile ? request.caFile->sha256 : request.sha256;
        command.size = request.caFile ? std::optional(request.caFile->size) : request.size;
        command.release = QString::fromLatin1(request.signature.release);
        return command;
    }
    UpdateCommand command;
    command.component = request.component;
    command.url = url;
    command.processes = request.processes;
    command.version = request.version;
    command.force = request.force;
    command.sha256 = request.zip ? request.zip->sha256 : request.sha256;
    command.size = request.zip ? std::optional(request.zip->size) : request.size;
    command.release = QString::fromLatin1(request.signature.release);
    command.releaseUrl = request.releaseUrl;
    return command;
}

// A device that knows what is in the zip fetches only what has changed; the list must not be most of that.
bool isListWorthwhile(const UpdateRequest &request)
{
    return !request.signature.listed.isEmpty() && request.zip &&
           request.signature.listed.size() < request.zip->size / 4;
}

// Empty where devices fetch it from an address.
QString fileOf(const UpdateRequest &request)
{
    return request.zip ? request.zip->path : request.caFile ? request.caFile->path : QString();
}

QString titleOf(const UpdateRequest &request)
{
    const QString file = fileOf(request);
    return file.isEmpty() ? request.url.fileName() : QFileInfo(file).fileName();
}

records::Expected<> checkAddress(const QUrl &url)
{
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != "https"_L1 && url.scheme() != "http"_L1)) {
        return fail(ErrorCode::BadRequest, FactCode::BadAddress, {url.toString()});
    }
    return {};
}

} // namespace

records::Expected<> UpdateRequest::check() const
{
    if (targets.isEmpty()) {
        return fail(ErrorCode::BadRequest, FactCode::NoDeviceChosen);
    }
    for (const QString &target : targets) {
        if (!xmpp::isBareAccountJid(target)) {
            return fail(ErrorCode::BadRequest, FactCode::BadDeviceJid, {target});
        }
    }
    if (what == What::CaFile) {
        return caFile ? records::Expected<>() : checkAddress(url);
    }
    if (component == Component::SmartMeter) {
        if (records::Expected<> processesAreFine = checkProcesses(processes); !processesAreFine) {
            return processesAreFine;
        }
    } else if (version < 0) {
        return fail(ErrorCode::BadRequest, FactCode::BadVersion);
    }
    if (zip) {
        if (zip->component != component) {
            return fail(ErrorCode::BadRequest, FactCode::WrongComponent,
                        {folderName(zip->component), folderName(component)});
        }
        return {};
    }
    return checkAddress(url);
}

UpdateJob::UpdateJob(UpdateRequest request, QObject *parent)
    : QObject(parent)
    , m_request(std::move(request))
{}

void UpdateJob::cancel()
{
    if (m_upload) {
        m_upload->cancel();
    }
}

UpdateService::UpdateService(xmpp::Session &session, CommandLog &commands, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_commands(commands)
    , m_clock(clock)
{}

QFuture<Result<ReleaseZip>> UpdateService::inspect(const QString &zipPath)
{
    return QtConcurrent::run([zipPath] { return readReleaseZip(zipPath); });
}

UpdateJob *UpdateService::start(const UpdateRequest &request)
{
    auto *job = new UpdateJob(request, this);
    begin(job);
    Q_EMIT jobStarted(job);
    return job;
}

void UpdateService::begin(UpdateJob *job)
{
    const UpdateRequest &request = job->m_request;
    if (const records::Expected<> fine = request.check(); !fine) {
        QMetaObject::invokeMethod(
            job, [job, error = fine.error()] { finish(job, fail(error)); }, Qt::QueuedConnection);
    } else if (fileOf(request).isEmpty()) {
        QMetaObject::invokeMethod(
            job, [this, job] { submit(job, job->m_request.url); }, Qt::QueuedConnection);
    } else if (m_signer && request.signature.release.isEmpty()) {
        sign(job);
    } else {
        upload(job);
    }
}

void UpdateService::useReleaseKey(std::optional<SigningKey> key)
{
    m_signer.reset();
    if (key) {
        m_signer.emplace(*std::move(key));
    }
}

void UpdateService::sign(UpdateJob *job)
{
    const UpdateRequest &request = job->m_request;
    if (request.caFile) {
        // Queued, so that nothing ends within start().
        QMetaObject::invokeMethod(
            job, [this, job] { takeSignature(job, m_signer->sign(*job->m_request.caFile, m_clock.wallUtc())); },
            Qt::QueuedConnection);
        return;
    }
    auto *const watcher = new QFutureWatcher<Result<SignedRelease>>(job);
    connect(watcher, &QFutureWatcherBase::finished, job,
            [this, job, watcher] { takeSignature(job, watcher->result()); });
    watcher->setFuture(m_signer->sign(*request.zip, request.processes, request.version, m_clock.wallUtc()));
}

void UpdateService::takeSignature(UpdateJob *job, const Result<SignedRelease> &signature)
{
    if (!signature) {
        finish(job, fail(records::Problem(signature.error()).withContext(FactCode::FileNotSigned)));
        return;
    }
    job->m_request.signature = *signature;
    upload(job);
}

void UpdateService::upload(UpdateJob *job)
{
    const QString type = job->m_request.zip ? u"application/zip"_s : u"application/x-pem-file"_s;
    job->m_upload = m_session.uploadFile(fileOf(job->m_request), type);
    connect(job->m_upload, &xmpp::Upload::progress, job, &UpdateJob::progress);
    connect(job->m_upload, &xmpp::Upload::finished, job, [this, job](const Result<QUrl> &url) {
        if (!url) {
            finish(job, fail(records::Problem(url.error()).withContext(FactCode::FileNotUploaded)));
        } else if (isListWorthwhile(job->m_request)) {
            uploadFileList(job, *url);
        } else {
            submit(job, *url);
        }
    });
}

void UpdateService::uploadFileList(UpdateJob *job, const QUrl &zipUrl)
{
    const QByteArray &listed = job->m_request.signature.listed;
    if (!job->m_fileList.open() || job->m_fileList.write(listed) != listed.size() || !job->m_fileList.flush()) {
        finish(job, fail(ErrorCode::Io, FactCode::FileListNotWritten, {}, job->m_fileList.errorString()));
        return;
    }
    job->m_upload = m_session.uploadFile(job->m_fileList.fileName(), u"application/jose"_s);
    connect(job->m_upload, &xmpp::Upload::finished, job, [this, job, zipUrl](const Result<QUrl> &url) {
        if (!url) {
            finish(job, fail(records::Problem(url.error()).withContext(FactCode::FileListNotUploaded)));
            return;
        }
        job->m_request.releaseUrl = *url;
        submit(job, zipUrl);
    });
}

QList<UpdateJob *> UpdateService::jobs() const
{
    QList<UpdateJob *> jobs = findChildren<UpdateJob *>(Qt::FindDirectChildrenOnly);
    jobs.removeIf([](const UpdateJob *job) { return job->m_isFinished; });
    return jobs;
}

void UpdateService::submit(UpdateJob *job, const QUrl &url)
{
    const UpdateRequest &request = job->m_request;
    const QDateTime end = request.notAfter.isValid()
                              ? request.notAfter
                              : m_clock.wallUtc().addMSecs(std::chrono::milliseconds(defaultLifetime).count());
    finish(job,
           m_commands.submit(commandFor(request, url), request.targets, {request.requestedBy, titleOf(request), end}));
}

void UpdateService::finish(UpdateJob *job, const records::Expected<CommandNo> &number)
{
    job->m_isFinished = true;
    Q_EMIT job->finished(number);
    job->deleteLater();
}

records::Expected<CommandNo> UpdateService::retry(CommandNo number, const QStringList &jids, const QString &requestedBy)
{
    const records::CommandRecord *record = m_commands.find(number);
    if (!record) {
        return fail(ErrorCode::NotFound, FactCode::UnknownCommand, {QString::number(number)});
    }
    if (!records::isInstallation(record->command.body)) {
        return fail(ErrorCode::BadRequest, FactCode::NotAnUpdate, {QString::number(number)});
    }
    // Copies, because the log may move its records.
    const CommandBody command = record->command.body;
    const QString title = record->title;
    const QDateTime end = m_clock.wallUtc().addMSecs(std::chrono::milliseconds(defaultLifetime).count());
    return m_commands.submit(command, jids, {requestedBy, title, end});
}

records::Expected<> UpdateService::cancel(CommandNo number, const QString &requestedBy)
{
    const records::CommandRecord *record = m_commands.find(number);
    if (!record || !records::isInstallation(record->command.body)) {
        return fail(ErrorCode::NotFound, FactCode::UnknownUpdate, {QString::number(number)});
    }
    const QString title = record->title;
    const QDateTime end = record->command.notAfter.value_or(
        m_clock.wallUtc().addMSecs(std::chrono::milliseconds(defaultLifetime).count()));
    const QStringList others = m_commands.withdraw(number);
    if (others.isEmpty()) {
        return {};
    }
    const records::Expected<CommandNo> cancelled =
        m_commands.submit(CancelUpdate{number}, others, {requestedBy, title, end});
    if (!cancelled) {
        return fail(cancelled.error());
    }
    return {};
}

} // namespace sgn::core
