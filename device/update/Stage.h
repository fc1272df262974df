// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "release/ReleaseManifest.h"
#include "update/Task.h"

#include <functional>
#include <QByteArray>
#include <QString>
#include <stop_token>

namespace sgn::update {

// Whether the file is the requested one: HashMismatch when its size or hash differs from what the command names.
[[nodiscard]] Outcome checkDownload(const Source &source, qint64 bytes, const QByteArray &sha256);

// What stageRelease() unpacks, and where.
struct StageRequest
{
    Component component = Component::SmartMeter;
    int version = 0;                  // of the release; not used for SmartMeter, whose processes have their own
    QString zip;                      // empty: the release is in `stage`
    QString stage;                    // the release comes to <stage>/<component's folder>; what is there is removed
    QMap<QString, ReleaseFile> files; // what must come out, as signed; empty: whatever is in the zip, if there is one
    std::stop_token stop;
    std::function<void(qint64 done, qint64 total)> progress; // on the thread that works
};

// A release that is ready for the exchange.
struct Staged
{
    quint64 folderId = 0; // inode of the release's folder

    friend bool operator==(const Staged &, const Staged &) = default;
};

// Unpacks a release beside the installed one, unless it is there, and checks it. Pure file work on values, meant for Qt
// Concurrent; durable when it returns, and after an error it leaves nothing. BadArchive (also for an agent without its
// program, or with another version inside than the command names), HashMismatch (not the files that were signed),
// TooLarge, NoSpace, Io, Cancelled.
[[nodiscard]] Result<Staged> stageRelease(const StageRequest &request);

inline constexpr QLatin1StringView agentProgramName("sgn-agent");

} // namespace sgn::update
