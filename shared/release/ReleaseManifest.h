// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "protocol/Command.h"
#include "protocol/Process.h"

#include <QByteArray>
#include <QDateTime>
#include <QList>
#include <QMap>
#include <QString>

namespace sgn {

// One file of a release as it is on a device. The content of a symlink is its target.
struct ReleaseFile
{
    enum class Kind {
        Plain,   // "0644"
        Program, // "0755"
        Symlink, // "120777"
    };

    QByteArray sha256; // 32 bytes
    qint64 size = 0;
    Kind kind = Kind::Plain;

    friend bool operator==(const ReleaseFile &, const ReleaseFile &) = default;
};

// What a release is (protocol section 5): {"component": "SmartMeter", "release": "2026.11", "processes": [...] or
// "version": 3, "sha256", "size", "files": {"SmartMeter/ocr.py": {"sha256", "size", "mode": "0755"}}, "created"}.
// `sha256` and `size` are the zip's. Signed by a release key (ReleaseSignature.h) it is a command's `release`.
//
// A message body holds 64 KiB, and a signed file list takes some 200 bytes for each file, twice that in a command that
// an operator signs as well. So `files` is left out of a command when the signed text would be longer than
// `maxInlineRelease`: the zip's own hash then covers every byte of it. The same manifest with the files may be offered
// as a file of its own (SignedRelease), for a second look at what came out on the disk and for fetching only what has
// changed.
struct ReleaseManifest
{
    QString component;                // the component's folder, "SmartMeter", or caCertComponent
    QString release;                  // a name for display
    QList<ProcessVersion> processes;  // SmartMeter: all of them
    int version = 0;                  // the others
    QByteArray sha256;                // of the zip, 32 bytes
    qint64 size = 0;                  // of the zip, bytes
    QMap<QString, ReleaseFile> files; // by path in the zip, "SmartMeter/ocr.py"; empty: not listed
    QDateTime created;                // UTC
    // ext `allow_downgrade`: may replace a newer release. Signed, because every sender of commands could otherwise
    // reinstall an old release with a known hole.
    bool allowsDowngrade = false;

    friend bool operator==(const ReleaseManifest &, const ReleaseManifest &) = default;
};

// The server's CA certificate is a file without a folder, of `version` 0.
inline constexpr QLatin1StringView caCertComponent("cacert.pem");

inline constexpr qsizetype maxReleaseName = 128;
inline constexpr qsizetype maxReleaseFiles = 20'000;
// The largest signed manifest in a command, in bytes.
inline constexpr qsizetype maxInlineRelease = 24 * 1024;

[[nodiscard]] QByteArray encode(const ReleaseManifest &manifest);
// BadRequest with the field that is missing, wrong or out of bounds. Unknown fields are ignored. Every path is a plain
// one below the component's folder.
[[nodiscard]] Result<ReleaseManifest> parseReleaseManifest(const QByteArray &json);

// Whether the command names just this release. BadSignature: it is another component or another version; HashMismatch:
// another zip, where the command names one.
[[nodiscard]] Outcome checkRelease(const ReleaseManifest &manifest, const UpdateCommand &command);

} // namespace sgn
