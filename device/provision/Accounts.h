// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QList>
#include <QMap>
#include <QString>

namespace sgn::provision {

// The accounts that a server has to register: a file of CSV (UTF-8, mode 0600) with the columns jid and password.
// Password by JID.
using Accounts = QMap<QString, QString>;

// NotFound: there is none. Refused: others may read it. BadFile: it isn't such a file, with the line; TooLarge, Io.
[[nodiscard]] Result<Accounts> readAccounts(const QString &path);

// Whole or not at all, durably.
[[nodiscard]] Outcome writeAccounts(const QString &path, const Accounts &accounts);

} // namespace sgn::provision
