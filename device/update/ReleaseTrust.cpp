// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/ReleaseTrust.h"

#include "release/ReleaseSignature.h"

namespace sgn::update {

using namespace Qt::StringLiterals;

Result<TrustedRelease> trustRelease(const UpdateCommand &command, const Policy &policy)
{
    if (command.url.scheme() != "https"_L1 && !(policy.allowHttp && command.url.scheme() == "http"_L1)) {
        return fail(ErrorCode::BadRequest, u"field \"url\" must be an https address"_s);
    }
    TrustedRelease trusted{command, {}, command.force ? Downgrade::Allowed : Downgrade::Refused};
    if (policy.releaseKeys.isEmpty()) {
        return trusted;
    }
    if (command.release.isEmpty()) {
        return fail(ErrorCode::NotSigned, u"this device installs signed releases only"_s);
    }
    const auto manifest = verifyRelease(command.release.toLatin1(), policy.releaseKeys);
    if (!manifest) {
        return fail(manifest.error());
    }
    if (auto checked = checkRelease(*manifest, command); !checked) {
        return fail(std::move(checked).error());
    }
    trusted.command.sha256 = manifest->sha256;
    trusted.command.size = manifest->size;
    trusted.files = manifest->files;
    if (!policy.hasOperatorKeys && !manifest->allowsDowngrade) {
        trusted.downgrade = Downgrade::Refused;
    }
    return trusted;
}

} // namespace sgn::update
