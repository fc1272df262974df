// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/MapLink.h"

#include "records/DeviceNotes.h"

#include <cmath>
#include <QRegularExpression>
#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace sgn::models {

namespace {

const QString map = u"https://www.openstreetmap.org"_s;

} // namespace

QUrl mapLinkOf(const QString &field, const QString &value)
{
    static const QRegularExpression pair(uR"(\A(-?[0-9]{1,2}\.[0-9]+)\s*[,;\s]\s*(-?[0-9]{1,3}\.[0-9]+)\z)"_s);
    const QString text = value.simplified();
    if (const QRegularExpressionMatch match = pair.match(text); match.hasMatch()) {
        const bool isOnEarth = std::abs(match.captured(1).toDouble()) <= 90 && // degrees
                               std::abs(match.captured(2).toDouble()) <= 180;
        return isOnEarth ? QUrl(u"%1/?mlat=%2&mlon=%3#map=18/%2/%3"_s.arg(map, match.captured(1), match.captured(2)))
                         : QUrl();
    }
    if (field != records::addressField || text.isEmpty()) {
        return {};
    }
    QUrl url(map + u"/search"_s);
    QUrlQuery query;
    query.addQueryItem(u"query"_s, QString::fromUtf8(QUrl::toPercentEncoding(text)));
    url.setQuery(query);
    return url;
}

} // namespace sgn::models
