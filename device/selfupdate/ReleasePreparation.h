// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/PublicKey.h"
#include "selfupdate/OwnRelease.h"
#include "selfupdate/SwapJournal.h"
#include "system/UserAccount.h"

namespace sgn::selfupdate {

// The device and the release that is replaced.
struct Preparation
{
    OwnRelease release;
    QString root;              // the device's
    system::UserAccount owner; // of the device's folder
    int runningVersion = 0;
    std::chrono::milliseconds selfTestLimit{30'000};
};

// Makes a release of the watchdog ready in OwnRelease::staged(): copies the zip out of the reach of the device's owner,
// checks the copy (hash, and the signed manifest when root's keys or the device's configuration have release_keys),
// unpacks it and lets the new program test itself; or moves the previous release there, where nothing has to be signed,
// once it has passed the same test. Blocks for as long as that takes, so it runs in a process of its own, beside the
// watchdog that goes on watching. BadRequest, HashMismatch, NotSigned, BadSignature, Downgrade, BadArchive, TooLarge,
// NoSpace, InstallFailed, Io, BadFile.
[[nodiscard]] Outcome prepareRelease(const Preparation &preparation, const SwapJournal &journal);

// The keys one of which has to have signed a release: root's own where there are some, else those of the device's
// configuration; empty: releases need not be signed. BadFile, Refused, Io: it can't be known.
[[nodiscard]] Result<QList<PublicKey>> releaseKeysOf(const OwnRelease &release, const QString &root,
                                                     const system::UserAccount &owner);

// The main function of that process: takes the request from the journal and writes to stdout why it failed
// (PreparationResult.h). Returns the exit code.
[[nodiscard]] int runPreparation(const Preparation &preparation);

} // namespace sgn::selfupdate
