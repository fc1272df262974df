// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/NewestSigned.h"

#include "base/AtomicFile.h"
#include "base/StateFile.h"
#include "protocol/Json.h"
#include "update/Logging.h"

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxNote = 4096;

QString notePath(const ReleasePaths &paths)
{
    return paths.work() + u"/signed-"_s + QFileInfo(paths.installed()).fileName() + u".json"_s;
}

} // namespace

std::optional<QDateTime> readNewestSigned(const ReleasePaths &paths)
{
    const auto note = readStateObject(notePath(paths), maxNote);
    if (!note) {
        if (note.error().code != ErrorCode::NotFound) {
            qCWarning(lcUpdate).noquote() << notePath(paths) << "is ignored:" << note.error().message;
        }
        return std::nullopt;
    }
    const auto created = QDateTime::fromString(note->value("created"_L1).toString(), Qt::ISODate);
    return created.isValid() ? std::optional(created) : std::nullopt;
}

Outcome noteNewestSigned(const ReleasePaths &paths, const QDateTime &created)
{
    if (const auto known = readNewestSigned(paths); known && *known >= created) {
        return {};
    }
    removeTemporaries(notePath(paths)); // a run that was killed here may have left one
    return writeFileAtomically(notePath(paths), toAsciiJson({{"created"_L1, created.toUTC().toString(Qt::ISODate)}}));
}

} // namespace sgn::update
