// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ConnectionStatus.h"

#include "models/SignIn.h"
#include "wording/Problems.h"

#include <QLocale>

namespace sgn::models {

ConnectionStatus::ConnectionStatus(core::PanelSession &session, xmpp::Session &connection, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_connection(connection)
    , m_state(session.isOnline() ? Online : Connecting)
{
    connect(&session, &core::PanelSession::online, this, [this] {
        m_state = Online;
        m_error = {};
        Q_EMIT changed();
    });
    connect(&session.catchUp(), &core::CatchUp::stepChanged, this, &ConnectionStatus::changed);
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

QString ConnectionStatus::history() const
{
    if (!m_session.catchUp().isReadingRest()) {
        return {};
    }
    const QDateTime upTo = m_session.catchUp().upTo();
    return upTo.isValid()
               ? tr("history read up to %1").arg(QLocale().toString(upTo.toLocalTime(), QLocale::ShortFormat))
               : tr("reading the history");
}

void ConnectionStatus::retry()
{
    m_connection.tryNow();
}

} // namespace sgn::models
