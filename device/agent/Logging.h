// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace sgn::agent {

Q_DECLARE_LOGGING_CATEGORY(lcAgent)

} // namespace sgn::agent
