// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/ReleaseSigner.h"
#include "package/ReleaseZip.h"
#include "records/Problem.h"
#include "xmpp/Session.h"

#include <QFuture>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QTemporaryFile>

namespace sgn::core {

class CommandLog;

// What an operator asks for.
struct UpdateRequest
{
    enum class What { Release, CaFile };

    What what = What::Release;
    Component component = Component::SmartMeter; // of a release
    QList<ProcessVersion> processes;             // SmartMeter
    int version = 0;                             // the others
    // Either a zip or a CA file that was read, which is uploaded to the server's file store, or an address where
    // devices can fetch it.
    std::optional<ReleaseZip> zip;
    std::optional<CaFile> caFile;
    QUrl url;
    QByteArray sha256;          // of what is at `url`, if known
    std::optional<qint64> size; // likewise
    // Signed manifest, and the list of files that it had no room for, or where devices can fetch that. Without a
    // manifest it is made here, where there are a zip and a release key.
    SignedRelease signature;
    QUrl releaseUrl;
    bool force = false;
    QStringList targets; // bare JIDs
    QDateTime notAfter;  // UTC; invalid: UpdateService::defaultLifetime from now
    QString requestedBy;

    // BadRequest with the first thing that can't be right.
    [[nodiscard]] records::Expected<> check() const;
};

// An update on its way to becoming a command: the zip is being signed and uploaded. Belongs to its service, deletes
// itself after finished().
class UpdateJob : public QObject
{
    Q_OBJECT

public:
    [[nodiscard]] const UpdateRequest &request() const { return m_request; }
    // Ends the upload; finished(Cancelled) follows. Nothing happens before the upload has begun.
    void cancel();

Q_SIGNALS:
    // Bytes of the upload.
    void progress(qint64 sent, qint64 total);
    // Exactly once, never from within start(): the number under which the CommandLog tracks it, or why there is none.
    void finished(const sgn::records::Expected<sgn::CommandNo> &number);

private:
    friend class UpdateService;
    UpdateJob(UpdateRequest request, QObject *parent);

    UpdateRequest m_request;
    QPointer<xmpp::Upload> m_upload;
    QTemporaryFile m_fileList; // while it is uploaded
    bool m_isFinished = false;
};

// Makes updates: zip → signature → file store, with the list of the zip's files where that is worth it → numbered
// command to the chosen devices. How it goes on is the CommandLog's.
class UpdateService : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::hours defaultLifetime{24 * 7};

    // All outlive the service.
    UpdateService(xmpp::Session &session, CommandLog &commands, const Clock &clock, QObject *parent = nullptr);

    // From now on releases are signed with this key; without one, none is.
    void useReleaseKey(std::optional<SigningKey> key);

    // readReleaseZip() on another thread.
    [[nodiscard]] static QFuture<Result<ReleaseZip>> inspect(const QString &zipPath);

    // Never null.
    UpdateJob *start(const UpdateRequest &request);
    // The uploads that run.
    [[nodiscard]] QList<UpdateJob *> jobs() const;

    // The same update under a new number for these devices. NotFound, or BadRequest when it was no update.
    [[nodiscard]] records::Expected<CommandNo> retry(CommandNo number, const QStringList &jids,
                                                     const QString &requestedBy);
    // Stops it where it hasn't replaced anything yet: withdraws what wasn't sent and tells the others to cancel.
    [[nodiscard]] records::Expected<> cancel(CommandNo number, const QString &requestedBy);

Q_SIGNALS:
    void jobStarted(sgn::core::UpdateJob *job);

private:
    void begin(UpdateJob *job);
    void sign(UpdateJob *job);
    void takeSignature(UpdateJob *job, const Result<SignedRelease> &signature);
    void upload(UpdateJob *job);
    void uploadFileList(UpdateJob *job, const QUrl &zipUrl);
    void submit(UpdateJob *job, const QUrl &url);
    static void finish(UpdateJob *job, const records::Expected<CommandNo> &number);

    xmpp::Session &m_session;
    CommandLog &m_commands;
    const Clock &m_clock;
    std::optional<ReleaseSigner> m_signer;
};

} // namespace sgn::core
