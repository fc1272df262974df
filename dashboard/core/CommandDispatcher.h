// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/OperatorSigner.h"
#include "core/ResendPolicy.h"
#include "core/SendQueue.h"

#include <QHash>
#include <QObject>
#include <QSet>
#include <QTimer>

namespace sgn::core {

class CommandLog;
class Fleet;

// Gives every open command of the CommandLog to the server, again where the ResendPolicy decides so, and expires what
// was not answered.
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
    CommandDispatcher(CommandLog &commands, Fleet &fleet, SendQueue &queue, const Clock &clock,
                      const ResendTimes &times, QObject *parent = nullptr);

    // From now on every command is signed with this key; without one, none is.
    void useOperatorKey(std::optional<SigningKey> key);
    // A session has begun, or ended.
    void setOnline(bool online);

private:
    // How sending one open target stands, by number and JID.
    using Key = std::pair<CommandNo, QString>;
    struct Track
    {
        MonotonicTime quietSince{};
        bool cameBack = false;
        bool isOnTheWay = false;
    };

    void sweep();
    void sweep(CommandNo number);
    void onQueued(CommandNo number);
    void onTargetChanged(CommandNo number, const QString &jid);
    void onCameOnline(const QString &jid);
    void send(CommandNo number, const QString &jid, const records::Expected<QByteArray> &body);
    [[nodiscard]] records::Expected<QByteArray> signedBody(const records::IssuedCommand &record, const QString &jid,
                                                           const QDateTime &end) const;
    void settle(CommandNo number, const QString &jid, SendQueue::Fate fate, const Error &reason);
    Track &track(CommandNo number, const QString &jid);

    CommandLog &m_commands;
    Fleet &m_fleet;
    SendQueue &m_queue;
    const Clock &m_clock;
    std::optional<OperatorSigner> m_signer;
    ResendTimes m_times;
    QHash<Key, Track> m_tracks;
    QSet<CommandNo> m_submittedHere;
    QTimer m_timer;
    bool m_isOnline = false;
};

} // namespace sgn::core
