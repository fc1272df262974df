// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/Logging.h"

namespace sgn::watchdog {

Q_LOGGING_CATEGORY(lcWatchdog, "sgn.watchdog")

} // namespace sgn::watchdog
