// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <QDateTime>
#include <QJsonObject>
#include <QMap>
#include <QString>
#include <QStringList>

namespace sgn::records {

// Fields that every fleet has, as they are stored.
inline constexpr QLatin1StringView addressField("address");
inline constexpr std::array<QLatin1StringView, 4> commonNoteFields{
    addressField, QLatin1StringView("meter number"), QLatin1StringView("cupboard"), QLatin1StringView("sim card")};

// How a field is stored: those that every fleet has in one spelling, whoever writes them, others as they are written.
[[nodiscard]] inline QString noteFieldFrom(const QString &name)
{
    for (const QLatin1StringView common : commonNoteFields) {
        if (name.compare(common, Qt::CaseInsensitive) == 0) {
            return common;
        }
    }
    return name;
}

// What operators write about a device, for each other: plain text, in their words.
struct DeviceNotes
{
    QMap<QString, QString> fields; // "address", "meter number", "cupboard", "SIM"...: what is written there
    QString text;

    [[nodiscard]] bool isEmpty() const { return fields.isEmpty() && text.isEmpty(); }

    friend bool operator==(const DeviceNotes &, const DeviceNotes &) = default;
};

// Other desks read no more.
inline constexpr qsizetype maxNoteFields = 64;
inline constexpr qsizetype maxFieldName = 100;
inline constexpr qsizetype maxLabel = 100;
inline constexpr qsizetype maxTag = 50;

// What operators call a device, and its tags.
struct DeviceLabel
{
    QString name;
    QStringList tags;

    friend bool operator==(const DeviceLabel &, const DeviceLabel &) = default;
};

// What changes of a device's name and tags.
struct LabelChange
{
    QString jid;
    std::optional<QString> name; // nothing: it stays
    std::optional<QStringList> tags;
};

struct NotesChange
{
    QString jid;
    DeviceNotes notes;
};

// What all desks know of a device, and when it was last changed.
struct SharedEntry
{
    QDateTime changedAt; // UTC, by the server's clock
    DeviceNotes notes = {};
    // As it was set at any desk; nothing where none has.
    std::optional<DeviceLabel> label = {};
    QDateTime retiredAt = {}; // UTC, when an operator took it out of the fleet; invalid: not since it was last taken in
    QJsonObject other = {};   // what a newer program has added; stays as it is

    friend bool operator==(const SharedEntry &, const SharedEntry &) = default;
};

} // namespace sgn::records
