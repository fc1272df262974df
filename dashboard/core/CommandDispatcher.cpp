// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/CommandDispatcher.h"

#include "core/CommandLog.h"
#include "core/Fleet.h"

namespace sgn::core {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds sweepEvery = 2s;
// A signature takes some ten microseconds; a large fleet's must not keep the window waiting.
constexpr int signaturesAtOnce = 1'000;

} // namespace

CommandDispatcher::CommandDispatcher(CommandLog &commands, Fleet &fleet, SendQueue &queue, const Clock &clock,
                                     const ResendTimes &times, QObject *parent)
    : QObject(parent)
    , m_commands(commands)
    , m_fleet(fleet)
    , m_queue(queue)
    , m_clock(clock)
    , m_times(times)
{
    m_timer.setInterval(sweepEvery);
    connect(&m_timer, &QTimer::timeout, this, qOverload<>(&CommandDispatcher::sweep));
    connect(&m_commands, &CommandLog::targetsQueued, this, &CommandDispatcher::onQueued);
    connect(&m_commands, &CommandLog::targetChanged, this, &CommandDispatcher::onTargetChanged);
    connect(&m_fleet, &Fleet::cameOnline, this, &CommandDispatcher::onCameOnline);
}

void CommandDispatcher::setOnline(bool online)
{
    m_isOnline = online;
    if (!online) {
        m_timer.stop();
        return;
    }
    const MonotonicTime now = m_clock.monotonic();
    for (Track &track : m_tracks) {
        track.cameBack = true;
        track.quietSince = now;
    }
    m_timer.start();
    sweep();
}

void CommandDispatcher::useOperatorKey(std::optional<SigningKey> key)
{
    m_signer.reset();
    if (key) {
        m_signer.emplace(*std::move(key));
    }
}

void CommandDispatcher::sweep()
{
    for (const CommandNo number : m_commands.openNumbers()) {
        sweep(number);
    }
}

void CommandDispatcher::sweep(CommandNo number)
{
    const records::IssuedCommand *record = m_commands.find(number);
    if (!m_isOnline || !record) {
        return;
    }
    const QDateTime wallNow = m_clock.wallUtc();
    const MonotonicTime now = m_clock.monotonic();
    const QDateTime end =
        record->command.notAfter.value_or(record->createdAt.addMSecs(std::chrono::milliseconds(longestLife).count()));
    const bool isMine = m_submittedHere.contains(number) ||
                        record->createdAt.msecsTo(wallNow) >= std::chrono::milliseconds(takeOverAfter).count();
    const bool maySend = record->isOwn && isMine;
    const QByteArray unsignedBody = m_signer ? QByteArray() : encode(record->command);
    int signatures = 0;
    for (const int row : m_commands.openRows(number)) {
        const records::CommandTarget target = m_commands.targets(number).at(row);
        const Track &known = track(number, target.jid);
        const records::Device *device = m_fleet.find(target.jid);
        const ResendSituation situation{
            .state = target.state,
            .attempts = target.attempts,
            .isOnTheWay = known.isOnTheWay,
            .deviceOnline = device && device->online,
            .answersRepeats = device && device->isModern,
            .cameBack = known.cameBack,
            .quietFor = now - known.quietSince,
            .overFor = std::chrono::milliseconds(end.msecsTo(wallNow)),
        };
        switch (nextStep(situation, m_times)) {
        case ResendStep::Wait:
            break;
        case ResendStep::Expire:
            m_commands.markExpired(number, target.jid);
            break;
        case ResendStep::Send:
            if (maySend && m_signer && ++signatures > signaturesAtOnce) {
                QMetaObject::invokeMethod(
                    this, [this, number] { sweep(number); }, Qt::QueuedConnection);
                return;
            }
            if (maySend) {
                send(number, target.jid, m_signer ? signedBody(*record, target.jid, end) : unsignedBody);
            }
            break;
        }
    }
}

// Signed with the times of the command itself, so that one that is sent again is the same one and not another.
records::Expected<QByteArray> CommandDispatcher::signedBody(const records::IssuedCommand &record, const QString &jid,
                                                            const QDateTime &end) const
{
    return m_signer->sign(record.command, {jid, record.createdAt, end});
}

void CommandDispatcher::onQueued(CommandNo number)
{
    m_submittedHere.insert(number);
    sweep(number);
}

void CommandDispatcher::onTargetChanged(CommandNo number, const QString &jid)
{
    const records::CommandTarget *target = m_commands.target(number, jid);
    if (!target || isFinal(target->state)) {
        m_tracks.remove({number, jid});
        return;
    }
    const auto it = m_tracks.find({number, jid});
    if (it != m_tracks.end()) {
        it->quietSince = m_clock.monotonic();
        it->cameBack = it->cameBack && target->state != records::TargetState::Running;
    }
}

void CommandDispatcher::onCameOnline(const QString &jid)
{
    for (const CommandNo number : m_commands.openNumbers()) {
        const records::CommandTarget *target = m_commands.target(number, jid);
        if (target && !isFinal(target->state)) {
            m_commands.markDelivered(number, jid);
            Track &back = track(number, jid);
            back.cameBack = true;
            back.quietSince = m_clock.monotonic();
        }
    }
}

void CommandDispatcher::send(CommandNo number, const QString &jid, const records::Expected<QByteArray> &body)
{
    if (!body) {
        m_commands.markFailed(number, jid, body.error().withContext(records::FactCode::NotSent));
        return;
    }
    m_commands.markHandedOver(number, jid);
    Track &sent = track(number, jid);
    sent.isOnTheWay = true;
    sent.cameBack = false;
    m_queue.send(jid, *body, SendQueue::Priority::Urgent,
                 [this, number, jid](SendQueue::Fate fate, const Error &reason) { settle(number, jid, fate, reason); });
}

void CommandDispatcher::settle(CommandNo number, const QString &jid, SendQueue::Fate fate, const Error &reason)
{
    const auto it = m_tracks.find({number, jid});
    if (it != m_tracks.end()) {
        it->isOnTheWay = false;
        it->quietSince = m_clock.monotonic();
    }
    switch (fate) {
    case SendQueue::Fate::Acknowledged: {
        const records::Device *device = m_fleet.find(jid);
        m_commands.markSent(number, jid, device && device->online);
        break;
    }
    case SendQueue::Fate::NotSent:
        m_commands.markNotSent(number, jid);
        break;
    case SendQueue::Fate::Undeliverable:
        m_commands.markUndeliverable(number, jid, reason.message);
        break;
    }
}

CommandDispatcher::Track &CommandDispatcher::track(CommandNo number, const QString &jid)
{
    const Key key{number, jid};
    auto it = m_tracks.find(key);
    if (it == m_tracks.end()) {
        it = m_tracks.insert(key, Track{m_clock.monotonic(), true, false});
    }
    return *it;
}

} // namespace sgn::core
