// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "xmpp/Contact.h"
#include "xmpp/SessionOptions.h"

#include <functional>
#include <QDomElement>
#include <QHash>
#include <QPointer>
#include <QSet>
#include <QXmppClient.h>

namespace sgn::xmpp {

// Whose presence we see and who sees ours (RFC 6121): subscriptions, the panel's roster, presence of others.
class Contacts final : public QObject
{
    Q_OBJECT

public:
    Contacts(const SessionOptions &options, QObject *parent);

    void setOwnJid(const QString &bareJid) { m_ownBareJid = bareJid; }
    void setTrustedPeers(const QStringList &bareJids);
    void requestSubscription(const QString &bareJid);
    void acceptSubscription(const QString &bareJid);
    void refuseSubscription(const QString &bareJid);
    void remove(const QString &bareJid);
    void set(const Contact &contact, std::function<void(const Outcome &)> done);

    void online(QXmppClient *client);
    void offline();
    void readPresence(const QDomElement &stanza);
    void readRosterPush(const QDomElement &stanza);

Q_SIGNALS:
    void presenceChanged(const QString &bareJid, bool online, const QString &resource);
    void rosterReceived(const QList<sgn::xmpp::Contact> &contacts);
    void contactChanged(const sgn::xmpp::Contact &contact);
    void contactRemoved(const QString &bareJid);
    void subscriptionRequested(const QString &bareJid);
    // The server has shown this very session as unavailable; its presence is to be sent once more.
    void presenceLost();
    // A stanza that should not exist; worth a line in the log.
    void suspicious(const QString &what);

private:
    enum class Sees { Nobody, We, They, Both };

    [[nodiscard]] static Sees seenBy(const QString &subscription);
    void requestRoster();
    void updateContact(const Contact &contact, const QString &subscription);
    void introduceTo(const QString &bareJid);
    void showAgain();

    SessionOptions m_options;
    QString m_ownBareJid;
    QSet<QString> m_trusted;
    // Requested while offline, or not yet requested by this process.
    QSet<QString> m_toAsk;
    // Requested since the last login: the server stores the request, so once is enough.
    QSet<QString> m_asked;
    QHash<QString, Sees> m_roster;
    QSet<QString> m_onlyRequests; // items of the roster that are no contacts
    int m_shownAgain = 0;         // since the last login
    QPointer<QXmppClient> m_client;
};

} // namespace sgn::xmpp
