// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/EndText.h"

#include <QRegularExpression>

namespace sgn::rollouts {

using namespace Qt::StringLiterals;

std::optional<QDateTime> localEndFrom(const QString &text)
{
    static const QRegularExpression form(u"^\\s*(?:(?<y>[0-9]{4})-(?<m>[0-9]{1,2})-(?<d>[0-9]{1,2})|(?<d2>[0-9]{1,2})"
                                         u"\\.(?<m2>[0-9]{1,2})\\.(?<y2>[0-9]{4}))"
                                         "(?:[\\sT]\\s*(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2}))?\\s*$"_s);
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch()) {
        return std::nullopt;
    }
    const auto number = [&match](const char16_t *name, const char16_t *otherName) {
        const QString found = match.captured(QStringView(name));
        return (found.isEmpty() ? match.captured(QStringView(otherName)) : found).toInt();
    };
    const QDate day(number(u"y", u"y2"), number(u"m", u"m2"), number(u"d", u"d2"));
    const bool isWholeDay = match.captured(u"hour").isEmpty();
    const QTime time(match.captured(u"hour").toInt(), match.captured(u"minute").toInt());
    if (!day.isValid() || !time.isValid()) {
        return std::nullopt;
    }
    const QDateTime end = isWholeDay ? day.addDays(1).startOfDay() : QDateTime(day, time);
    return end.toUTC();
}

} // namespace sgn::rollouts
