// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"

#include <memory>
#include <QByteArrayView>
#include <QHash>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>

namespace sgn::xmpp {

// Notices that this machine has a network again: an address, a route, a carrier. So a session that waits for an
// unreachable server needn't wait to the end of a pause that has grown meanwhile. Uses the kernel's messages
// (rtnetlink(7)), because a device without a desktop has no service that QNetworkInformation could query.
class NetworkWatch : public QObject
{
    Q_OBJECT

public:
    // came() follows after a random time between the two: the devices of one site regain their network at one moment
    // and must not connect to the server in one wave. It also merges messages that belong together.
    struct Jitter
    {
        std::chrono::milliseconds shortest{500};
        std::chrono::milliseconds longest{5'000};
    };

    // Without such a socket, as in some sandboxes, nothing is ever noticed.
    NetworkWatch()
        : NetworkWatch(Jitter())
    {}
    explicit NetworkWatch(Jitter jitter, QObject *parent = nullptr);

Q_SIGNALS:
    void came();

private:
    void read();

    Jitter m_jitter;
    Descriptor m_socket;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QHash<int, bool> m_carriers; // of the interfaces, as far as they were reported
    QTimer m_tell;
};

// Whether messages of the kernel (nlmsghdr and what follows, aligned for it) report that there is more network than
// before. `carriers`: of the messages before, by interface. False for what is no such message, or is cut.
[[nodiscard]] bool bringsNetwork(QByteArrayView messages, QHash<int, bool> &carriers);

} // namespace sgn::xmpp
