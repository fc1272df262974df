// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/Logging.h"

namespace sgn::download {

Q_LOGGING_CATEGORY(lcDownload, "sgn.download")

} // namespace sgn::download
