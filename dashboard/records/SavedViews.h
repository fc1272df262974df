// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/SharedMerge.h"

#include <QByteArray>
#include <QDateTime>
#include <QHash>
#include <QJsonObject>
#include <QString>

namespace sgn::records {

// What narrows the table of the fleet.
struct ViewContent
{
    QString text;    // of the filter field
    QString group;   // a head figure, e.g. "dead"; empty: none
    QString process; // with `version`: who has this version of it
    QString version;

    [[nodiscard]] bool isEmpty() const { return *this == ViewContent{}; }

    friend bool operator==(const ViewContent &, const ViewContent &) = default;
};

struct SavedView
{
    QDateTime changedAt; // UTC, by the server's clock
    ViewContent content;
    bool isRemoved = false; // kept for desks that are closed
    QJsonObject other = {}; // what a newer program has added; stays as it is

    friend bool operator==(const SavedView &, const SavedView &) = default;
};

// By name.
using SavedViews = QHash<QString, SavedView>;

inline constexpr qsizetype maxViewName = 60;

// JSON, for the item on the server and for the store: {"North": {"at": ms, "text": "tag=north", "group": "attention",
// "process": "ocr", "version": "3", "removed": true}}, of which all but "at" may be missing. Reading takes what it can.
[[nodiscard]] QByteArray toJson(const SavedViews &views);
[[nodiscard]] SavedViews savedViewsFrom(const QByteArray &json);

[[nodiscard]] bool isNewer(const SavedView &one, const SavedView &other);

} // namespace sgn::records
