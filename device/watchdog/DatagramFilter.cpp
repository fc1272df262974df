// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/DatagramFilter.h"

#include <algorithm>

namespace sgn::watchdog {

DatagramFilter::DatagramFilter()
    : m_all(perSecond, std::chrono::seconds(1))
{}

DatagramFilter::Verdict DatagramFilter::judge(const QByteArray &datagram, quint16 sender, MonotonicTime now)
{
    const auto it = std::ranges::find(m_known, datagram, &Known::datagram);
    if (it != m_known.end()) {
        if (now - it->at < repeatPause) {
            return Verdict::Repeat;
        }
        return it->sender == sender || admits(sender, now) ? Verdict::Known : Verdict::TooMany;
    }
    return admits(sender, now) ? Verdict::New : Verdict::TooMany;
}

Heartbeat DatagramFilter::heartbeatOf(const QByteArray &datagram) const
{
    const auto it = std::ranges::find(m_known, datagram, &Known::datagram);
    return it == m_known.end() ? Heartbeat() : it->heartbeat;
}

bool DatagramFilter::admits(quint16 sender, MonotonicTime now)
{
    if (now - m_second >= std::chrono::seconds(1)) {
        m_second = now;
        m_senders.clear();
    }
    int &sent = m_senders[sender];
    if (sent >= perSenderAndSecond) {
        return false;
    }
    ++sent;
    return m_all.allow(now);
}

void DatagramFilter::accepted(const QByteArray &datagram, const Heartbeat &heartbeat, quint16 sender, MonotonicTime now)
{
    std::erase_if(m_known,
                  [&heartbeat](const Known &known) { return known.heartbeat.processName == heartbeat.processName; });
    if (m_known.size() >= maxKnown) {
        m_known.erase(m_known.begin());
    }
    // A copy of its own: the caller's bytes may lie in a buffer that the next datagram overwrites.
    m_known.push_back({QByteArray(datagram.constData(), datagram.size()), heartbeat, sender, now});
}

void DatagramFilter::refused(const QByteArray &datagram, quint16 sender)
{
    std::erase_if(m_known, [&](const Known &known) { return known.datagram == datagram && known.sender == sender; });
}

} // namespace sgn::watchdog
