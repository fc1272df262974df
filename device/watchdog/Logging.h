// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace sgn::watchdog {

Q_DECLARE_LOGGING_CATEGORY(lcWatchdog)

} // namespace sgn::watchdog
