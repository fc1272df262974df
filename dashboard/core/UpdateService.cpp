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

namespace {

Outcome checkProcesses(const QList<ProcessVersion> &processes)
{
    if (processes.isEmpty()) {
        return fail(ErrorCode::BadRequest, u"the update names no process"_s);
    }
    QStringList names;
    for (const ProcessVersion &process : processes) {
        if (!isValidProcessName(process.name)) {
            return fail(ErrorCode::BadRequest, u"\"%1\" can't be a process's name"_s.arg(process.name));
        }
        if (names.contains(process.name)) {
            return fail(ErrorCode::BadRequest, u"the process \"%1\" is named twice"_s.arg(process.name));
        }
        if (process.version < 0) {
            return fail(ErrorCode::BadRequest, u"the version of \"%1\" must be 0 or more"_s.arg(process.name));
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

Outcome checkAddress(const QUrl &url)
{
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != "https"_L1 && url.scheme() != "http"_L1)) {
        return fail(ErrorCode::BadRequest, u"\"%1\" is no web address a device could fetch"_s.arg(url.toString()));
    }
    return {};
}

} // namespace

Outcome UpdateRequest::check() const
{
    if (targets.isEmpty()) {
        return fail(ErrorCode::BadRequest, u"no device was chosen"_s);
    }
    for (const QString &target : targets) {
        if (!xmpp::isBareAccountJid(target)) {
            return fail(ErrorCode::BadRequest, u"\"%1\" is no device's JID"_s.arg(target));
        }
    }
    if (what == What::CaFile) {
        return caFile ? Outcome() : checkAddress(url);
    }
    if (component == Component::SmartMeter) {
        if (Outcome processesAreFine = checkProcesses(processes); !processesAreFine) {
            return processesAreFine;
        }
    } else if (version < 0) {
        return fail(ErrorCode::BadRequest, u"the version must be 0 or more"_s);
    }
    if (zip) {
        return zip->component == component
                   ? Outcome{}
                   : fail(ErrorCode::BadRequest,
                          u"the zip holds %1, not %2"_s.arg(folderName(zip->component), folderName(component)));
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
    if (const Outcome fine = request.check(); !fine) {
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
        finish(job, fail(signature.error().withContext(u"the file could not be signed"_s)));
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
            finish(job, fail(url.error().withContext(u"the file could not be uploaded"_s)));
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
        finish(job, fail(ErrorCode::Io, u"the list of the release's files could not be written: %1"_s.arg(
                                            job->m_fileList.errorString())));
        return;
    }
    job->m_upload = m_session.uploadFile(job->m_fileList.fileName(), u"application/jose"_s);
    connect(job->m_upload, &xmpp::Upload::finished, job, [this, job, zipUrl](const Result<QUrl> &url) {
        if (!url) {
            finish(job, fail(url.error().withContext(u"the list of the release's files could not be uploaded"_s)));
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

void UpdateService::finish(UpdateJob *job, const Result<CommandNo> &number)
{
    job->m_isFinished = true;
    Q_EMIT job->finished(number);
    job->deleteLater();
}

Result<CommandNo> UpdateService::retry(CommandNo number, const QStringList &jids, const QString &requestedBy)
{
    const records::CommandRecord *record = m_commands.find(number);
    if (!record) {
        return fail(ErrorCode::NotFound, u"there is no command %1"_s.arg(number));
    }
    if (!records::isInstallation(record->command.body)) {
        return fail(ErrorCode::BadRequest, u"command %1 is no update"_s.arg(number));
    }
    // Copies, because the log may move its records.
    const CommandBody command = record->command.body;
    const QString title = record->title;
    const QDateTime end = m_clock.wallUtc().addMSecs(std::chrono::milliseconds(defaultLifetime).count());
    return m_commands.submit(command, jids, {requestedBy, title, end});
}

Outcome UpdateService::cancel(CommandNo number, const QString &requestedBy)
{
    const records::CommandRecord *record = m_commands.find(number);
    if (!record || !records::isInstallation(record->command.body)) {
        return fail(ErrorCode::NotFound, u"there is no update #%1"_s.arg(number));
    }
    const QString title = record->title;
    const QDateTime end = record->command.notAfter.value_or(
        m_clock.wallUtc().addMSecs(std::chrono::milliseconds(defaultLifetime).count()));
    const QStringList others = m_commands.withdraw(number);
    if (others.isEmpty()) {
        return {};
    }
    const Result<CommandNo> cancelled = m_commands.submit(CancelUpdate{number}, others, {requestedBy, title, end});
    return cancelled ? Outcome{} : fail(cancelled.error());
}

} // namespace sgn::core
