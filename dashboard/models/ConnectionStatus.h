// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/PanelSession.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace sgn::models {

// Whether what is shown is live, and if not, why.
class ConnectionStatus final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(State state READ state NOTIFY changed FINAL)
    Q_PROPERTY(QString reason READ reason NOTIFY changed FINAL)
    Q_PROPERTY(QString advice READ advice NOTIFY changed FINAL)
    Q_PROPERTY(QString history READ history NOTIFY changed FINAL)
    // Retrying the same can't help.
    Q_PROPERTY(bool needsSignIn READ needsSignIn NOTIFY changed FINAL)

public:
    enum State { Connecting, Online, Offline };
    Q_ENUM(State)

    // Both outlive this.
    ConnectionStatus(core::PanelSession &session, xmpp::Session &connection, QObject *parent = nullptr);

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] QString reason() const;
    [[nodiscard]] QString advice() const;
    // How far the older messages of the server's archive are read; empty: they are.
    [[nodiscard]] QString history() const;
    [[nodiscard]] bool needsSignIn() const { return m_error.code == ErrorCode::Authentication; }

    Q_INVOKABLE void retry();

Q_SIGNALS:
    void changed();

private:
    core::PanelSession &m_session;
    xmpp::Session &m_connection;
    State m_state = Connecting;
    Error m_error;
};

} // namespace sgn::models
