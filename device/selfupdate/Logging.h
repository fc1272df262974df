// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace sgn::selfupdate {

Q_DECLARE_LOGGING_CATEGORY(lcSelfUpdate)

} // namespace sgn::selfupdate
