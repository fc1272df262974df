// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/Logging.h"

Q_LOGGING_CATEGORY(lcWatchdog, "sgn.watchdog")
