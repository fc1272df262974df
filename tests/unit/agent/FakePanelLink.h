// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/PanelLink.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QList>

namespace sgn::test {

// A panel at the other end of a wire that the test holds.
class FakePanelLink final : public agent::PanelLink
{
public:
    [[nodiscard]] bool isOnline() const override { return m_online; }
    quint64 send(const QByteArray &body, xmpp::Keeping keeping) override
    {
        const quint64 id = ++m_lastId;
        sent += body;
        kept += keeping;
        if (!m_online || !acknowledges) {
            unanswered += id;
            return id;
        }
        QMetaObject::invokeMethod(
            this, [this, id] { Q_EMIT acknowledged(id); }, Qt::QueuedConnection);
        return id;
    }
    [[nodiscard]] bool canUpload() const override { return uploadAnswer.has_value(); }
    [[nodiscard]] std::optional<qint64> uploadLimit() const override { return limit; }
    void upload(const QString &path, QObject *context, UploadAnswer answer) override
    {
        uploaded += path;
        QMetaObject::invokeMethod(
            context, [answer = std::move(answer), result = *uploadAnswer] { answer(result); }, Qt::QueuedConnection);
    }

    void goOnline()
    {
        m_online = true;
        Q_EMIT online();
    }
    // What was not acknowledged is lost.
    void goOffline()
    {
        m_online = false;
        Q_EMIT offline();
        for (const quint64 id : std::exchange(unanswered, {})) {
            Q_EMIT notSent(id, Error{ErrorCode::Network, QStringLiteral("the link broke")});
        }
    }

    [[nodiscard]] QList<QJsonObject> messages() const
    {
        QList<QJsonObject> all;
        for (const QByteArray &body : sent) {
            all += QJsonDocument::fromJson(body).object();
        }
        return all;
    }

    QList<QByteArray> sent;
    QList<xmpp::Keeping> kept; // of each of them
    QList<quint64> unanswered;
    bool acknowledges = true;
    std::optional<Result<QUrl>> uploadAnswer;
    std::optional<qint64> limit; // of the server's file store
    QStringList uploaded;

private:
    bool m_online = false;
    quint64 m_lastId = 0;
};

} // namespace sgn::test
