// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/NewsOrder.h"

#include "protocol/Process.h"

namespace sgn::core {

bool NewsOrder::isOutdated(const News &last, const Arrival &arrival)
{
    if (arrival.isLive || !last.at.isValid()) {
        return false;
    }
    // A server's stamps may have whole seconds only; within one its archive keeps the order.
    const qint64 sentAt = arrival.stamp.toSecsSinceEpoch();
    const qint64 lastAt = last.at.toSecsSinceEpoch();
    return sentAt < lastAt || (sentAt == lastAt && arrival.isBehind && !last.isBehind);
}

bool NewsOrder::isReportOutdated(const QDateTime &lastReport, const Arrival &arrival) const
{
    return isOutdated({lastReport, m_isReportBehind}, arrival);
}

bool NewsOrder::isEventOutdated(const QDateTime &lastReport, const QString &process, const Arrival &arrival) const
{
    return isReportOutdated(lastReport, arrival) || isOutdated(m_events.value(process), arrival);
}

void NewsOrder::noteReport(const Arrival &arrival)
{
    m_isReportBehind = arrival.isBehind;
    m_events.clear();
}

void NewsOrder::noteEvent(const QString &process, const Arrival &arrival)
{
    if (m_events.size() > maxProcesses) {
        m_events.clear();
    }
    m_events.insert(process, {arrival.stamp, arrival.isBehind});
}

} // namespace sgn::core
