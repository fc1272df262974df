// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/Membership.h"

#include "core/Fleet.h"
#include "core/SharedNotes.h"
#include "store/Store.h"
#include "xmpp/Jid.h"
#include "xmpp/Session.h"

#include <QRandomGenerator>

namespace sgn::core {

using namespace std::chrono_literals;

namespace {

// Subscriptions on their way. The server confirms each by a change of the contacts; one that it doesn't confirm holds
// up the next ones only so long.
constexpr qsizetype window = 64;
constexpr auto confirmWithin = 2s;
// So many contacts may be gone at once because other desks retired them; more, if they are the smaller part.
constexpr qsizetype fewMissing = 10;
// A desk that changes a contact publishes the same after it.
constexpr auto adoptAfter = 2s;

} // namespace

Membership::Membership(const Parts &parts, AcceptRules rules, std::chrono::milliseconds requestsRepeated,
                       QObject *parent)
    : QObject(parent)
    , m_session(parts.session)
    , m_fleet(parts.fleet)
    , m_shared(parts.shared)
    , m_store(parts.store)
    , m_clock(parts.clock)
    , m_rules(std::move(rules))
    , m_newcomers(parts.store, xmpp::domainOf(parts.session.ownBareJid()))
{
    m_subscribeAnyway.setSingleShot(true);
    m_subscribeAnyway.setInterval(confirmWithin);
    connect(&m_subscribeAnyway, &QTimer::timeout, this, [this] {
        m_subscribing.clear();
        subscribeNext();
    });
    m_requestsAreIn.setSingleShot(true);
    m_requestsAreIn.setInterval(requestsRepeated);
    connect(&m_requestsAreIn, &QTimer::timeout, this, &Membership::dropWithdrawn);
    m_adoption.setSingleShot(true);
    connect(&m_adoption, &QTimer::timeout, this, &Membership::adoptChanges);
    connect(&m_session, &xmpp::Session::stateChanged, this, [this](xmpp::Session::State state) {
        if (state != xmpp::Session::State::Online) {
            onOffline();
        }
    });
    connect(&m_session, &xmpp::Session::rosterReceived, this, &Membership::onRoster);
    connect(&m_session, &xmpp::Session::contactChanged, this, &Membership::onContactChanged);
    connect(&m_session, &xmpp::Session::contactRemoved, this, &Membership::onContactRemoved);
    connect(&m_session, &xmpp::Session::subscriptionRequested, this, &Membership::onSubscriptionRequested);
    connect(&m_shared, &SharedNotes::labelChanged, this, [this](const QString &jid) {
        if (const auto contact = m_contacts.constFind(jid); contact != m_contacts.cend() && m_fleet.indexOf(jid) >= 0) {
            showContact(*contact);
        }
    });
    connect(&m_shared, &SharedNotes::retirementChanged, this, &Membership::onRetirementChanged);
}

void Membership::restore()
{
    m_retired = m_store.retiredDevices();
    m_newcomers.restore();
}

void Membership::onOffline()
{
    m_isSettled = false;
    m_contacts.clear();
    m_presenceRequested.clear(); // the server may have lost them when it is back
    m_earlyRequests.clear();
    m_requests.clear();
    m_requestsAreIn.stop();
    m_renamed.clear();
    m_adoption.stop();
    m_toSubscribe.clear(); // requests are repeated at the next login
    m_subscribing.clear();
    m_subscribeAnyway.stop();
}

void Membership::settle()
{
    if (std::exchange(m_isSettled, true)) {
        return;
    }
    for (const QString &jid : std::exchange(m_earlyRequests, {})) {
        onSubscriptionRequested(jid);
    }
    Q_EMIT settled();
}

void Membership::onRoster(const QList<xmpp::Contact> &contacts)
{
    m_contacts.clear();
    for (const xmpp::Contact &contact : contacts) {
        const QString &jid = contact.jid;
        if (jid == m_session.ownBareJid()) {
            continue;
        }
        m_contacts.insert(jid, contact);
        if (m_retired.contains(jid)) {
            // Whether another desk took it in again or the server's groups hold it can't be known.
            m_newcomers.note(jid, {.at = m_clock.wallUtc()}, m_retired.value(jid));
        } else {
            takeIn(jid);
            showContact(contact); // of a device that was one before, too
        }
    }
    dropMissing();
    m_requestsAreIn.start();
    settle();
}

// Whose request another desk has refused, or the account itself has withdrawn, and who has sent nothing else.
void Membership::dropWithdrawn()
{
    for (const records::Newcomer &newcomer : m_newcomers.all()) {
        if (newcomer.isAsking && newcomer.message.isEmpty() && !m_requests.contains(newcomer.jid)) {
            m_newcomers.forget(newcomer.jid);
        }
    }
}

// Those that were contacts and aren't any more have been retired at another desk. A server that has lost its contacts
// must not empty the fleet.
void Membership::dropMissing()
{
    QStringList missing;
    qsizetype known = 0;
    for (int index = 0; index < m_fleet.count(); ++index) {
        const records::Device &device = m_fleet.at(index);
        if (device.isContact) {
            ++known;
            if (!m_contacts.contains(device.jid) && !m_earlyRequests.contains(device.jid)) {
                missing += device.jid;
            }
        }
    }
    if (missing.size() > fewMissing && missing.size() * 2 > known) {
        Q_EMIT warned({ErrorCode::NotFound,
                       records::FactCode::ContactsMissing,
                       {QString::number(missing.size()), QString::number(known)}});
    } else {
        takeOut(missing, m_clock.wallUtc());
    }
}

void Membership::onContactChanged(const xmpp::Contact &contact)
{
    const QString &jid = contact.jid;
    m_subscribing.remove(jid);
    if (jid != m_session.ownBareJid()) {
        const auto before = m_contacts.constFind(jid);
        const bool isNew = before == m_contacts.cend();
        if (!isNew && (before->name != contact.name || before->groups != contact.groups)) {
            adoptSoon(jid);
        }
        m_contacts.insert(jid, contact);
        // A change of one that was a contact before takes no retired device in again.
        if (isNew || m_fleet.indexOf(jid) >= 0) {
            takeIn(jid);
            showContact(contact);
        }
    }
    subscribeNext();
}

// From any XMPP client. Each desk at another time: one of them is enough.
void Membership::adoptSoon(const QString &jid)
{
    m_renamed.insert(jid);
    m_adoption.start(adoptAfter + std::chrono::milliseconds(QRandomGenerator::global()->bounded(1'000)));
}

void Membership::adoptChanges()
{
    for (const QString &jid : std::exchange(m_renamed, {})) {
        const auto contact = m_contacts.constFind(jid);
        if (contact != m_contacts.cend() && m_shared.labelOf(jid)) {
            m_shared.setLabel(jid, {contact->name, contact->groups});
            showContact(*contact);
        }
    }
}

void Membership::onContactRemoved(const QString &jid)
{
    m_contacts.remove(jid);
    m_presenceRequested.remove(jid);
    takeOut({jid}, m_clock.wallUtc());
}

// It may be a contact still, because the server's groups hold it; and a desk that is new can have taken it for a device
// by what the account has sent to it before.
void Membership::onRetirementChanged(const QString &jid, const QDateTime &at)
{
    if (!at.isValid()) {
        if (m_retired.contains(jid) && m_contacts.contains(jid)) {
            takeIn(jid);
        }
        return;
    }
    m_retired.insert(jid, at);
    if (m_fleet.indexOf(jid) < 0) {
        return;
    }
    takeOut({jid}, at);
    if (m_contacts.contains(jid)) {
        m_newcomers.note(jid, {.at = m_clock.wallUtc()}, at);
    }
}

void Membership::onSubscriptionRequested(const QString &jid)
{
    if (!m_isSettled) {
        if (m_earlyRequests.size() < Newcomers::maxOwn) {
            m_earlyRequests.insert(jid);
        }
    } else if (m_fleet.indexOf(jid) >= 0 || admits(jid, {.at = m_clock.wallUtc(), .isAsking = true})) {
        subscribeSoon(jid);
    } else if (m_newcomers.contains(jid)) {
        m_requests.insert(jid);
    }
}

bool Membership::admits(const QString &jid, const Newcomers::Sign &sign)
{
    if (m_fleet.indexOf(jid) >= 0) {
        return true;
    }
    const QDateTime retiredAt = m_retired.value(jid);
    if (retiredAt.isValid() && sign.at <= retiredAt) {
        return false;
    }
    if (!retiredAt.isValid() && m_rules.accepts(jid)) {
        takeIn(jid);
        return true;
    }
    m_newcomers.note(jid, sign, retiredAt);
    return false;
}

void Membership::requestPresence(const QString &jid)
{
    if (m_isSettled && !m_contacts.contains(jid) && !m_presenceRequested.contains(jid)) {
        m_presenceRequested.insert(jid);
        m_session.requestSubscription(jid);
    }
}

void Membership::acceptCorrespondent(const QString &jid)
{
    if (jid != m_session.ownBareJid() && !m_retired.contains(jid)) {
        takeIn(jid);
    }
}

void Membership::setRules(AcceptRules rules)
{
    m_rules = std::move(rules);
    QStringList waiting;
    for (const records::Newcomer &newcomer : m_newcomers.all()) {
        if (!newcomer.retiredAt.isValid() && m_rules.accepts(newcomer.jid)) {
            waiting += newcomer.jid;
        }
    }
    accept(waiting);
}

void Membership::accept(const QStringList &jids)
{
    for (const QString &jid : jids) {
        if (jid == m_session.ownBareJid()) {
            continue;
        }
        const bool hasShownUp = m_newcomers.contains(jid);
        m_shared.clearRetired(jid);
        takeIn(jid);
        subscribeSoon(jid);
        if (hasShownUp) {
            Q_EMIT accepted(jid);
        }
    }
}

void Membership::refuse(const QStringList &jids)
{
    for (const QString &jid : jids) {
        if (m_newcomers.forget(jid)) {
            m_session.refuseSubscription(jid);
        }
    }
}

records::Expected<> Membership::retire(const QStringList &jids)
{
    if (!m_session.isOnline() || !m_isSettled) {
        return records::fail(ErrorCode::Network, records::FactCode::NotConnected);
    }
    QStringList contacts;
    for (const QString &jid : jids) {
        if (m_contacts.contains(jid)) {
            contacts += jid;
        }
    }
    const QDateTime now = m_clock.wallUtc();
    takeOut(jids, now);
    m_shared.markRetired(jids, now);
    for (const QString &jid : std::as_const(contacts)) {
        m_session.removeContact(jid);
    }
    return {};
}

// With what was known of it before, if it was retired.
void Membership::takeIn(const QString &jid)
{
    m_newcomers.forget(jid);
    if (m_fleet.indexOf(jid) >= 0) {
        return;
    }
    std::optional<records::Device> known = m_retired.remove(jid) ? m_store.retiredDevice(jid) : std::nullopt;
    if (known) {
        m_fleet.add(*std::move(known));
    } else {
        m_fleet.add(jid);
    }
    if (const auto contact = m_contacts.constFind(jid); contact != m_contacts.cend()) {
        showContact(*contact);
    } else {
        m_fleet.setContact(jid, false);
    }
}

void Membership::showContact(const xmpp::Contact &contact)
{
    m_fleet.setContact(contact.jid, true);
    const auto label = m_shared.labelOf(contact.jid);
    if (!label) {
        m_fleet.setLabel(contact.jid, contact.name, contact.groups);
        return;
    }
    // Groups of the server's own are tags, too.
    QStringList tags = label->tags + contact.groups;
    tags.sort();
    tags.removeDuplicates();
    m_fleet.setLabel(contact.jid, label->name, tags);
}

void Membership::takeOut(const QStringList &jids, const QDateTime &at)
{
    QStringList leaving;
    for (const QString &jid : jids) {
        if (m_fleet.indexOf(jid) >= 0) {
            leaving += jid;
        }
    }
    m_fleet.remove(leaving);
    for (const QString &jid : std::as_const(leaving)) {
        m_retired.insert(jid, at);
        m_store.retire(jid, at);
        Q_EMIT retired(jid);
    }
}

void Membership::subscribeSoon(const QString &jid)
{
    m_toSubscribe.push_back(jid);
    subscribeNext();
}

// A thousand at once would hold up everything else for as long as the server takes.
void Membership::subscribeNext()
{
    while (!m_toSubscribe.empty() && m_subscribing.size() < window) {
        const QString jid = m_toSubscribe.front();
        m_toSubscribe.pop_front();
        m_session.acceptSubscription(jid);
        if (!m_contacts.contains(jid)) {
            m_subscribing.insert(jid);
        }
    }
    if (m_subscribing.isEmpty()) {
        m_subscribeAnyway.stop();
    } else {
        m_subscribeAnyway.start();
    }
}

} // namespace sgn::core
