// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace sgn::update {

Q_DECLARE_LOGGING_CATEGORY(lcUpdate)

} // namespace sgn::update
