// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ConnectionStatus.h"

#include "models/SignIn.h"
#include "wording/Problems.h"

namespace sgn::models {

ConnectionStatus::ConnectionStatus(core::PanelSession &session, xmpp::Session &connection, QObject *parent)
    : QObject(parent)
    , m_connection(connection)
    , m_state(session.isOnline() ? Online : Connecting)
{
    connect(&session, &core::PanelSession::online, this, [this] {
        m_state = Online;
        m_error = {};
        Q_EMIT changed();
    });
    connect(&session, &core::PanelSession::offline, this, [this](const Error &reason) {
        m_state = Offline;
        m_error = reason;
        Q_EMIT changed();
    });
}

QString ConnectionStatus::reason() const
{
    return wording::sentence(m_error);
}

QString ConnectionStatus::advice() const
{
    return m_error.message.isEmpty() ? QString() : SignIn::adviceFor(m_error.code);
}

void ConnectionStatus::retry()
{
    m_connection.tryNow();
}

} // namespace sgn::models
