// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/Logging.h"

namespace sgn::agent {

Q_LOGGING_CATEGORY(lcAgent, "sgn.agent")

} // namespace sgn::agent
