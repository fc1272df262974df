// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/Logging.h"

namespace sgn::selfupdate {

Q_LOGGING_CATEGORY(lcSelfUpdate, "sgn.selfupdate")

} // namespace sgn::selfupdate
