// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/ReleasePreparation.h"

#include "archive/Zip.h"
#include "base/AtomicFile.h"
#include "base/Descriptor.h"
#include "base/DeviceTree.h"
#include "base/SystemError.h"
#include "base/VersionFile.h"
#include "config/RootKeys.h"
#include "crypto/Sha256.h"
#include "release/ReleaseFolder.h"
#include "release/ReleaseSignature.h"
#include "selfupdate/PreparationResult.h"
#include "selfupdate/SelfTestRun.h"
#include "system/FileLock.h"
#include "system/FolderExchange.h"
#include "system/OwnFolders.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <vector>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

// A watchdog with all its libraries is a tenth of it.
constexpr qint64 maxZip = 64 * 1024 * 1024;
constexpr ZipLimits limits{.maxEntries = 1000, .maxBytes = 4 * maxZip};

// With the owner's rights and through no link at the end, so that the owner can't have us read what isn't the owner's.
Result<Descriptor> openZip(const Preparation &preparation, const QString &path)
{
    const system::FileRights rights(preparation.owner);
    const QString downloads = DeviceTree(preparation.root).downloads();
    if (!path.startsWith(downloads + u'/') || path.contains(u"/../"_s)) {
        return fail(ErrorCode::BadRequest, u"%1 is not below %2"_s.arg(path, downloads));
    }
    Descriptor zip(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat info
    {
    };
    if (!zip.isValid() || ::fstat(zip.get(), &info) != 0) {
        return fail(systemError(u"cannot open "_s + path, errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return fail(ErrorCode::BadRequest, path + u" is not a regular file"_s);
    }
    if (info.st_size > maxZip) {
        return fail(ErrorCode::TooLarge,
                    u"the zip has %1 bytes, a watchdog has at most %2"_s.arg(info.st_size).arg(maxZip));
    }
    return zip;
}

// The copy's SHA-256: whatever happens to the original from now on doesn't matter.
Result<QByteArray> copyZip(const Descriptor &from, const QString &path)
{
    const Descriptor to(
        ::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!to.isValid()) {
        return fail(systemError(u"cannot make "_s + path, errno));
    }
    Sha256 hash;
    std::vector<char> block(256 * 1024);
    for (qint64 total = 0;;) {
        const ssize_t n = ::read(from.get(), block.data(), block.size());
        if (n == 0) {
            return hash.finish();
        }
        total += n;
        if (n < 0 || total > maxZip) { // it may grow while it is read
            return n < 0 ? fail(systemError(u"cannot read the zip"_s, errno))
                         : fail(ErrorCode::TooLarge, u"the zip has more than %1 bytes"_s.arg(maxZip));
        }
        const auto bytes = static_cast<std::size_t>(n);
        hash.addData(QByteArrayView(block.data(), n));
        if (::write(to.get(), block.data(), bytes) != n) {
            return fail(systemError(u"cannot write "_s + path, errno == 0 ? ENOSPC : errno));
        }
    }
}

// What has to be true of the release, as far as it is signed.
struct Signed
{
    bool mayGoBack = false; // a lower version than the running one may be installed
    QMap<QString, ReleaseFile> files;
};

// A file of root's that the owner can neither replace nor change.
Outcome checkIsOurs(const QString &path)
{
    if (auto folders = system::checkFoldersAreOurs(QFileInfo(path).absolutePath()); !folders) {
        return folders;
    }
    struct stat info
    {
    };
    if (::lstat(QFile::encodeName(path).constData(), &info) != 0) {
        return fail(systemError(u"cannot look at "_s + path, errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return fail(ErrorCode::Refused, path + u" is no regular file"_s);
    }
    if ((info.st_uid != 0 && info.st_uid != ::geteuid()) || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return fail(ErrorCode::Refused, u"others can change "_s + path);
    }
    return {};
}

Result<Signed> checkSignature(const Preparation &preparation, int version, const control::SwapZip &source, qint64 size)
{
    const auto keys = releaseKeysOf(preparation.release, preparation.root, preparation.owner);
    if (!keys) {
        return fail(keys.error());
    }
    if (keys->isEmpty()) {
        return Signed{source.force, {}};
    }
    if (source.release.isEmpty()) {
        return fail(ErrorCode::NotSigned, u"this device installs signed releases only"_s);
    }
    const auto manifest = verifyRelease(source.release.toUtf8(), *keys);
    if (!manifest) {
        return fail(manifest.error());
    }
    UpdateCommand command;
    command.component = Component::WatchDog;
    command.version = version;
    command.sha256 = source.sha256;
    command.size = size;
    if (const auto checked = checkRelease(*manifest, command); !checked) {
        return fail(checked.error());
    }
    return Signed{manifest->allowsDowngrade, manifest->files};
}

// `version`: which the release should have.
Outcome checkContent(const QString &folder, int version)
{
    for (const auto name : {OwnRelease::programName, OwnRelease::updateProgramName}) {
        struct stat info
        {
        };
        const QByteArray program = QFile::encodeName(folder + u'/' + name);
        if (::lstat(program.constData(), &info) != 0 || !S_ISREG(info.st_mode) || (info.st_mode & S_IXUSR) == 0) {
            return fail(ErrorCode::BadArchive, u"the release has no program "_s + name);
        }
    }
    const QString versionFile = folder + u'/' + versionFileName;
    if (!QFileInfo::exists(versionFile)) {
        return writeFileAtomically(versionFile, QByteArray::number(version) + '\n');
    }
    const int found = readReleaseVersion(folder).value_or(-1);
    if (found != version) {
        return fail(ErrorCode::BadArchive, found < 0
                                               ? u"the release's file version holds no version number"_s
                                               : u"the release has version %1 and not %2"_s.arg(found).arg(version));
    }
    return {};
}

Outcome clear(const OwnRelease &release)
{
    for (const QString &folder : {release.stage(), release.failed()}) {
        if (QFileInfo::exists(folder) && !QDir(folder).removeRecursively()) {
            return fail(ErrorCode::Io, u"cannot remove "_s + folder);
        }
    }
    return removeFileDurably(release.zip());
}

Outcome test(const Preparation &preparation, const SwapJournal &journal, const QString &folder)
{
    const auto tested =
        runSelfTestOf(folder + u'/' + OwnRelease::programName, journal.handOver.arguments, preparation.selfTestLimit);
    return tested ? Outcome() : fail(tested.error().withContext(u"the new watchdog doesn't work here"_s));
}

Outcome preparePrevious(const Preparation &preparation, const SwapJournal &journal)
{
    // It was signed once, but so is every release with a known hole, and an attacker may have taken over the agent.
    const auto keys = releaseKeysOf(preparation.release, preparation.root, preparation.owner);
    if (!keys) {
        return fail(keys.error());
    }
    if (!keys->isEmpty()) {
        return fail(ErrorCode::NotSigned, u"on this device only an older release whose signature allows it replaces a "
                                          "newer watchdog; send it as an update"_s);
    }
    const OwnRelease &release = preparation.release;
    // An earlier preparation may have ended after its last step.
    auto done = system::moveReplacing(release.staged(), release.previous(), journal.newFolder);
    if (done) {
        done = clear(release);
    }
    if (done) {
        done = checkContent(release.previous(), journal.request.version);
    }
    if (done) {
        done = test(preparation, journal, release.previous());
    }
    if (!done || !QDir().mkpath(release.stage())) {
        return done ? fail(ErrorCode::Io, u"cannot make "_s + release.stage()) : done;
    }
    return system::moveReplacing(release.previous(), release.staged(), journal.newFolder);
}

} // namespace

// Root's own list binds the owner, who could replace the configuration's. Without it the owner decides, as in the seed.
Result<QList<PublicKey>> releaseKeysOf(const OwnRelease &release, const QString &root, const system::UserAccount &owner)
{
    const QString file = release.keys();
    if (const auto checked = checkIsOurs(file); checked) {
        auto keys = loadRootKeys(file);
        if (!keys) {
            return fail(std::move(keys).error());
        }
        if (!keys->releaseKeys.isEmpty()) {
            return std::move(keys->releaseKeys);
        }
    } else if (checked.error().code != ErrorCode::NotFound) {
        return fail(checked.error().withContext(u"cannot trust the keys of root"_s));
    }
    const system::FileRights rights(owner);
    auto config = loadDeviceConfig(DeviceTree(root));
    if (!config) {
        return fail(std::move(config).error().withContext(u"cannot find out whether releases must be signed"_s));
    }
    return std::move(config->releaseKeys);
}

Outcome prepareRelease(const Preparation &preparation, const SwapJournal &journal)
{
    const OwnRelease &release = preparation.release;
    const auto *const source = std::get_if<control::SwapZip>(&journal.request.source);
    if (source == nullptr) {
        return preparePrevious(preparation, journal);
    }
    const int version = journal.request.version;
    if (auto cleared = clear(release); !cleared) {
        return cleared;
    }
    const auto zip = openZip(preparation, source->zip);
    const auto hash = zip ? copyZip(*zip, release.zip()) : fail(zip.error());
    if (!hash) {
        return fail(hash.error());
    }
    if (*hash != source->sha256) {
        return fail(ErrorCode::HashMismatch, u"the zip is not the one that was asked for, its SHA-256 is "_s +
                                                 QString::fromLatin1(hash->toHex()));
    }
    const auto isSigned = checkSignature(preparation, version, *source, QFileInfo(release.zip()).size());
    if (!isSigned) {
        return fail(isSigned.error());
    }
    if (version < preparation.runningVersion && !isSigned->mayGoBack) {
        return fail(
            ErrorCode::Downgrade,
            u"watchdog version %1 is installed, which is newer than %2"_s.arg(preparation.runningVersion).arg(version));
    }
    ExtractRules rules;
    rules.topFolder = OwnRelease::folder;
    rules.limits = limits;
    if (const auto extracted = extractZip(release.zip(), release.stage(), rules); !extracted) {
        return fail(extracted.error());
    }
    if (!isSigned->files.isEmpty()) {
        if (auto checked = checkReleaseFolder(release.stage(), isSigned->files); !checked) {
            return checked;
        }
    }
    if (auto checked = checkContent(release.staged(), version); !checked) {
        return checked;
    }
    return test(preparation, journal, release.staged());
}

int runPreparation(const Preparation &preparation)
{
    // Without the watchdog that started it the result has no use, and the next one prepares anew.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto lock = system::FileLock::waitFor(preparation.release.work() + u"/prepare.lock"_s);
    if (!lock) {
        std::fputs(preparationLine(lock.error()).constData(), stdout);
        return 1;
    }
    const auto journal = SwapJournalFile(preparation.release.journal(), 0600).load();
    const Outcome outcome =
        journal ? prepareRelease(preparation, *journal) : fail(ErrorCode::Internal, u"there is no swap to prepare"_s);
    if (!outcome) {
        std::fputs(preparationLine(outcome.error()).constData(), stdout);
    }
    return outcome ? 0 : 1;
}

} // namespace sgn::selfupdate
