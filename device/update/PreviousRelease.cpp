// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/PreviousRelease.h"

#include "base/AtomicFile.h"
#include "base/VersionFile.h"

#include "protocol/Json.h"
#include "update/Logging.h"

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxNotes = 128 * 1024;

Result<PreviousRelease> parseNotes(const QByteArray &json)
{
    const auto object = parseJsonObject(json, maxNotes);
    if (!object) {
        return fail(object.error());
    }
    JsonReader reader(*object);
    PreviousRelease release;
    if (const auto version = reader.optionalInteger("version"_L1, 0, maxVersion)) {
        release.version = static_cast<int>(*version);
    }
    release.processes = readProcessVersions(reader, "processes"_L1);
    if (reader.error()) {
        return fail(*reader.error());
    }
    return release;
}

} // namespace

Result<PreviousRelease> readPreviousRelease(const ReleasePaths &paths)
{
    if (!QFileInfo(paths.previous()).isDir()) {
        return fail(ErrorCode::NotFound, u"there is no previous release of %1 on this device"_s.arg(
                                             QFileInfo(paths.installed()).fileName()));
    }
    PreviousRelease release;
    if (const auto notes = readFile(paths.previousNotes(), maxNotes)) {
        if (auto parsed = parseNotes(*notes)) {
            release = *std::move(parsed);
        } else {
            qCWarning(lcUpdate).noquote() << paths.previousNotes() << "is ignored:" << parsed.error().message;
        }
    }
    if (!release.version) {
        const auto version = readReleaseVersion(paths.previous());
        release.version = version ? std::optional(*version) : std::nullopt;
    }
    return release;
}

Outcome notePreviousRelease(const ReleasePaths &paths, const PreviousRelease &release)
{
    QJsonArray processes;
    for (const ProcessVersion &process : release.processes) {
        processes += toJson(process);
    }
    QJsonObject object{{"processes"_L1, processes}};
    if (release.version) {
        object["version"_L1] = *release.version;
    }
    // A run that was killed here may have left one.
    removeTemporaries(paths.previousNotes());
    return writeFileAtomically(paths.previousNotes(), toAsciiJson(object));
}

} // namespace sgn::update
