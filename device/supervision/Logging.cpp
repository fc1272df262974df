// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Logging.h"

namespace sgn::supervision {

Q_LOGGING_CATEGORY(lcSupervision, "sgn.supervision")

} // namespace sgn::supervision
