// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "xmpp/IncomingMessage.h"
#include "xmpp/Keeping.h"

#include <chrono>
#include <functional>
#include <optional>
#include <QObject>
#include <QUrl>

namespace sgn::agent {

// The connection to the control panel, as the rest of the agent sees it.
class PanelLink : public QObject
{
    Q_OBJECT

public:
    using UploadAnswer = std::function<void(const Result<QUrl> &)>;

    [[nodiscard]] virtual bool isOnline() const = 0;
    // To the panel's bare JID. acknowledged() or notSent() follows with the returned id, never from within the call.
    virtual quint64 send(const QByteArray &body, xmpp::Keeping keeping) = 0;
    // Whether the server takes files.
    [[nodiscard]] virtual bool canUpload() const = 0;
    // The largest file that it takes, in bytes; nullopt where it names no limit.
    [[nodiscard]] virtual std::optional<qint64> uploadLimit() const { return std::nullopt; }
    // `answer` is called once, never from within the call, unless `context` is gone by then.
    virtual void upload(const QString &path, QObject *context, UploadAnswer answer) = 0;

Q_SIGNALS:
    void online();
    // The connection is gone, or another try failed.
    void offline();
    // The server ended the session because another machine signed in as this device.
    void replaced();
    void messageReceived(const sgn::xmpp::IncomingMessage &message);
    void acknowledged(quint64 id);
    void notSent(quint64 id, const sgn::Error &reason);
    // Some time after acknowledged(id): the server had the message but couldn't deliver it, as when a client's
    // connection
    // broke and the client didn't resume it.
    void returned(quint64 id);
    // canUpload() is true from now on; comes some time after online().
    void uploadAvailable();
    // Server's clock minus ours.
    void serverTimeKnown(std::chrono::milliseconds offset);

protected:
    using QObject::QObject;
};

} // namespace sgn::agent
