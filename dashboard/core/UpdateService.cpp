// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/UpdateService.h"

#include "core/CommandLog.h"

#include <QtConcurrent>

namespace sgn::core {

using records::FactCode;

UpdateService::UpdateService(xmpp::Session &session, CommandLog &commands, const Clock &clock, web::Access access,
                             QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_commands(commands)
    , m_clock(clock)
    , m_access(std::move(access))
{}

QFuture<Result<ReleaseZip>> UpdateService::inspect(const QString &zipPath)
{
    return QtConcurrent::run([zipPath] { return readReleaseZip(zipPath); });
}

std::unique_ptr<ReleaseDownload> UpdateService::fetch(const QUrl &url) const
{
    return std::make_unique<ReleaseDownload>(url, m_access);
}

void UpdateService::useReleaseKey(std::optional<SigningKey> key)
{
    m_signer = key ? std::make_shared<const ReleaseSigner>(*std::move(key)) : nullptr;
}

UpdateJob *UpdateService::start(const UpdateRequest &request)
{
    return prepare(request, [this](const CommandBody &command, const UpdateRequest &sent) {
        const auto life = std::chrono::milliseconds(UpdateJob::defaultLifetime).count();
        const QDateTime end = sent.notAfter.isValid() ? sent.notAfter : m_clock.wallUtc().addMSecs(life);
        return m_commands.submit(command, sent.targets, {sent.requestedBy, sent.title(), end});
    });
}

UpdateJob *UpdateService::prepare(const UpdateRequest &request, UpdateJob::Submit submit)
{
    auto *job = new UpdateJob({m_session, m_clock, std::move(submit), m_signer}, request, this);
    job->start();
    Q_EMIT jobStarted(job);
    return job;
}

QList<UpdateJob *> UpdateService::jobs() const
{
    QList<UpdateJob *> jobs = findChildren<UpdateJob *>(Qt::FindDirectChildrenOnly);
    jobs.removeIf([](const UpdateJob *job) { return job->isFinished(); });
    return jobs;
}

UpdateRetry *UpdateService::retry(CommandNo number, const QStringList &jids, const QString &requestedBy)
{
    const records::IssuedCommand *record = m_commands.find(number);
    if (!record) {
        const records::Problem unknown(ErrorCode::NotFound, FactCode::UnknownCommand, {QString::number(number)});
        return new UpdateRetry(m_commands, unknown, this);
    }
    if (!records::isInstallation(record->command.body)) {
        const records::Problem other(ErrorCode::BadRequest, FactCode::NotAnUpdate, {QString::number(number)});
        return new UpdateRetry(m_commands, other, this);
    }
    const QDateTime end = m_clock.wallUtc().addMSecs(std::chrono::milliseconds(UpdateJob::defaultLifetime).count());
    const UpdateRetry::Order order{record->command.body, jids, {requestedBy, record->title, end}, m_access};
    return new UpdateRetry(m_commands, order, this);
}

records::Expected<> UpdateService::cancel(CommandNo number, const QString &requestedBy)
{
    const records::IssuedCommand *record = m_commands.find(number);
    if (!record || !records::isInstallation(record->command.body)) {
        return fail(ErrorCode::NotFound, FactCode::UnknownUpdate, {QString::number(number)});
    }
    const QString title = record->title;
    const QDateTime end = record->command.notAfter.value_or(
        m_clock.wallUtc().addMSecs(std::chrono::milliseconds(UpdateJob::defaultLifetime).count()));
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
