// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollouts/WindowText.h"

#include <QRegularExpression>

namespace sgn::rollouts {

using namespace Qt::StringLiterals;

std::optional<LocalWindow> localWindowFrom(const QString &text)
{
    // Hyphens, dashes and the minus sign, since keyboards and texts have all of them.
    static const QRegularExpression form(
        u"^\\s*([0-9]{1,2}):([0-9]{2})\\s*[-\u2010-\u2015\u2212]\\s*([0-9]{1,2}):([0-9]{2})\\s*$"_s);
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch()) {
        return std::nullopt;
    }
    const auto timeAt = [&match](int group) {
        return QTime(match.captured(group).toInt(), match.captured(group + 1).toInt());
    };
    const bool endsWithTheDay = match.captured(3) == "24"_L1 && match.captured(4) == "00"_L1;
    const LocalWindow window{timeAt(1), endsWithTheDay ? QTime(0, 0) : timeAt(3)};
    const bool isWindow = window.from.isValid() && window.to.isValid() && window.from != window.to;
    return isWindow ? std::optional(window) : std::nullopt;
}

} // namespace sgn::rollouts
