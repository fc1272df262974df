// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/AcceptRules.h"
#include "core/Newcomers.h"
#include "records/Problem.h"
#include "xmpp/Contact.h"

#include <deque>
#include <QHash>
#include <QObject>
#include <QSet>
#include <QStringList>
#include <QTimer>

namespace sgn::store {
class Store;
}

namespace sgn::xmpp {
class Session;
}

namespace sgn::core {

class Fleet;
class SharedNotes;

// Which accounts are devices of the fleet. The account's contacts on the server (its roster) are the list that all
// desks share: who is among them is a device, whoever has put it there: an operator who accepted it at any desk, the
// server's administrator (shared groups), an older version of this program. Accepted as well is whom the store knows,
// and whom the rules of the configuration take in. Everyone else is a newcomer, to whom nothing is sent.
class Membership : public QObject
{
    Q_OBJECT

public:
    struct Parts
    {
        xmpp::Session &session;
        Fleet &fleet;
        SharedNotes &shared;
        store::Store &store;
        const Clock &clock;
    };

    // Everything in `parts` outlives this. `requestsRepeated`: see PanelSession::Timing.
    Membership(const Parts &parts, AcceptRules rules, std::chrono::milliseconds requestsRepeated,
               QObject *parent = nullptr);

    // What the store knows of an earlier run; after the fleet's.
    void restore();

    [[nodiscard]] const Newcomers &newcomers() const { return m_newcomers; }

    // The contacts are known in this session, or the server hasn't sent them in a long time.
    [[nodiscard]] bool isSettled() const { return m_isSettled; }
    void settle();
    // Whether what the account sends is a device's. Else it is listed, unless it is old news of a retired one.
    [[nodiscard]] bool admits(const QString &jid, const Newcomers::Sign &sign);
    // A device shows that it is alive, but not by presence: requests its subscription, once per session.
    void requestPresence(const QString &jid);
    // Someone of the panel's account has written to it first.
    void acceptCorrespondent(const QString &jid);

    // From now on, and for those that wait.
    void setRules(AcceptRules rules);
    // Bare JIDs, newcomers or not, without the panel's own. They become contacts soon.
    void accept(const QStringList &jids);
    // Newcomers that leave the list. Who shows up again is listed again.
    void refuse(const QStringList &jids);
    // Devices leave the fleet and the contacts; what is known of them is kept. NotConnected while offline, because all
    // desks have to learn of it.
    [[nodiscard]] records::Expected<> retire(const QStringList &jids);

Q_SIGNALS:
    // A newcomer became a device.
    void accepted(const QString &jid);
    void retired(const QString &jid);
    // See isSettled().
    void settled();
    void warned(const sgn::records::Problem &warning);

private:
    void onOffline();
    void onRoster(const QList<xmpp::Contact> &contacts);
    void onContactChanged(const xmpp::Contact &contact);
    void onContactRemoved(const QString &jid);
    void onSubscriptionRequested(const QString &jid);
    void onRetirementChanged(const QString &jid, const QDateTime &at);
    void adoptSoon(const QString &jid);
    void adoptChanges();
    void dropMissing();
    void dropWithdrawn();
    void takeIn(const QString &jid);
    void subscribeSoon(const QString &jid);
    void subscribeNext();
    void showContact(const xmpp::Contact &contact);
    void takeOut(const QStringList &jids, const QDateTime &at);

    xmpp::Session &m_session;
    Fleet &m_fleet;
    SharedNotes &m_shared;
    store::Store &m_store;
    const Clock &m_clock;
    AcceptRules m_rules;
    Newcomers m_newcomers;
    QHash<QString, QDateTime> m_retired;
    QHash<QString, xmpp::Contact> m_contacts;
    QSet<QString> m_presenceRequested;
    QSet<QString> m_earlyRequests; // before the contacts were known
    QSet<QString> m_requests;      // of newcomers, in this session
    QTimer m_requestsAreIn;
    // Whose name or tags another program has changed, perhaps a desk, which publishes them as well.
    QSet<QString> m_renamed;
    QTimer m_adoption;
    std::deque<QString> m_toSubscribe;
    QSet<QString> m_subscribing;
    QTimer m_subscribeAnyway;
    bool m_isSettled = false;
};

} // namespace sgn::core
