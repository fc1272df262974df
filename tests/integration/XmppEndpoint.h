// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "support/ProsodyServer.h"
#include "xmpp/Session.h"

#include <optional>
#include <QPointer>
#include <QTest>

namespace sgn::test {

// Limits short enough for a test, long enough for a slow machine.
inline xmpp::SessionOptions quickOptions(xmpp::Role role)
{
    using namespace std::chrono_literals;
    xmpp::SessionOptions options;
    options.role = role;
    options.connectTimeout = 10s;
    options.reconnect = {.first = 20ms, .ceiling = 100ms, .stableAfter = 60s};
    return options;
}

inline xmpp::Account accountOn(const XmppServer &server, const QString &jid, const QString &password)
{
    return {.jid = jid,
            .password = password,
            .host = server.address(),
            .port = server.port(),
            .caFile = server.caFile(),
            .resource = {}};
}

// A session that records what it reported.
class Endpoint
{
public:
    Endpoint(xmpp::Account account, const xmpp::SessionOptions &options)
        : session(std::move(account), options, clock)
        , acceptsAll(options.role == xmpp::Role::Panel)
    {
        using xmpp::Session;
        QObject::connect(&session, &Session::online, &session, [this] { ++logins; });
        QObject::connect(&session, &Session::offline, &session, [this](const Error &reason) { losses << reason; });
        QObject::connect(&session, &Session::stopped, &session, [this] { ++stops; });
        QObject::connect(&session, &Session::messageReceived, &session,
                         [this](const xmpp::IncomingMessage &message) { messages << message; });
        QObject::connect(&session, &Session::acknowledged, &session, [this](quint64 id) { acknowledged << id; });
        QObject::connect(&session, &Session::notSent, &session, [this](quint64 id, const Error &reason) {
            notSent << id;
            sendErrors << reason;
        });
        QObject::connect(&session, &Session::undeliverable, &session,
                         [this](quint64 id, const QString &, const Error &) { undeliverable << id; });
        QObject::connect(&session, &Session::presenceChanged, &session,
                         [this](const QString &jid, bool online, const QString &) { presence.insert(jid, online); });
        QObject::connect(&session, &Session::rosterReceived, &session, [this](const QList<xmpp::Contact> &contacts) {
            for (const xmpp::Contact &contact : contacts) {
                roster.insert(contact.jid, contact);
            }
        });
        QObject::connect(&session, &Session::contactChanged, &session,
                         [this](const xmpp::Contact &contact) { roster.insert(contact.jid, contact); });
        QObject::connect(&session, &Session::contactRemoved, &session,
                         [this](const QString &jid) { roster.remove(jid); });
        QObject::connect(&session, &Session::subscriptionRequested, &session, [this](const QString &jid) {
            requests += jid;
            if (acceptsAll) {
                session.acceptSubscription(jid);
            }
        });
        QObject::connect(&session, &Session::archiveFinished, &session,
                         [this](const Result<xmpp::ArchivePage> &page) { archive = page; });
        QObject::connect(&session, &Session::serverTimeKnown, &session,
                         [this](std::chrono::milliseconds offset) { serverTime = offset; });
    }

    QByteArrayList bodies() const
    {
        QByteArrayList all;
        for (const auto &message : messages) {
            all << message.body;
        }
        return all;
    }

    SystemClock clock;
    xmpp::Session session;
    bool acceptsAll; // grants every subscription that a device hasn't granted by itself
    int logins = 0;
    int stops = 0;
    QList<Error> losses;
    QList<xmpp::IncomingMessage> messages;
    QList<quint64> acknowledged;
    QList<quint64> notSent;
    QList<Error> sendErrors;
    QList<quint64> undeliverable;
    QHash<QString, bool> presence;
    QMap<QString, xmpp::Contact> roster;
    QStringList requests; // of subscriptions
    std::optional<Result<xmpp::ArchivePage>> archive;
    std::optional<std::chrono::milliseconds> serverTime;
};

} // namespace sgn::test

// With a limit that no machine should need.
#define SGN_EVENTUALLY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 20'000)
