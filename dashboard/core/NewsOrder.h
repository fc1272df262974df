// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Arrival.h"

#include <QHash>
#include <QString>

namespace sgn::core {

// Which of one device's messages about its processes is the newest, since an archive hands them over in any order: a
// live one is, whatever the clocks show; of archived ones the one that was sent last.
class NewsOrder
{
public:
    // `lastReport`: when the last report that was applied was sent; UTC, invalid: never.
    [[nodiscard]] bool isReportOutdated(const QDateTime &lastReport, const Arrival &arrival) const;
    [[nodiscard]] bool isEventOutdated(const QDateTime &lastReport, const QString &process,
                                       const Arrival &arrival) const;
    // A report was applied: events before it no longer count.
    void noteReport(const Arrival &arrival);
    void noteEvent(const QString &process, const Arrival &arrival);

private:
    // What was applied last.
    struct News
    {
        QDateTime at;
        bool isBehind = false; // Arrival::isBehind
    };

    [[nodiscard]] static bool isOutdated(const News &last, const Arrival &arrival);

    bool m_isReportBehind = false;
    QHash<QString, News> m_events; // by process, since the last report
};

} // namespace sgn::core
