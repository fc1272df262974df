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

// Notices that this machine has a network again: an address, a way out, a carrier. Whoever waits for a server that was
// out of reach needn't wait to the end of a pause that has grown meanwhile. By the kernel's own word (rtnetlink(7)),
// because a device without a desktop has no service that QNetworkInformation could ask.
class NetworkWatch : public QObject
{
    Q_OBJECT

public:
    // came() follows after a random time between the two: the devices of a place get their network back at one moment
    // and must not come to the server in one wave. It also lets what belongs together happen together.
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
    QHash<int, bool> m_carriers; // of the interfaces, as far as they were told
    QTimer m_tell;
};

// Whether messages of the kernel (nlmsghdr and what follows, aligned for it) say that there is more network than
// before. `carriers`: of the messages before, by interface. What is no such message, or is cut, says nothing.
[[nodiscard]] bool bringsNetwork(QByteArrayView messages, QHash<int, bool> &carriers);

} // namespace sgn::xmpp
