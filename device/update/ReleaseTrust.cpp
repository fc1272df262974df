// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/ReleaseTrust.h"

#include "release/ReleaseSignature.h"

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

// The previous release was signed itself, but so is every release with a known vulnerability.
Result<TrustedRelease> trustRollback(const Rollback &rollback, const Policy &policy)
{
    if (!policy.releaseKeys.isEmpty() && !policy.hasOperatorKeys) {
        return fail(ErrorCode::NotSigned,
                    u"on this device only an operator's signature may restore an older release"_s);
    }
    return TrustedRelease{rollback, {}, Downgrade::Allowed};
}

Outcome checkCaManifest(const ReleaseManifest &manifest, const CaCertUpdate &update)
{
    if (manifest.component != caCertComponent) {
        return fail(ErrorCode::BadSignature, u"what was signed is %1 and no CA file"_s.arg(manifest.component));
    }
    if ((!update.sha256.isEmpty() && update.sha256 != manifest.sha256) ||
        (update.size && *update.size != manifest.size)) {
        return fail(ErrorCode::HashMismatch, u"another CA file was signed"_s);
    }
    return {};
}

Outcome checkManifest(const ReleaseManifest &manifest, const Task &task)
{
    const auto *const update = std::get_if<UpdateCommand>(&task);
    return update != nullptr ? checkRelease(manifest, *update)
                             : checkCaManifest(manifest, std::get<CaCertUpdate>(task));
}

// The signed hash and size count, whether or not the command names them.
void takeOver(const ReleaseManifest &manifest, Task &task)
{
    const auto take = [&manifest](auto &update) {
        update.sha256 = manifest.sha256;
        update.size = manifest.size;
    };
    if (auto *const update = std::get_if<UpdateCommand>(&task)) {
        take(*update);
    } else {
        take(std::get<CaCertUpdate>(task));
    }
}

} // namespace

Result<TrustedRelease> trustRelease(const Task &task, const Policy &policy)
{
    if (const auto *const rollback = std::get_if<Rollback>(&task)) {
        return trustRollback(*rollback, policy);
    }
    const Source source = sourceOf(task).value_or(Source{});
    if (source.url.scheme() != "https"_L1 && !(policy.allowHttp && source.url.scheme() == "http"_L1)) {
        return fail(ErrorCode::BadRequest, u"field \"url\" must be an https address"_s);
    }
    // A CA file has no version that could be forced; only its signature shows whether it is an older one.
    const auto *const update = std::get_if<UpdateCommand>(&task);
    TrustedRelease trusted{task, {}, update == nullptr || update->force ? Downgrade::Allowed : Downgrade::Refused};
    if (policy.releaseKeys.isEmpty() && policy.mustBeSigned) {
        return fail(ErrorCode::NotSigned, u"this device has no release_keys, and without them it takes no release from "
                                          "a stick"_s);
    }
    if (policy.releaseKeys.isEmpty()) {
        return trusted;
    }
    if (source.release.isEmpty()) {
        return fail(ErrorCode::NotSigned, u"this device installs signed releases only"_s);
    }
    const auto manifest = verifyRelease(source.release.toLatin1(), policy.releaseKeys);
    if (!manifest) {
        return fail(manifest.error());
    }
    if (auto checked = checkManifest(*manifest, task); !checked) {
        return fail(std::move(checked).error());
    }
    takeOver(*manifest, trusted.task);
    trusted.files = manifest->files;
    trusted.created = manifest->created;
    if (!policy.hasOperatorKeys && !manifest->allowsDowngrade) {
        trusted.downgrade = Downgrade::Refused;
    }
    return trusted;
}

} // namespace sgn::update
