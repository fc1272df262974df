// SPDX-License-Identifier: GPL-3.0-or-later
#include "wording/Durations.h"

#include <QCoreApplication>

namespace sgn::wording {

namespace {

constexpr qint64 minute = 60;
constexpr qint64 hour = 60 * minute;
constexpr qint64 day = 24 * hour;

struct Duration
{
    Q_DECLARE_TR_FUNCTIONS(Duration)
};

} // namespace

QString durationText(qint64 seconds)
{
    if (seconds < 1) {
        return Duration::tr("now");
    }
    if (seconds < minute) {
        return Duration::tr("%1 s").arg(seconds);
    }
    if (seconds < hour) {
        return Duration::tr("%1 min").arg(seconds / minute);
    }
    return seconds < day ? Duration::tr("%1 h").arg(seconds / hour) : Duration::tr("%1 d").arg(seconds / day);
}

QString agoText(qint64 seconds)
{
    return seconds < 1 ? durationText(seconds) : Duration::tr("%1 ago").arg(durationText(seconds));
}

} // namespace sgn::wording
