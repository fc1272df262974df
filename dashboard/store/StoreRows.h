// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Activity.h"
#include "records/CommandState.h"
#include "records/Device.h"
#include "records/LogDelivery.h"
#include "records/Newcomer.h"
#include "records/TextPool.h"

#include <QSqlQuery>

// How our values become rows of the store and rows become values again; the order of columns is that of the statements
// in StoreWriter.cpp and Store.cpp. A row that makes no sense becomes the nearest value that does, never an error: the
// store is only what was seen before.
namespace sgn::store::rows {

void bind(QSqlQuery &query, const records::Device &device);
// Only what changes with a report, then the JID.
void bindReport(QSqlQuery &query, const records::Device &device);
void bind(QSqlQuery &query, const records::IssuedCommand &record);
void bind(QSqlQuery &query, CommandNo number, int row, const records::CommandTarget &target);
// Twice: to be written, and to be looked for.
void bind(QSqlQuery &query, const records::ActivityEntry &entry);
void bind(QSqlQuery &query, const records::LogDelivery &delivery);
void bind(QSqlQuery &query, const records::Newcomer &newcomer);

// The columns of bind(); the update's target holds its number only.
[[nodiscard]] records::Device device(const QSqlQuery &query, records::TextPool &texts);
// All columns of the tables in their order.
[[nodiscard]] records::IssuedCommand command(const QSqlQuery &query);
[[nodiscard]] records::CommandTarget target(const QSqlQuery &query);
[[nodiscard]] records::ActivityEntry activity(const QSqlQuery &query);
[[nodiscard]] records::LogDelivery logDelivery(const QSqlQuery &query);
[[nodiscard]] records::Newcomer newcomer(const QSqlQuery &query);

} // namespace sgn::store::rows
