// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Logging.h"

namespace sgn::update {

Q_LOGGING_CATEGORY(lcUpdate, "sgn.update")

} // namespace sgn::update
