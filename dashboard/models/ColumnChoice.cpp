// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ColumnChoice.h"

#include <numeric>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace sgn::models {

namespace {

// Process names come and go; a file grows no further for it.
constexpr qsizetype maxIds = 200;
constexpr int maxWidth = 4'000;

QStringList idsFrom(const QJsonValue &value)
{
    QStringList ids;
    for (const QJsonValue &id : value.toArray()) {
        if (ids.size() < maxIds && id.isString()) {
            ids += id.toString();
        }
    }
    ids.removeDuplicates();
    return ids;
}

} // namespace

QList<int> arranged(const QStringList &ids, const QStringList &order)
{
    QList<int> columns(ids.size());
    std::iota(columns.begin(), columns.end(), 0);
    QList<int> wanted;
    for (const QString &id : order) {
        if (const qsizetype column = ids.indexOf(id); column > 0) {
            wanted += static_cast<int>(column);
        }
    }
    auto next = wanted.cbegin();
    for (int &column : columns) {
        if (wanted.contains(column)) {
            column = *next++;
        }
    }
    return columns;
}

QString toText(const ColumnChoice &choice)
{
    QJsonObject widths;
    for (auto it = choice.widths.cbegin(); it != choice.widths.cend(); ++it) {
        widths.insert(it.key(), it.value());
    }
    const QJsonObject object{{u"order"_s, QJsonArray::fromStringList(choice.order)},
                             {u"hidden"_s, QJsonArray::fromStringList(choice.hidden)},
                             {u"widths"_s, widths}};
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

ColumnChoice columnChoiceFrom(const QString &text)
{
    const QJsonObject object = QJsonDocument::fromJson(text.toUtf8()).object();
    ColumnChoice choice{idsFrom(object.value("order"_L1)), idsFrom(object.value("hidden"_L1)), {}};
    const QJsonObject widths = object.value("widths"_L1).toObject();
    for (auto it = widths.begin(); it != widths.end() && choice.widths.size() < maxIds; ++it) {
        if (const int width = it.value().toInt(); width > 0 && width <= maxWidth) {
            choice.widths.insert(it.key(), width);
        }
    }
    return choice;
}

} // namespace sgn::models
