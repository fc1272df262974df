// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/Logging.h"

namespace sgn::system {

Q_LOGGING_CATEGORY(lcSystem, "sgn.system")

} // namespace sgn::system
