// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/CommandDispatcher.h"

#include "core/CommandLog.h"
#include "core/Fleet.h"
#include "protocol/Json.h"

#include <algorithm>

namespace sgn::core {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds sweepEvery = 2s;
// A signature takes some ten microseconds; a large fleet's must not keep the window waiting.
constexpr int sentAtOnce = 1'000;
// What is over is looked at so often at most.
constexpr std::chrono::milliseconds expiryStep = 1s;

} // namespace

CommandDispatcher::CommandDispatcher(CommandLog &commands, Fleet &fleet, CommandOutlet &outlet, const Clock &clock,
                                     const ResendTimes &times, QObject *parent)
    : QObject(parent)
    , m_commands(commands)
    , m_fleet(fleet)
    , m_outlet(outlet)
    , m_clock(clock)
    , m_times(times)
{
    m_timer.setInterval(sweepEvery);
    connect(&m_timer, &QTimer::timeout, this, &CommandDispatcher::sweep);
    connect(&m_commands, &CommandLog::targetsQueued, this, &CommandDispatcher::onQueued);
    // Another program's, through the same store.
    connect(&m_commands, &CommandLog::commandAdded, this, &CommandDispatcher::planAll, Qt::QueuedConnection);
    connect(&m_commands, &CommandLog::targetChanged, this, &CommandDispatcher::onTargetChanged);
    connect(&m_fleet, &Fleet::cameOnline, this, &CommandDispatcher::onCameOnline);
    m_timer.start();
}

void CommandDispatcher::setOnline(bool online)
{
    m_isOnline = online;
    if (!online) {
        return;
    }
    m_onlineSince = m_clock.monotonic();
    for (Track &track : m_tracks) {
        track.cameBack = true;
        track.quietSince = m_onlineSince;
    }
    for (const CommandNo number : m_commands.openNumbers()) {
        planAll(number);
    }
    sweep();
}

void CommandDispatcher::setCatchingUp(bool isCatchingUp)
{
    m_isCatchingUp = isCatchingUp;
    m_nextExpiry.clear();
}

void CommandDispatcher::useOperatorKey(std::optional<SigningKey> key)
{
    m_signer.reset();
    if (key) {
        m_signer.emplace(*std::move(key));
    }
}

void CommandDispatcher::setHeld(bool held)
{
    m_isHeld = held;
    sendDue();
}

void CommandDispatcher::sweep()
{
    for (const CommandNo number : m_commands.open()) {
        expireOver(number);
    }
    sendDue();
}

QDateTime CommandDispatcher::endOf(const records::IssuedCommand &record) const
{
    return record.command.notAfter.value_or(record.createdAt.addMSecs(std::chrono::milliseconds(longestLife).count()));
}

std::optional<MonotonicTime> CommandDispatcher::mineFrom(const records::IssuedCommand &record) const
{
    if (!record.isOwn) {
        return std::nullopt;
    }
    if (m_submittedHere.contains(record.number)) {
        return MonotonicTime();
    }
    constexpr std::chrono::milliseconds wait = takeOverAfter;
    const auto age = std::chrono::milliseconds(record.createdAt.msecsTo(m_clock.wallUtc()));
    return m_clock.monotonic() + std::clamp(wait - age, 0ms, wait);
}

CommandDispatcher::Track CommandDispatcher::trackOf(const Key &key) const
{
    const auto it = m_tracks.constFind(key);
    return it == m_tracks.cend() ? Track{m_onlineSince, true, false, {}} : *it;
}

ResendSituation CommandDispatcher::situationOf(const records::IssuedCommand &record,
                                               const records::CommandTarget &target) const
{
    const Track track = trackOf({record.number, target.jid});
    const records::Device *device = m_fleet.find(target.jid);
    return {
        .state = target.state,
        .attempts = target.attempts,
        .isOnTheWay = track.isOnTheWay,
        .deviceOnline = device && device->online,
        .answersRepeats = device && device->isModern,
        .cameBack = track.cameBack,
        .quietFor = m_clock.monotonic() - track.quietSince,
        .overFor = std::chrono::milliseconds(endOf(record).msecsTo(m_clock.wallUtc())),
    };
}

void CommandDispatcher::planAll(CommandNo number)
{
    (void)m_commands.targets(number); // from the store, where they aren't at hand
    for (const int row : m_commands.openRows(number)) {
        plan(number, QString(m_commands.targets(number).at(row).jid));
    }
}

void CommandDispatcher::plan(CommandNo number, const QString &jid)
{
    const records::IssuedCommand *record = m_commands.find(number);
    const records::CommandTarget *target = m_commands.target(number, jid);
    const Key key{number, jid};
    if (!record || !target || isFinal(target->state)) {
        setDue(key, std::nullopt);
        return;
    }
    ResendSituation situation = situationOf(*record, *target);
    // It may yet turn out to know more than the seed.
    situation.answersRepeats = true;
    const auto wait = waitBeforeSending(situation, m_times);
    const auto mine = mineFrom(*record);
    if (wait && mine) {
        setDue(key, std::max(*mine, m_clock.monotonic() + *wait));
        return;
    }
    setDue(key, std::nullopt);
    // Nothing to remember of what waits for a device that is offline.
    if (!situation.isOnTheWay && !situation.deviceOnline && target->state != records::TargetState::Running) {
        m_tracks.remove(key);
    }
}

void CommandDispatcher::setDue(const Key &key, std::optional<MonotonicTime> due)
{
    auto it = m_tracks.find(key);
    if (it == m_tracks.end()) {
        if (!due) {
            return;
        }
        it = m_tracks.insert(key, trackOf(key));
    }
    if (it->due) {
        m_due.erase(*it->due);
        it->due.reset();
    }
    if (due) {
        it->due = {*due, ++m_planned};
        m_due.emplace(*it->due, key);
    }
}

void CommandDispatcher::sendDue()
{
    const MonotonicTime now = m_clock.monotonic();
    for (int looked = 0; m_isOnline && !m_isHeld && !m_due.empty() && m_due.begin()->first.first <= now; ++looked) {
        if (looked == sentAtOnce) {
            QMetaObject::invokeMethod(this, &CommandDispatcher::sendDue, Qt::QueuedConnection);
            return;
        }
        const Key key = m_due.begin()->second;
        const auto [number, jid] = key;
        setDue(key, std::nullopt);
        const records::IssuedCommand *record = m_commands.find(number);
        const records::CommandTarget *target = m_commands.target(number, jid);
        if (!record || !target) {
            continue;
        }
        if (nextStep(situationOf(*record, *target), m_times) == ResendStep::Send) {
            send(*record, jid);
        } else if (m_fleet.find(jid) && m_fleet.find(jid)->online) {
            setDue(key, now + m_times.patience);
        }
    }
}

void CommandDispatcher::expireOver(CommandNo number)
{
    const records::IssuedCommand *record = m_commands.find(number);
    const MonotonicTime now = m_clock.monotonic();
    if (!record || endOf(*record) > m_clock.wallUtc() || now < m_nextExpiry.value(number)) {
        return;
    }
    std::chrono::milliseconds next = m_times.grace;
    for (const int row : m_commands.openRows(number)) {
        const records::CommandTarget target = m_commands.targets(number).at(row);
        const ResendSituation situation = situationOf(*record, target);
        const std::chrono::milliseconds wait = waitBeforeExpiring(situation, m_times);
        const bool maySayMore = target.attempts > 0 && (!m_isOnline || m_isCatchingUp);
        if (wait > 0ms || situation.isOnTheWay) {
            next = std::min(next, std::max(wait, expiryStep));
        } else if (!maySayMore) {
            m_commands.markExpired(number, target.jid);
        }
    }
    if (m_commands.openRows(number).isEmpty()) {
        m_nextExpiry.remove(number);
    } else {
        m_nextExpiry.insert(number, now + next);
    }
}

void CommandDispatcher::onQueued(CommandNo number)
{
    m_submittedHere.insert(number);
    planAll(number);
    sendDue();
}

void CommandDispatcher::onTargetChanged(CommandNo number, const QString &jid)
{
    const Key key{number, jid};
    const records::CommandTarget *target = m_commands.target(number, jid);
    if (!target || isFinal(target->state)) {
        setDue(key, std::nullopt);
        m_tracks.remove(key);
        return;
    }
    const auto it = m_tracks.find(key);
    if (it != m_tracks.end()) {
        it->quietSince = m_clock.monotonic();
        it->cameBack = it->cameBack && target->state != records::TargetState::Running;
        plan(number, jid);
    }
}

void CommandDispatcher::onCameOnline(const QString &jid)
{
    for (const CommandNo number : m_commands.open()) {
        const records::CommandTarget *target = m_commands.target(number, jid);
        if (target && !isFinal(target->state)) {
            m_commands.markDelivered(number, jid);
            const Key key{number, jid};
            Track back = trackOf(key);
            back.cameBack = true;
            back.quietSince = m_clock.monotonic();
            m_tracks.insert(key, back);
            plan(number, jid);
        }
    }
}

// Signed with the times of the command itself, so that one that is sent again is the same one and not another.
records::Expected<QByteArray> CommandDispatcher::bodyOf(const records::IssuedCommand &record, const QString &jid)
{
    if (m_signer) {
        return m_signer->sign(record.command, {jid, record.createdAt, endOf(record)});
    }
    if (m_lastBody.first != record.number) {
        m_lastBody = {record.number, encode(record.command)};
    }
    const QByteArray &body = m_lastBody.second;
    if (body.size() > maxBodySize) {
        return fail(ErrorCode::TooLarge, records::FactCode::CommandTooLarge,
                    {QString::number(body.size()), QString::number(maxBodySize)});
    }
    return body;
}

void CommandDispatcher::send(const records::IssuedCommand &record, const QString &jid)
{
    const CommandNo number = record.number;
    const records::Expected<QByteArray> body = bodyOf(record, jid);
    if (!body) {
        m_commands.markFailed(number, jid, body.error().withContext(records::FactCode::NotSent));
        return;
    }
    Track track = trackOf({number, jid});
    track.isOnTheWay = true;
    track.cameBack = false;
    m_tracks.insert({number, jid}, track);
    m_commands.markHandedOver(number, jid);
    m_outlet.send(
        jid, *body, CommandOutlet::Priority::Urgent,
        [this, number, jid](CommandOutlet::Fate fate, const Error &reason) { settle(number, jid, fate, reason); },
        xmpp::Keeping::AsUsual);
}

void CommandDispatcher::settle(CommandNo number, const QString &jid, CommandOutlet::Fate fate, const Error &reason)
{
    const auto it = m_tracks.find({number, jid});
    if (it != m_tracks.end()) {
        it->isOnTheWay = false;
        it->quietSince = m_clock.monotonic();
    }
    switch (fate) {
    case CommandOutlet::Fate::Acknowledged: {
        const records::Device *device = m_fleet.find(jid);
        m_commands.markSent(number, jid, device && device->online);
        break;
    }
    case CommandOutlet::Fate::NotSent:
        if (reason.code == ErrorCode::BadRequest || reason.code == ErrorCode::TooLarge) {
            // It can't be sent at another time either.
            m_commands.markFailed(number, jid, records::Problem(reason).withContext(records::FactCode::NotSent));
        } else {
            m_commands.markNotSent(number, jid);
        }
        break;
    case CommandOutlet::Fate::Undeliverable:
        m_commands.markUndeliverable(number, jid, reason.message);
        break;
    }
    plan(number, jid);
}

} // namespace sgn::core
