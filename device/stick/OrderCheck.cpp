// SPDX-License-Identifier: GPL-3.0-or-later
#include "stick/OrderCheck.h"

#include "control/StickHandover.h"
#include "protocol/Command.h"
#include "release/ReleaseSignature.h"

namespace sgn::stick {

using namespace Qt::StringLiterals;

namespace {

Result<CheckedRelease> checkRelease(const StickFiles &files, const StickRelease &release,
                                    const QByteArray &signedManifest, const QList<PublicKey> &keys)
{
    const auto manifest = verifyRelease(signedManifest, keys);
    if (!manifest) {
        return fail(manifest.error().withContext(release.release));
    }
    if (!componentFromFolder(manifest->component)) {
        return fail(ErrorCode::BadRequest, u"%1: %2 can't be installed from a stick, only from the panel"_s.arg(
                                               release.zip, manifest->component));
    }
    if (manifest->size > maxStickZip) {
        return fail(ErrorCode::TooLarge,
                    u"%1 has more than the %2 bytes that a device takes"_s.arg(release.zip).arg(maxStickZip));
    }
    const auto opened = files.openFile(release.zip);
    if (!opened) {
        return fail(opened.error());
    }
    if (opened->size != manifest->size) {
        return fail(ErrorCode::HashMismatch, u"%1 has %2 bytes, %3 were signed; write the stick anew"_s.arg(release.zip)
                                                 .arg(opened->size)
                                                 .arg(manifest->size));
    }
    return CheckedRelease{release.zip, signedManifest, manifest->size, manifest->sha256};
}

} // namespace

Result<FoundOrder> readOrder(const StickFiles &files)
{
    auto json = files.read(stickOrderFile, maxStickOrder);
    if (!json) {
        return fail(std::move(json).error());
    }
    FoundOrder found{*std::move(json)};
    found.order = parseStickOrder(found.json);
    Sha256 hash;
    hash.addData(found.json);
    if (found.order) {
        for (const StickRelease &release : found.order->releases) {
            const auto opened = files.read(QLatin1StringView(release.release.toLatin1()), control::maxStickManifest);
            if (!opened && opened.error().code == ErrorCode::Io) {
                return fail(opened.error());
            }
            if (!opened) {
                found.order = fail(opened.error());
                break;
            }
            found.manifests += opened->trimmed();
            hash.addData(found.manifests.constLast());
        }
    }
    found.digest = QString::fromLatin1(hash.finish().toHex());
    return found;
}

Result<QList<CheckedRelease>> checkOrder(const StickDevice &device, const StickFiles &files, const FoundOrder &found)
{
    if (!found.order) {
        return fail(found.order.error().withContext(stickOrderFile));
    }
    if (!device.releaseKeys) {
        return fail(device.releaseKeys.error());
    }
    if (device.releaseKeys->isEmpty()) {
        return fail(ErrorCode::NotSigned, u"this device has no release_keys, and without them it takes no release from "
                                          "a stick; set them by sgn-provision"_s);
    }
    if (!isFor(*found.order, device.jid, device.id)) {
        return fail(ErrorCode::Refused, u"the order is for other devices, and this one is %1 (%2)"_s.arg(
                                            device.jid.isEmpty() ? u"unknown"_s : device.jid, device.id));
    }
    QList<CheckedRelease> all;
    for (qsizetype i = 0; i < found.order->releases.size(); ++i) {
        auto checked = checkRelease(files, found.order->releases.at(i), found.manifests.at(i), *device.releaseKeys);
        if (!checked) {
            return fail(std::move(checked).error());
        }
        all += *std::move(checked);
    }
    return all;
}

} // namespace sgn::stick
