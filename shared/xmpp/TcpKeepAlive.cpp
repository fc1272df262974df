// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/TcpKeepAlive.h"

#include "base/SystemError.h"

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

Outcome setTcpKeepAlive(int socket, std::chrono::seconds idle)
{
    constexpr int probes = 3;
    const std::chrono::seconds interval = std::min(idle, std::chrono::seconds(20s));
    struct Option
    {
        int level;
        int name;
        std::chrono::milliseconds::rep value;
    };
    const Option options[] = {
        {IPPROTO_TCP, TCP_KEEPIDLE, idle.count()},
        {IPPROTO_TCP, TCP_KEEPINTVL, interval.count()},
        {IPPROTO_TCP, TCP_KEEPCNT, probes},
        // The kernel would otherwise try for a quarter of an hour to get rid of what was written.
        {IPPROTO_TCP, TCP_USER_TIMEOUT, std::chrono::milliseconds(idle + probes * interval).count()},
        {SOL_SOCKET, SO_KEEPALIVE, 1},
    };
    for (const Option &option : options) {
        const int value = static_cast<int>(option.value);
        if (::setsockopt(socket, option.level, option.name, &value, sizeof value) != 0) {
            return fail(systemError(u"the connection cannot be probed"_s, errno));
        }
    }
    return {};
}

} // namespace sgn::xmpp
