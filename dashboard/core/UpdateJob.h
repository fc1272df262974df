// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/ReleaseSigner.h"
#include "core/UpdateRequest.h"
#include "xmpp/Session.h"

#include <functional>
#include <memory>
#include <QObject>
#include <QPointer>
#include <QTemporaryFile>

namespace sgn::core {

// An update on its way to becoming a command: sign the file where a key is there, upload it unless devices fetch it
// from elsewhere, upload the list of its files where that is worth it, submit the command. Deletes itself after
// finished().
class UpdateJob : public QObject
{
    Q_OBJECT

public:
    // A device that gets the command later does nothing, where the request names no time.
    static constexpr std::chrono::hours defaultLifetime{24 * 7};

    // Makes of the command what it is for; returns the number under which the CommandLog tracks it, or 0.
    using Submit =
        std::function<records::Expected<CommandNo>(const CommandBody &command, const UpdateRequest &request)>;

    struct Parts
    {
        xmpp::Session &session;
        const Clock &clock;
        Submit submit;
        std::shared_ptr<const ReleaseSigner> signer; // null: nothing is signed here
    };

    // Everything in `parts` outlives the job. Its steps begin with start().
    UpdateJob(const Parts &parts, UpdateRequest request, QObject *parent);

    [[nodiscard]] const UpdateRequest &request() const { return m_request; }
    [[nodiscard]] bool isFinished() const { return m_isFinished; }
    void start();
    // Ends the upload; finished(Cancelled) follows. Does nothing before the upload has begun.
    void cancel();

Q_SIGNALS:
    // Bytes of the upload.
    void progress(qint64 sent, qint64 total);
    // Exactly once, never from within start(): the result of Submit, or why it wasn't submitted.
    void finished(const sgn::records::Expected<sgn::CommandNo> &number);

private:
    void sign();
    void takeSignature(const Result<SignedRelease> &signature);
    void giveOut();
    void upload();
    void takeAddress(const QUrl &url);
    void uploadFileList(const QUrl &zipUrl);
    void submit(const QUrl &address);
    void finish(const records::Expected<CommandNo> &number);

    Parts m_parts;
    UpdateRequest m_request;
    QPointer<xmpp::Upload> m_upload;
    QTemporaryFile m_fileList; // while it is uploaded
    bool m_isFinished = false;
};

} // namespace sgn::core
