// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/UpdateOutcome.h"

#include "download/PartFile.h"
#include "system/FolderExchange.h"
#include "update/CarryOver.h"
#include "update/Logging.h"
#include "update/NewestSigned.h"
#include "update/OwnFiles.h"
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
// its previous release itself.
Outcome keepPrevious(const ReleasePaths &paths, const Record &record)
{
    const auto component = componentOf(record.order.task);
    if (component == Component::WatchDog) {
        return {};
    }
    if (component) {
        warnIfFailed(notePreviousRelease(paths, {record.versionBefore, record.before}));
    }
    // A rollback has exchanged the two already.
    return paths.isRollback() ? Outcome() : system::replaceFolder(paths.staged(), paths.previous());
}

// The replaced release is then where the new one was staged, and nowhere else.
bool isInPlace(const ReleasePaths &paths, const Record &record)
{
    return system::inodeOf(paths.installed()) == record.stagedId;
}

} // namespace

UpdateOutcome outcomeOf(const Record &record)
{
    UpdateOutcome outcome;
    outcome.order = record.order;
    outcome.success = record.state == State::Done;
    outcome.durationS = static_cast<double>(record.elapsedMs) / 1000;
    if (record.bytes > 0) {
        outcome.bytes = record.bytes;
    }
    outcome.rolledBack = record.state == State::RolledBack;
    outcome.before = record.before;
    outcome.versionBefore = record.versionBefore;
    if (outcome.success) {
        outcome.remarks = record.remarks;
    } else {
        const Error error = record.error.value_or(Error{ErrorCode::Internal, u"the update failed"_s});
        outcome.error = error.code;
        outcome.remarks = error.message;
        outcome.log = record.log;
    }
    return outcome;
}

Outcome tidyUp(const ReleasePaths &paths, const Record &record)
{
    const auto component = componentOf(record.order.task);
    if (record.state == State::Done && record.created && (!component || component == Component::SmartMeter)) {
        // The newest bars older ones (Admission.h), even if it was installed already.
        warnIfFailed(noteNewestSigned(paths, *record.created));
    }
    Outcome kept;
    // Also where the roll-back has failed: then it is the only release that a later rollback can restore.
    if (record.swapped && (record.state == State::Done || isInPlace(paths, record))) {
        kept = keepPrevious(paths, record);
    }
    warnIfFailed(kept);
    if (kept) {
        if (record.state == State::Done) {
            warnIfFailed(forgetCarried(paths));
        }
        warnIfFailed(system::removeFolder(paths.stage()));
        warnIfFailed(forgetOtherFiles(paths));
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
    // Also of a download whose bytes are removed but not what is beside them.
    for (const QString &name :
         folder.entryList({u"*.part"_s, u"*.part.*"_s}, QDir::Files | QDir::Dirs | QDir::Hidden)) {
        warnIfFailed(download::PartFile::remove(folder.filePath(name.first(name.lastIndexOf(".part"_L1) + 5))));
    }
}

} // namespace sgn::update
