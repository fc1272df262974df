// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/PanelLink.h"
#include "base/Clock.h"
#include "config/DeviceConfig.h"
#include "xmpp/ClockWatch.h"
#include "xmpp/NetworkWatch.h"
#include "xmpp/Session.h"

#include <QTimer>

namespace sgn::agent {

// The account that a device's configuration names.
[[nodiscard]] xmpp::Account accountOf(const DeviceConfig &config, const QString &caFile);

// The panel by XMPP. The session logs why the server can't be reached, once while the reason stays the same.
class XmppPanelLink final : public PanelLink
{
    Q_OBJECT

public:
    // `clock` outlives the object.
    XmppPanelLink(const xmpp::Account &account, QString panelJid, const xmpp::SessionOptions &options,
                  const Clock &clock, QObject *parent = nullptr);

    void start() { m_session.start(); }
    // stopped() follows.
    void stop() { m_session.stop(); }

    [[nodiscard]] bool isOnline() const override { return m_session.isOnline(); }
    quint64 send(const QByteArray &body, xmpp::Keeping keeping) override
    {
        return m_session.send(m_panelJid, body, keeping);
    }
    [[nodiscard]] bool canUpload() const override { return m_session.canUpload(); }
    [[nodiscard]] std::optional<qint64> uploadLimit() const override { return m_session.uploadLimit(); }
    void upload(const QString &path, QObject *context, UploadAnswer answer) override;

Q_SIGNALS:
    void stopped();
    // After offline(), once while the reason stays the same: one plain sentence.
    void unreachable(const QString &reason);

private:
    QString m_panelJid;
    xmpp::Session m_session;
    xmpp::NetworkWatch m_network;
    xmpp::ClockWatch m_clockWatch;
    QTimer m_clockCheck;
};

} // namespace sgn::agent
