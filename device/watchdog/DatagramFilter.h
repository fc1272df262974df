// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/RateLimit.h"
#include "protocol/Heartbeat.h"

#include <QByteArray>
#include <QHash>
#include <vector>

namespace sgn::watchdog {

// Decides which datagrams are worth looking into while a program floods the port, before any of them costs more than a
// comparison. A process sends the same bytes every time, most of them by the same socket, so a datagram that was
// accepted before is known by both and gets through whatever else comes in. What is new, or a copy that comes from
// elsewhere, comes out of two budgets: one for each sender, so that a single mad process drowns no other, and one for
// all of them together. Nothing that isn't accepted changes what is known.
class DatagramFilter
{
public:
    enum class Verdict {
        Known,  // accepted before, if perhaps from another sender: see heartbeatOf()
        Repeat, // the same was accepted a moment ago and contains nothing new
        New,
        // No room to look who sent it, but a process of the table has sent the same before: a sign of its life, once
        // a second. That is no more than any program can give it; without it a flood could have a healthy process ended
        // that opens a socket for each heartbeat.
        SignOfLife,
        TooMany,
    };

    // Far above what a meter does: it sends three heartbeats a minute.
    static constexpr int perSenderAndSecond = 20;
    // What looking at them may cost a Pi: each can lead to some twenty system calls.
    static constexpr int perSecond = 2000;
    // Even true heartbeats aren't taken more often, because one of a worker process takes a look at /proc.
    static constexpr MonotonicTime repeatPause = std::chrono::milliseconds(100);
    // As many as there can be processes: one datagram is remembered for each.
    static constexpr std::size_t maxKnown = 64;

    DatagramFilter();

    // `sender` is the UDP port it came from.
    [[nodiscard]] Verdict judge(const QByteArray &datagram, quint16 sender, MonotonicTime now);
    // The heartbeat in a known datagram or a sign of life; an empty one for another.
    [[nodiscard]] Heartbeat heartbeatOf(const QByteArray &datagram) const;

    // The datagram was accepted; an older one of the same process is forgotten.
    void accepted(const QByteArray &datagram, const Heartbeat &heartbeat, quint16 sender, MonotonicTime now);
    // The datagram counted as a sign of life, and no more.
    void showedLife(const QByteArray &datagram, const Heartbeat &heartbeat, MonotonicTime now);
    // It is not accepted any more from that sender.
    void refused(const QByteArray &datagram, quint16 sender);

private:
    struct Known
    {
        QByteArray datagram;
        Heartbeat heartbeat;
        quint16 sender = 0;
        MonotonicTime at{};
        MonotonicTime lifeAt{};
    };

    static void keep(std::vector<Known> &list, const QByteArray &datagram, const Heartbeat &heartbeat, quint16 sender,
                     MonotonicTime now);
    [[nodiscard]] bool isSignOfLife(const QByteArray &datagram, MonotonicTime now);
    [[nodiscard]] bool admits(quint16 sender, MonotonicTime now);

    std::vector<Known> m_known;
    std::vector<Known> m_alive; // by their senders they aren't known
    RateLimit m_all;
    QHash<quint16, int> m_senders; // in this second
    MonotonicTime m_second{};
};

} // namespace sgn::watchdog
