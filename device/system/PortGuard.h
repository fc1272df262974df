// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"

#include <functional>
#include <optional>
#include <QtGlobal>
#include <sys/types.h>

namespace sgn::system {

// Whether a packet filter keeps the datagrams of other users away from a UDP port of 127.0.0.1 (packaging/README.md):
// then a datagram comes from root or the owner of the device's folder, also if its sender can't be found any more.
// Found out by trying: a socket of another user gets EPERM from the filter, or its empty datagram arrives. Only root
// can try; for other users of the program the port counts as open.
class PortGuard
{
public:
    // Returns whether a datagram to the port is kept away; replaced in tests.
    using Trial = std::function<bool()>;

    // `owner` of the device's folder may send.
    PortGuard(quint16 port, uid_t owner, const Clock &clock);
    PortGuard(Trial trial, const Clock &clock);

    // Whether other users were kept away already when the oldest datagram that isn't read yet was sent. Tries at most
    // once a second.
    [[nodiscard]] bool isClosed();
    // Every datagram that had arrived so far has been read.
    void everythingWasRead();

private:
    enum class State {
        Open,
        Closing, // closed now, but what is waiting may have come before
        Closed,
    };

    Trial m_trial;
    const Clock &m_clock;
    State m_state = State::Open;
    std::optional<MonotonicTime> m_tried;
};

// The trial of isClosed(): whether none of several users other than root and `owner` gets a datagram through.
[[nodiscard]] bool othersAreKeptAway(quint16 port, uid_t owner);

} // namespace sgn::system
