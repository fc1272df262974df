// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Activity.h"
#include "records/Device.h"

#include <QByteArray>
#include <QList>
#include <QStringList>

namespace sgn::wording {

// RFC 4180 lines in UTF-8, ended by CR LF. A field that a spreadsheet would run as a formula (begins with = + - @, tab
// or CR) gets an apostrophe in front, because every word in it may come from outside.
[[nodiscard]] QByteArray csvLine(const QStringList &fields);

// The devices in this order: first what core::parseDeviceList() reads (JID, name, tags, the notes' fields, notes),
// then what the devices report, in columns in parentheses, which it leaves out; one per process name among them. `now`
// (UTC) is for how long something has lasted.
[[nodiscard]] QByteArray fleetCsv(const QList<const records::Device *> &devices, const QStringList &processNames,
                                  const QDateTime &now);
[[nodiscard]] QByteArray activityCsv(const QList<records::ActivityEntry> &entries);

} // namespace sgn::wording
