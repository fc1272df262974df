// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/PublicKey.h"
#include "release/ReleaseManifest.h"
#include "release/StickOrder.h"

#include <QList>
#include <QString>
#include <QStringList>

namespace sgn::provision {

// A release for a stick: its zip and its signed manifest, both checked.
struct StickContent
{
    QString zip; // path
    QByteArray signedManifest;
    ReleaseManifest manifest;
};

// Reads both as a device will, before they are carried to it: the zip as readReleaseZip(), the signature by `keys`, and
// that the manifest is about this zip. Blocks. BadSignature, HashMismatch, TooLarge (for a stick), BadRequest (a CA
// file, which a device can't try without a network); else as readReleaseZip().
[[nodiscard]] Result<StickContent> readStickContent(const QString &zip, const QString &manifest,
                                                    const QList<PublicKey> &keys);

// Writes the order onto a stick that is mounted at `mount` (release/StickOrder.h), in place of an earlier one; results
// of devices stay. Links, modes and large files, which FAT lacks, aren't needed. Durable when it returns: the stick may
// be pulled out. Interrupted, it leaves a stick without an order and can be run again. BadRequest (a component comes
// twice), NotFound (no such folder), NoSpace, Io.
[[nodiscard]] Outcome writeStick(const QString &mount, const QList<StickContent> &releases, const QStringList &devices);

} // namespace sgn::provision
