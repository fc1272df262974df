// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/PortGuard.h"

#include "base/Descriptor.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <QRandomGenerator>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sgn::system {

namespace {

constexpr auto pause = std::chrono::seconds(1);

// Whether a packet filter refuses a datagram of the user. Its socket is the user's by the file-system user of whoever
// makes it, which is what a filter compares (meta skuid).
bool isRefused(uid_t user, quint16 port)
{
    const int before = ::setfsuid(user);
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ::setfsuid(static_cast<uid_t>(before));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return socket.isValid() &&
           ::sendto(socket.get(), "", 0, 0, reinterpret_cast<const sockaddr *>(&address), sizeof address) < 0 &&
           errno == EPERM;
}

} // namespace

bool othersAreKeptAway(quint16 port, uid_t owner)
{
    if (::geteuid() != 0) {
        return false;
    }
    // Also one that no account has, so that a rule against a single user isn't taken for one against all.
    constexpr uid_t unused = 1'000'000;
    const std::array<uid_t, 3> others{65534, 1, unused + QRandomGenerator::global()->bounded(1'000'000U)};
    return std::ranges::all_of(others, [&](uid_t user) { return user == owner || isRefused(user, port); });
}

PortGuard::PortGuard(quint16 port, uid_t owner, const Clock &clock)
    : PortGuard([port, owner] { return othersAreKeptAway(port, owner); }, clock)
{}

PortGuard::PortGuard(Trial trial, const Clock &clock)
    : m_trial(std::move(trial))
    , m_clock(clock)
{}

bool PortGuard::isClosed()
{
    const MonotonicTime now = m_clock.monotonic();
    if (!m_tried || now - *m_tried >= pause) {
        m_tried = now;
        if (!m_trial()) {
            m_state = State::Open;
        } else if (m_state == State::Open) {
            m_state = State::Closing;
        }
    }
    return m_state == State::Closed;
}

void PortGuard::everythingWasRead()
{
    if (m_state == State::Closing) {
        m_state = State::Closed;
    }
}

} // namespace sgn::system
