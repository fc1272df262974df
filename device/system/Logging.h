// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace sgn::system {

Q_DECLARE_LOGGING_CATEGORY(lcSystem)

} // namespace sgn::system
