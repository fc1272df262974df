// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"

#include <optional>
#include <QByteArray>
#include <QHash>
#include <QList>
#include <QMap>
#include <QStringList>

namespace sgn::core {

// What a list has of one device; an empty text where the list has the column and nothing in it.
struct ListedDevice
{
    QString jid; // bare
    std::optional<QString> name;
    std::optional<QStringList> tags;
    std::optional<QString> text;
    QMap<QString, QString> fields; // as in DeviceNotes

    friend bool operator==(const ListedDevice &, const ListedDevice &) = default;
};

struct DeviceList
{
    QList<ListedDevice> devices;      // in order of the list, each once
    QStringList fields;               // columns that become fields of the notes
    QStringList ignored;              // columns that aren't taken, those in parentheses excepted
    QList<records::Problem> problems; // entries that can't be taken, each with its line or its place
};

// How a list is to be understood.
struct ListTerms
{
    QString ownDomain; // of the panel's account
    // What fields are called in the reader's language, in lower case, and as they are stored.
    QHash<QString, QString> fieldNames = {};
};

// A table in CSV, as wording::fleetCsv() and spreadsheets write it, or birth records of `sgn-provision batch`: one, or
// the fleet.json with all of them ({"format": 1, "devices": [{"jid": ..., "tags": [...], "columns": {...}}, ...]}).
// The first line of a table names the columns: jid (of an account of one's own domain its name alone is enough), name,
// tags (separated by commas, or else by semicolons or bars), notes; others become fields, but those in parentheses, and
// those that only sgn-provision needs, the password above all. Errors: BadFile (BadFleetFile, ColumnTwice). Pure.
[[nodiscard]] records::Expected<DeviceList> parseDeviceList(const QByteArray &bytes, const ListTerms &terms);

// Blocks while it reads the file. Errors besides: NotFound, Io.
[[nodiscard]] records::Expected<DeviceList> readDeviceList(const QString &path, const ListTerms &terms);

} // namespace sgn::core
