// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/ReleaseVersion.h"

#include "agent/Logging.h"
#include "update/Stage.h"

namespace sgn::agent {

int releaseVersion(const QString &folder)
{
    const auto version = update::readVersionFile(folder + u'/' + update::versionFileName);
    if (version) {
        return *version;
    }
    if (version.error().code != ErrorCode::NotFound) {
        qCWarning(lcAgent) << version.error();
    }
    return SGN_AGENT_VERSION;
}

} // namespace sgn::agent
