// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/ReleaseVersion.h"

#include "agent/Logging.h"
#include "base/VersionFile.h"

namespace sgn::agent {

int releaseVersion(const QString &folder)
{
    const auto version = readReleaseVersion(folder);
    if (version) {
        return *version;
    }
    if (version.error().code != ErrorCode::NotFound) {
        qCWarning(lcAgent) << version.error();
    }
    return SGN_AGENT_VERSION;
}

} // namespace sgn::agent
