// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/ReleaseOrder.h"

#include "crypto/Sha256.h"
#include "package/ReleaseZip.h"

#include <algorithm>
#include <QFileInfo>

namespace sgn::provision {

using namespace Qt::StringLiterals;

namespace {

Result<QList<ProcessVersion>> versionsOf(const ReleaseZip &zip, const QList<ProcessVersion> &given)
{
    QList<ProcessVersion> versions = given;
    for (const ProcessVersion &process : given) {
        if (!zip.processNames.contains(process.name)) {
            return fail(ErrorCode::BadRequest,
                        u"the zip has no process '%1'; it has %2"_s.arg(process.name, zip.processNames.join(u", "_s)));
        }
        if (std::ranges::count(given, process.name, &ProcessVersion::name) > 1) {
            return fail(ErrorCode::BadRequest, u"--process names '%1' twice"_s.arg(process.name));
        }
    }
    for (const QString &name : zip.processNames) {
        if (std::ranges::find(given, name, &ProcessVersion::name) != given.end()) {
            continue;
        }
        if (!zip.version) {
            return fail(ErrorCode::BadRequest,
                        u"the version of '%1' is missing; give it with --process %1=VERSION"_s.arg(name));
        }
        versions += ProcessVersion{name, *zip.version};
    }
    return versions;
}

Result<int> versionOf(const ReleaseZip &zip, std::optional<int> given)
{
    if (given && zip.version && *given != *zip.version) {
        return fail(ErrorCode::BadRequest,
                    u"--version is %1, the zip's file 'version' contains %2"_s.arg(*given).arg(*zip.version));
    }
    if (!given && !zip.version) {
        return fail(ErrorCode::BadRequest, u"the version is missing; give it with --version N"_s);
    }
    return given.value_or(zip.version.value_or(0));
}

Outcome fillIn(ReleaseManifest &manifest, const ReleaseZip &zip, const ReleaseOrder &order)
{
    if (manifest.component != order.component) {
        return fail(ErrorCode::BadRequest, u"it is a release of %1, not %2"_s.arg(manifest.component, order.component));
    }
    if (zip.component == Component::SmartMeter) {
        auto processes = versionsOf(zip, order.processes);
        if (!processes) {
            return fail(std::move(processes).error());
        }
        manifest.processes = *std::move(processes);
    } else {
        const auto version = versionOf(zip, order.version);
        if (!version) {
            return fail(version.error());
        }
        manifest.version = *version;
    }
    auto files = readReleaseFiles(zip.path);
    if (!files) {
        return fail(std::move(files).error());
    }
    manifest.files = *std::move(files);
    return {};
}

Result<ReleaseManifest> describeCertificate(const QString &file, const ReleaseOrder &order, const QDateTime &now)
{
    auto sha256 = sha256OfFile(file);
    if (!sha256) {
        return fail(std::move(sha256).error());
    }
    ReleaseManifest manifest;
    manifest.component = caCertComponent;
    manifest.release = QFileInfo(file).fileName().left(maxReleaseName);
    manifest.version = order.version.value_or(0);
    manifest.sha256 = *std::move(sha256);
    manifest.size = QFileInfo(file).size();
    manifest.created = now;
    return manifest;
}

Result<ReleaseManifest> describeZip(const QString &file, const ReleaseOrder &order, const QDateTime &now)
{
    const auto zip = readReleaseZip(file);
    if (!zip) {
        return fail(zip.error());
    }
    ReleaseManifest manifest = manifestOf(*zip, now);
    if (auto filled = fillIn(manifest, *zip, order); !filled) {
        return fail(std::move(filled).error());
    }
    return manifest;
}

} // namespace

Result<ReleaseManifest> describeRelease(const QString &file, const ReleaseOrder &order, const QDateTime &now)
{
    auto manifest =
        order.component == caCertComponent ? describeCertificate(file, order, now) : describeZip(file, order, now);
    if (!manifest) {
        return manifest;
    }
    if (!order.name.isEmpty()) {
        manifest->release = order.name;
    }
    manifest->allowsDowngrade = order.allowsDowngrade;
    // A manifest that a device couldn't read must not be signed.
    return parseReleaseManifest(encode(*manifest));
}

} // namespace sgn::provision
