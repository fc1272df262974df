// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "package/ReleaseZip.h"
#include "records/Problem.h"
#include "release/ReleaseSignature.h"

#include <optional>
#include <QByteArray>
#include <QDateTime>
#include <QList>
#include <QStringList>
#include <QUrl>

namespace sgn::core {

// An update as an operator wants it.
struct UpdateRequest
{
    enum class What { Release, CaFile };

    What what = What::Release;
    Component component = Component::SmartMeter; // of a release
    QList<ProcessVersion> processes;             // SmartMeter
    int version = 0;                             // the others
    // A zip or a CA file that was read, which is uploaded to the server's file store; or an address where devices can
    // fetch it; or both, where it was read from that address.
    std::optional<ReleaseZip> zip;
    std::optional<CaFile> caFile;
    QUrl url;
    QByteArray sha256;          // of what is at `url`, if known
    std::optional<qint64> size; // likewise
    // Signed manifest, and the list of files that it had no room for, or where devices can fetch that. Without a
    // manifest it is made here, where there are a zip and a release key.
    SignedRelease signature;
    QUrl releaseUrl;
    bool force = false;
    QStringList targets;      // bare JIDs
    bool needsTargets = true; // a rollout finds its own
    QDateTime notAfter;       // UTC; invalid: UpdateJob::defaultLifetime from now
    QString requestedBy;

    // BadRequest with the first thing that can't be right.
    [[nodiscard]] records::Expected<> check() const;
    // The file to upload; empty where devices fetch it from an address.
    [[nodiscard]] QString file() const;
    // The name of the file, for display.
    [[nodiscard]] QString title() const;
    // Whether the list of the zip's files is worth an upload of its own: a device that has it fetches only what
    // changed.
    [[nodiscard]] bool isFileListWorthwhile() const;
    // The command for devices that fetch the file from `address`.
    [[nodiscard]] CommandBody command(const QUrl &address) const;
};

} // namespace sgn::core
