// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace sgn::supervision {

Q_DECLARE_LOGGING_CATEGORY(lcSupervision)

} // namespace sgn::supervision
