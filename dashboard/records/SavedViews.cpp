// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/SavedViews.h"

#include <array>
#include <QJsonDocument>
#include <utility>

namespace sgn::records {

using namespace Qt::StringLiterals;

namespace {

// Text of others, for a panel's memory.
constexpr qsizetype maxText = 1'000;
constexpr qsizetype maxViews = 500;

constexpr std::array members{
    std::pair{"text"_L1, &ViewContent::text},
    std::pair{"group"_L1, &ViewContent::group},
    std::pair{"process"_L1, &ViewContent::process},
    std::pair{"version"_L1, &ViewContent::version},
};

QJsonObject objectOf(const SavedView &view)
{
    QJsonObject object = view.other;
    object["at"_L1] = view.changedAt.toMSecsSinceEpoch();
    for (const auto &[name, member] : members) {
        if (const QString &text = view.content.*member; !text.isEmpty()) {
            object[name] = text;
        }
    }
    if (view.isRemoved) {
        object["removed"_L1] = true;
    }
    return object;
}

SavedView viewFrom(const QJsonObject &object)
{
    SavedView view;
    view.other = object;
    const double at = object["at"_L1].toDouble(-1);
    view.changedAt =
        at > 0 && at < 1e14 ? QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(at), Qt::UTC) : QDateTime();
    view.isRemoved = object["removed"_L1].toBool();
    for (const auto &[name, member] : members) {
        view.content.*member = object[name].toString().simplified().left(maxText);
        view.other.remove(name);
    }
    view.other.remove("at"_L1);
    view.other.remove("removed"_L1);
    return view;
}

} // namespace

QByteArray toJson(const SavedViews &views)
{
    QJsonObject all;
    for (auto it = views.cbegin(); it != views.cend(); ++it) {
        all.insert(it.key(), objectOf(it.value()));
    }
    return QJsonDocument(all).toJson(QJsonDocument::Compact);
}

SavedViews savedViewsFrom(const QByteArray &json)
{
    SavedViews views;
    const QJsonObject all = QJsonDocument::fromJson(json).object();
    for (auto it = all.begin(); it != all.end() && views.size() < maxViews; ++it) {
        const QString name = it.key().simplified().left(maxViewName);
        const SavedView view = viewFrom(it.value().toObject());
        if (!name.isEmpty() && view.changedAt.isValid()) {
            views.insert(name, view);
        }
    }
    return views;
}

bool isNewer(const SavedView &one, const SavedView &other)
{
    if (one.changedAt != other.changedAt) {
        return one.changedAt > other.changedAt;
    }
    // Changed in the same millisecond: any rule is good that all desks follow.
    return one != other && QJsonDocument(objectOf(one)).toJson() > QJsonDocument(objectOf(other)).toJson();
}

} // namespace sgn::records
