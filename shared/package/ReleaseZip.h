// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Command.h"
#include "release/ReleaseManifest.h"

#include <QDateTime>
#include <stop_token>

namespace sgn {

// What is read from a release zip before it is sent to a device.
struct ReleaseZip
{
    QString path;
    Component component = Component::SmartMeter;
    // SmartMeter: the scripts with a #! line in the top folder, without their endings, in order of names.
    QStringList processNames;
    // The whole number in the top folder's file `version`, if there is one.
    std::optional<int> version;
    qint64 size = 0;   // of the zip, bytes
    QByteArray sha256; // of the zip, 32 bytes
    int files = 0;
    qint64 unpackedSize = 0;
};

// A file of certification authorities that devices are to trust from now on.
struct CaFile
{
    QString path;
    qint64 size = 0;   // bytes
    QByteArray sha256; // 32 bytes
};

// Reads and checks a PEM file. Blocks: meant for Qt Concurrent. Errors: those of readFile(); BadFile when no device
// could use it at `now`.
[[nodiscard]] Result<CaFile> readCaFile(const QString &path, const QDateTime &now);
// Whether the file is meant as a CA file, by its first bytes; it may still be damaged.
[[nodiscard]] bool looksLikeCaFile(const QString &path);

// Reads and checks a zip. Blocks: meant for Qt Concurrent. Errors: those of listZip(), and BadArchive when the top
// folder is no component's or a SmartMeter release has no script that could be a process.
[[nodiscard]] Result<ReleaseZip> readReleaseZip(const QString &path, const std::stop_token &stop = {});

// The facts of the zip as the beginning of its manifest, named after its file; versions and files are still to be
// filled in.
[[nodiscard]] ReleaseManifest manifestOf(const ReleaseZip &zip, const QDateTime &created);

// Every file of a zip as it will be on a device, for the manifest that is signed. Reads everything: meant for Qt
// Concurrent. Errors: those of extractZip() that a look at the zip can find.
[[nodiscard]] Result<QMap<QString, ReleaseFile>> readReleaseFiles(const QString &path,
                                                                  const std::stop_token &stop = {});

} // namespace sgn
