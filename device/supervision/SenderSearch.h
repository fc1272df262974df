// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "base/RateLimit.h"
#include "supervision/Attestation.h"

#include <optional>
#include <QList>
#include <QSet>
#include <QString>

namespace sgn::supervision {

// A process of the table that may have sent a heartbeat.
struct Suspect
{
    pid_t leader = 0;
    QSet<pid_t> others; // that belong to other programs, with all that they have started
};

// What a heartbeat claims: to come from process `pid`, which is the process that is known by that name, or one that it
// started, or another one.
struct Claim
{
    qint64 pid = 0;
    std::optional<pid_t> known; // the process that runs by that name
    quint64 attestedInode = 0;  // the socket that its last heartbeat came from
    [[nodiscard]] bool isOwn() const;
};

// A sender for a reader.
struct SenderName
{
    QString process;       // "process 812 (/usr/bin/python3 ocr.py)"; empty when it can't be known any more
    bool isOwners = false; // the owner's, root's or this program's
};

// Looks in /proc for the process that holds the socket of a heartbeat's sender. How often it may look at all processes
// is limited, because anyone can send datagrams.
class SenderSearch
{
public:
    struct Finding
    {
        Attestation attestation = Attestation::Unknown;
        quint64 inode = 0; // the socket of the process of that name, to be remembered; 0: none
    };

    // `owner`: who the meter's processes run as. `clock` outlives the object.
    SenderSearch(uid_t owner, const Clock &clock);

    [[nodiscard]] Finding attest(const Claim &claim, const HeartbeatSender &sender);
    // The index of the suspect whose process, or one that it started, has sent a datagram. Has a limit of its own, so
    // that a process which sends nonsense takes no look from the heartbeats of others.
    [[nodiscard]] std::optional<qsizetype> senderAmong(const QList<Suspect> &suspects, const HeartbeatSender &sender);
    // nullopt: more look-ups than may be made, of the owner's senders or of others.
    [[nodiscard]] std::optional<SenderName> nameOf(const HeartbeatSender &sender);

private:
    // nullopt: more looks at all processes than may be taken.
    [[nodiscard]] bool isTrusted(const system::UdpSocket &socket) const;
    [[nodiscard]] std::optional<bool> isHeld(const Claim &claim, quint64 inode);

    uid_t m_owner;
    const Clock &m_clock;
    RateLimit m_searches;
    RateLimit m_suspicions;
    RateLimit m_ownerNames;
    RateLimit m_otherNames;
};

} // namespace sgn::supervision
