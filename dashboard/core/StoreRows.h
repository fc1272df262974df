// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Activity.h"
#include "core/CommandState.h"
#include "core/Device.h"
#include "core/LogBundle.h"

#include <QSqlQuery>

// How our values become rows of the store and rows become values again; the order of columns is that of the statements
// in StoreWriter.cpp and Store.cpp. A row that makes no sense becomes the nearest value that does, never an error: the
// store is only what was seen before.
namespace sgn::rows {

void bind(QSqlQuery &query, const Device &device);
void bind(QSqlQuery &query, qint64 deviceId, int position, const DeviceProcess &process);
void bind(QSqlQuery &query, const CommandRecord &record);
void bind(QSqlQuery &query, CommandNo number, int row, const CommandTarget &target);
// Twice: to be written, and to be looked for.
void bind(QSqlQuery &query, const ActivityEntry &entry);
void bind(QSqlQuery &query, const LogBundle &bundle);

// id, then the columns of bind(); the update's target holds its number only.
[[nodiscard]] Device device(const QSqlQuery &query);
// device_id, then name and the columns after it.
[[nodiscard]] DeviceProcess process(const QSqlQuery &query);
// All columns of the tables in their order.
[[nodiscard]] CommandRecord command(const QSqlQuery &query);
[[nodiscard]] CommandTarget target(const QSqlQuery &query);
[[nodiscard]] ActivityEntry activity(const QSqlQuery &query);
[[nodiscard]] LogBundle logBundle(const QSqlQuery &query);

// What an update command wants of a device; null for any other command.
[[nodiscard]] std::shared_ptr<const UpdateTarget> updateTarget(const CommandRecord &record);

} // namespace sgn::rows
