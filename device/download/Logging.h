// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace sgn::download {

Q_DECLARE_LOGGING_CATEGORY(lcDownload)

} // namespace sgn::download
