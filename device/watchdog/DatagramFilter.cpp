// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/DatagramFilter.h"

#include <algorithm>

namespace sgn::watchdog {

namespace {

constexpr auto lifePause = std::chrono::seconds(1);

} // namespace

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
        if (it->sender == sender || admits(sender, now)) {
            return Verdict::Known;
        }
    } else if (admits(sender, now)) {
        return Verdict::New;
    }
    return isSignOfLife(datagram, now) ? Verdict::SignOfLife : Verdict::TooMany;
}

bool DatagramFilter::isSignOfLife(const QByteArray &datagram, MonotonicTime now)
{
    for (std::vector<Known> *const list : {&m_known, &m_alive}) {
        const auto it = std::ranges::find(*list, datagram, &Known::datagram);
        if (it != list->end() && now - it->lifeAt >= lifePause) {
            it->lifeAt = now;
            return true;
        }
    }
    return false;
}

Heartbeat DatagramFilter::heartbeatOf(const QByteArray &datagram) const
{
    for (const std::vector<Known> *const list : {&m_known, &m_alive}) {
        const auto it = std::ranges::find(*list, datagram, &Known::datagram);
        if (it != list->end()) {
            return it->heartbeat;
        }
    }
    return {};
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
    keep(m_known, datagram, heartbeat, sender, now);
}

void DatagramFilter::showedLife(const QByteArray &datagram, const Heartbeat &heartbeat, MonotonicTime now)
{
    keep(m_alive, datagram, heartbeat, 0, now);
}

void DatagramFilter::keep(std::vector<Known> &list, const QByteArray &datagram, const Heartbeat &heartbeat,
                          quint16 sender, MonotonicTime now)
{
    std::erase_if(list,
                  [&heartbeat](const Known &known) { return known.heartbeat.processName == heartbeat.processName; });
    if (list.size() >= maxKnown) {
        list.erase(list.begin());
    }
    // A copy of its own: the caller's bytes may lie in a buffer that the next datagram overwrites.
    list.push_back({QByteArray(datagram.constData(), datagram.size()), heartbeat, sender, now, {}});
}

void DatagramFilter::refused(const QByteArray &datagram, quint16 sender)
{
    std::erase_if(m_known, [&](const Known &known) { return known.datagram == datagram && known.sender == sender; });
}

} // namespace sgn::watchdog
