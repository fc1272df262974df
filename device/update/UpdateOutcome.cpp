// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/UpdateOutcome.h"

#include "download/PartFile.h"
#include "system/FolderExchange.h"
#include "update/Logging.h"
#include "update/NewestSigned.h"
#include "update/PreviousRelease.h"

#include <QDir>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

void warnIfFailed(const Outcome &outcome)
{
    if (!outcome) {
        qCWarning(lcUpdate) << outcome.error();
    }
}

// The notes first: a power cut between the two leaves those of the release that is about to be kept. The watchdog keeps
// its own.
Outcome keepPrevious(const ReleasePaths &paths, const Record &record)
{
    const auto component = componentOf(record.order.task);
    if (component == Component::WatchDog) {
        return {};
    }
    if (component) {
        warnIfFailed(notePreviousRelease(paths, {record.versionBefore, record.before}));
    }
    // On the way back they have changed places already.
    return paths.comesBack() ? Outcome() : system::replaceFolder(paths.staged(), paths.previous());
}

// What was replaced is then where the new release was staged, and nowhere else.
bool isInPlace(const ReleasePaths &paths, const Record &record)
{
    return system::inodeOf(paths.installed()) == record.stagedId;
}

} // namespace

UpdateOutcome outcomeOf(const Record &record)
{
    UpdateOutcome ending;
    ending.order = record.order;
    ending.success = record.state == State::Done;
    ending.durationS = static_cast<double>(record.elapsedMs) / 1000;
    if (record.bytes > 0) {
        ending.bytes = record.bytes;
    }
    ending.rolledBack = record.state == State::RolledBack;
    if (ending.success) {
        ending.remarks = record.remarks;
    } else {
        const Error error = record.error.value_or(Error{ErrorCode::Internal, u"the update failed"_s});
        ending.error = error.code;
        ending.remarks = error.message;
        ending.log = record.log;
    }
    return ending;
}

Outcome tidyUp(const ReleasePaths &paths, const Record &record)
{
    if (record.state == State::Done && record.created && !componentOf(record.order.task)) {
        // Whoever sends the newest CA file wants no older one to come back, even if this one was there already.
        warnIfFailed(noteNewestSigned(paths, *record.created));
    }
    Outcome kept;
    // Also where going back has failed: then it is all there is to go back to another time.
    if (record.swapped && (record.state == State::Done || isInPlace(paths, record))) {
        kept = keepPrevious(paths, record);
    }
    warnIfFailed(kept);
    if (kept) {
        warnIfFailed(system::removeFolder(paths.stage()));
    }
    for (const Outcome &removed :
         {download::PartFile::remove(paths.zip()), download::PartFile::remove(paths.fileList())}) {
        warnIfFailed(removed);
    }
    return kept;
}

void tidyUpForgotten(const QString &downloads)
{
    const QDir folder(downloads);
    for (const QString &name : folder.entryList({u"staged-*"_s}, QDir::Dirs | QDir::Hidden)) {
        warnIfFailed(system::removeFolder(folder.filePath(name)));
    }
    // Also of one whose bytes are gone but not the file that says where they came from.
    for (const QString &name : folder.entryList({u"*.part"_s, u"*.part.from*"_s}, QDir::Files | QDir::Hidden)) {
        warnIfFailed(download::PartFile::remove(folder.filePath(name.first(name.lastIndexOf(".part"_L1) + 5))));
    }
}

} // namespace sgn::update
