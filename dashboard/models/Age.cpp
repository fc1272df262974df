// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Age.h"

#include "wording/Durations.h"

#include <QCoreApplication>
#include <QLocale>

using namespace Qt::StringLiterals;

namespace sgn::models {

bool isLongAgo(const QDateTime &at, const QDateTime &now)
{
    constexpr qint64 nowLimit = 5;
    return at.isValid() && at.secsTo(now) >= nowLimit;
}

QString ageText(const QDateTime &at, const QDateTime &now)
{
    if (!at.isValid()) {
        return u"–"_s;
    }
    return isLongAgo(at, now) ? wording::durationText(at.secsTo(now)) : QCoreApplication::translate("Age", "now");
}

QString momentText(const QDateTime &at, const QDateTime &now)
{
    if (!at.isValid()) {
        return u"–"_s;
    }
    const QDateTime local = at.toLocalTime();
    const QLocale locale;
    if (local.date() == now.toLocalTime().date()) {
        return locale.toString(local.time(), u"HH:mm"_s);
    }
    return locale.toString(local.date(), u"d MMM"_s) + u' ' + locale.toString(local.time(), u"HH:mm"_s);
}

QString fullMomentText(const QDateTime &at)
{
    return at.isValid() ? QLocale().toString(at.toLocalTime(), QLocale::LongFormat) : QString();
}

} // namespace sgn::models
