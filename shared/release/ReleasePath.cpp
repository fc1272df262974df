// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/ReleasePath.h"

#include <algorithm>
#include <QList>
#include <QString>

namespace sgn {

namespace {

constexpr qsizetype maxPath = 1024;
constexpr qsizetype maxPart = 255; // NAME_MAX

bool isPart(QStringView part)
{
    return !part.isEmpty() && part != u"." && part != u".." && part.toUtf8().size() <= maxPart;
}

} // namespace

bool isReleasePath(QStringView path, QStringView topFolder)
{
    if (path.size() > maxPath || path.toUtf8().size() > maxPath || !path.isValidUtf16() ||
        std::ranges::any_of(path, [](QChar c) { return c.category() == QChar::Other_Control || c == u'\\'; })) {
        return false;
    }
    const QList<QStringView> parts = path.split(u'/');
    return parts.size() > 1 && parts.first() == topFolder && std::ranges::all_of(parts, isPart);
}

} // namespace sgn
