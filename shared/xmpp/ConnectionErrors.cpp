// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ConnectionErrors.h"

#include "xmpp/Jid.h"

#include <QXmppAuthenticationError.h>
#include <QXmppBindError.h>
#include <QXmppGlobal.h>
#include <QXmppStreamError.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

Error authenticationError(const QXmpp::AuthenticationError &error, const Account &account)
{
    const QString jid = bareJid(account.jid);
    switch (error.type) {
    case QXmpp::AuthenticationError::NotAuthorized:
        return {ErrorCode::Authentication, u"wrong password, or no such account: %1"_s.arg(jid)};
    case QXmpp::AuthenticationError::AccountDisabled:
        return {ErrorCode::Authentication, u"the account %1 is disabled on the server"_s.arg(jid)};
    case QXmpp::AuthenticationError::CredentialsExpired:
        return {ErrorCode::Authentication, u"the password of %1 has expired"_s.arg(jid)};
    case QXmpp::AuthenticationError::MechanismMismatch:
        return {ErrorCode::Authentication, u"the server offers no login method that hides the password (SCRAM)"_s};
    default:
        return {ErrorCode::Authentication, u"the login as %1 failed: %2"_s.arg(jid, error.text.simplified().left(200))};
    }
}

Error streamError(QXmpp::StreamError error, const QString &text)
{
    switch (error) {
    case QXmpp::StreamError::Conflict:
        return {ErrorCode::Refused, u"another program logged in with the same account and resource"_s};
    case QXmpp::StreamError::HostUnknown:
    case QXmpp::StreamError::HostGone:
        return {ErrorCode::Refused, u"the server doesn't serve the domain of this account"_s};
    case QXmpp::StreamError::SystemShutdown:
    case QXmpp::StreamError::Reset:
        return {ErrorCode::Network, u"the server is shutting down"_s};
    case QXmpp::StreamError::ConnectionTimeout:
        return {ErrorCode::Timeout, u"the server has received nothing from us for too long"_s};
    default:
        return {ErrorCode::Refused, u"the server ended the session: %1"_s.arg(text.simplified().left(200))};
    }
}

} // namespace

Error connectionError(const QXmppError &error, const Account &account)
{
    if (const auto authentication = error.value<QXmpp::AuthenticationError>()) {
        return authenticationError(*authentication, account);
    }
    if (error.holdsType<QXmpp::TimeoutError>()) {
        return {ErrorCode::Timeout, u"the server no longer answers"_s};
    }
    if (const auto stream = error.value<QXmpp::StreamError>()) {
        return streamError(*stream, error.description);
    }
    if (const auto bind = error.value<QXmpp::BindError>()) {
        return {ErrorCode::Refused, u"the server refuses the session: %1"_s.arg(bind->stanzaError.text().left(200))};
    }
    return {ErrorCode::Network, u"the server closed the connection"_s};
}

bool isConflict(const QXmppError &error)
{
    return error.value<QXmpp::StreamError>() == QXmpp::StreamError::Conflict;
}

} // namespace sgn::xmpp
