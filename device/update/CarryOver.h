// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "system/FolderExchange.h"
#include "update/ReleasePaths.h"

#include <QStringList>

namespace sgn::update {

// An update takes only what is its own. What the meter has made in the folder of its release, calibration, readings,
// links, sub-folders, belongs to neither release, so it is carried over: first into the release that will be in place,
// and only then the folders change places.
//
// Each file is linked, not copied: that costs no space and no time, both releases have the same file, and whichever of
// the two is in place after a power cut is whole. What can't be linked (a file of root's, see protected_hardlinks in
// proc(5)) is moved. Caches of Python (__pycache__) stay where they are, and so does code that would be imported in
// place of a module of the other release (ReleaseModules): calc.so or calc/__init__.py beside its calc.py. What else is
// in such a folder is carried over, without hiding anything.
//
// The functions block and can be repeated. Nothing runs from the folders meanwhile. Io, NoSpace.

// What a carry-over couldn't do, one sentence for each file, which stays where it was.
struct CarriedOver
{
    QStringList left;

    friend bool operator==(const CarriedOver &, const CarriedOver &) = default;
};

// Puts the staged release with the inode `stagedId` in the place of the installed one, after carryOver() to it. Does
// nothing if it has happened already. As system::exchangeIn().
[[nodiscard]] Result<CarriedOver> exchangeReleases(const ReleasePaths &paths, quint64 stagedId,
                                                   const QStringList &dropped);
// Reverses it; what the meter has made since is carried along. As system::rollBackExchange(). Where a card fails again
// and again the old release has to come back without that: then it is only attempted.
enum class Carrying { Required, Attempted };
[[nodiscard]] Result<system::RollBack> restoreRelease(const ReleasePaths &paths, quint64 stagedId,
                                                      Carrying carrying = Carrying::Required);

// Carries what belongs to neither release from the folder `from` to `to`; what is at `to` already is replaced if it is
// the meter's. Durable when it returns. Of a release without a list (OwnFiles.h), laid out by hand or by an agent that
// kept none, everything is carried over that the other hasn't, as the seed's unzipping over it would leave it; only the
// programs of the processes `dropped`, which the new release no longer has, go with their release. Such a release has a
// list afterwards.
[[nodiscard]] Result<CarriedOver> carryOver(const ReleasePaths &paths, const QString &from, const QString &to,
                                            const QStringList &dropped = {});

// Removes the meter's files from the release that is kept for a rollback where the installed one has them, too: there
// they would keep space in use that the meter has freed.
[[nodiscard]] Outcome forgetCarried(const ReleasePaths &paths);

} // namespace sgn::update
