// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QUrl>

namespace sgn::models {

// Where a map in the browser shows what a field of a device's notes names: the field "address", or a pair of
// coordinates such as "52.5163, 13.3777" in any field. Empty for all others. Pure.
[[nodiscard]] QUrl mapLinkOf(const QString &field, const QString &value);

} // namespace sgn::models
