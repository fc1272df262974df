// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "supervision/Complaint.h"

#include <QString>
#include <vector>

namespace sgn::supervision {

// A datagram to the watchdog's port that counts for nothing.
struct Refusal
{
    QString name;          // that it gives as its process's; empty when it can't be read
    QString sender;        // the process that sent it; empty when that can't be known
    QString why;           // a clause: "there is no process 7"
    bool isOwners = false; // sent by a process of the owner's or root's
};

// Remembers the refused heartbeats of programs that aren't in the table. A meter whose heartbeats are all refused is in
// no report, so without this an operator would see a device on which nothing is wrong and nothing runs. One refusal may
// be the moment before a program has its numbers together, so it counts when it has come again. Any local user can
// send: what is remembered is bounded, and the owner's programs come first, then those that have lasted longest.
class Refusals
{
public:
    static constexpr std::size_t maxSenders = 8;
    // Between the first refusal and the one that makes it a problem.
    static constexpr MonotonicTime patience = Complaint::patience;
    // After the last refusal; longer than the pause between two heartbeats.
    static constexpr MonotonicTime memory = std::chrono::minutes(3);
    // Between two sentences about one sender: each is sent to the panel.
    static constexpr MonotonicTime sentencePause = std::chrono::minutes(1);

    // Whether problem() is another one than before.
    [[nodiscard]] bool add(const Refusal &refusal, MonotonicTime now);
    // A heartbeat of that name counts now. As add().
    [[nodiscard]] bool accepted(const QString &name, MonotonicTime now);
    // A sentence for the operator; empty when there is none.
    [[nodiscard]] QString problem(MonotonicTime now) const;

private:
    struct Sender
    {
        Refusal refusal;
        MonotonicTime first{};
        MonotonicTime last{};
        MonotonicTime described{}; // when `refusal` was taken
        bool isProblem = false;
    };

    [[nodiscard]] std::vector<Sender>::iterator find(const Refusal &refusal);
    // The one that matters most; nullptr when none is a problem.
    [[nodiscard]] const Sender *foremost(MonotonicTime now) const;
    void makeRoom(bool forOwner);
    void forgetOld(MonotonicTime now);

    std::vector<Sender> m_senders;
};

} // namespace sgn::supervision
