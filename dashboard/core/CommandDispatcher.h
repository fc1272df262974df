// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/CommandOutlet.h"
#include "core/OperatorSigner.h"
#include "core/ResendPolicy.h"

#include <map>
#include <QHash>
#include <QObject>
#include <QSet>
#include <QTimer>

namespace sgn::core {

class CommandLog;
class Fleet;

// Gives every open command of the CommandLog to the server, again where the ResendPolicy decides so, and expires what
// was not answered. Each target is looked at when something happens to it and when its next moment has come, so that
// what waits for offline devices costs nothing.
class CommandDispatcher : public QObject
{
    Q_OBJECT

public:
    // What another program submitted just now through the same store is that program's to send; later any program sends
    // it.
    static constexpr std::chrono::minutes takeOverAfter{2};
    // A command without `not_after` is given up after this.
    static constexpr std::chrono::hours longestLife{24 * 7};

    // All outlive the dispatcher.
    CommandDispatcher(CommandLog &commands, Fleet &fleet, CommandOutlet &outlet, const Clock &clock,
                      const ResendTimes &times, QObject *parent = nullptr);

    // From now on every command is signed with this key; without one, none is.
    void useOperatorKey(std::optional<SigningKey> key);
    // While held, nothing is sent: until the key that signs is there. What expires, expires.
    void setHeld(bool held);
    // A session has begun, or ended.
    void setOnline(bool online);
    // While the archive is read, the reply to what was sent may be in it, and only what wasn't sent expires.
    void setCatchingUp(bool isCatchingUp);
    // Does what is due; a timer calls it every two seconds.
    void sweep();

private:
    // How sending one open target stands, by number and JID.
    using Key = std::pair<CommandNo, QString>;
    struct Track
    {
        MonotonicTime quietSince{};
        bool cameBack = false;
        bool isOnTheWay = false;
        std::optional<std::pair<MonotonicTime, quint64>> due; // its place in m_due
    };

    void onQueued(CommandNo number);
    void onTargetChanged(CommandNo number, const QString &jid);
    void onCameOnline(const QString &jid);
    void planAll(CommandNo number);
    void plan(CommandNo number, const QString &jid);
    void setDue(const Key &key, std::optional<MonotonicTime> due);
    void sendDue();
    void expireOver(CommandNo number);
    void send(const records::IssuedCommand &record, const QString &jid);
    [[nodiscard]] ResendSituation situationOf(const records::IssuedCommand &record,
                                              const records::CommandTarget &target) const;
    [[nodiscard]] QDateTime endOf(const records::IssuedCommand &record) const;
    // When this program may send it; nullopt: never.
    [[nodiscard]] std::optional<MonotonicTime> mineFrom(const records::IssuedCommand &record) const;
    [[nodiscard]] records::Expected<QByteArray> bodyOf(const records::IssuedCommand &record, const QString &jid);
    void settle(CommandNo number, const QString &jid, CommandOutlet::Fate fate, const Error &reason);
    [[nodiscard]] Track trackOf(const Key &key) const;

    CommandLog &m_commands;
    Fleet &m_fleet;
    CommandOutlet &m_outlet;
    const Clock &m_clock;
    std::optional<OperatorSigner> m_signer;
    ResendTimes m_times;
    QHash<Key, Track> m_tracks; // of those to which something happened in this session
    // What is to be looked at, by time; at the same time in the order in which it was planned.
    std::map<std::pair<MonotonicTime, quint64>, Key> m_due;
    quint64 m_planned = 0;
    QHash<CommandNo, MonotonicTime> m_nextExpiry; // of commands whose time is over
    std::pair<CommandNo, QByteArray> m_lastBody;  // without a signature the same for all devices of a command
    QSet<CommandNo> m_submittedHere;
    MonotonicTime m_onlineSince{};
    QTimer m_timer;
    bool m_isOnline = false;
    bool m_isHeld = false;
    bool m_isCatchingUp = false;
};

} // namespace sgn::core
