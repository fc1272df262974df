// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ReleaseDownload.h"
#include "core/UpdateJob.h"
#include "core/UpdateRetry.h"

#include <QFuture>
#include <QList>
#include <QObject>

namespace sgn::core {

class CommandLog;

// Starts updates, repeats and cancels them. The CommandLog tracks what becomes of each.
class UpdateService : public QObject
{
    Q_OBJECT

public:
    // All outlive the service.
    UpdateService(xmpp::Session &session, CommandLog &commands, const Clock &clock, web::Access access,
                  QObject *parent = nullptr);

    // From now on releases are signed with this key; without one, none is.
    void useReleaseKey(std::optional<SigningKey> key);

    // readReleaseZip() on another thread.
    [[nodiscard]] static QFuture<Result<ReleaseZip>> inspect(const QString &zipPath);

    // Begins to fetch a release for inspect().
    [[nodiscard]] std::unique_ptr<ReleaseDownload> fetch(const QUrl &url) const;

    // Never null.
    UpdateJob *start(const UpdateRequest &request);
    // The same with something else made of the command.
    UpdateJob *prepare(const UpdateRequest &request, UpdateJob::Submit submit);
    // The uploads that run.
    [[nodiscard]] QList<UpdateJob *> jobs() const;

    // The same update under a new number for these devices; never null. NotFound, or BadRequest when it was no update.
    UpdateRetry *retry(CommandNo number, const QStringList &jids, const QString &requestedBy);
    // Stops it where it hasn't replaced anything yet: withdraws what wasn't sent and sends the others a cancellation.
    [[nodiscard]] records::Expected<> cancel(CommandNo number, const QString &requestedBy);

Q_SIGNALS:
    void jobStarted(sgn::core::UpdateJob *job);

private:
    xmpp::Session &m_session;
    CommandLog &m_commands;
    const Clock &m_clock;
    web::Access m_access;
    std::shared_ptr<const ReleaseSigner> m_signer;
};

} // namespace sgn::core
