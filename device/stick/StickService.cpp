// SPDX-License-Identifier: GPL-3.0-or-later
#include "stick/StickService.h"

#include "base/JsonText.h"
#include "base/RegularFile.h"
#include "base/StateFile.h"
#include "base/SystemError.h"
#include "control/StickHandover.h"
#include "protocol/Command.h"
#include "release/ReleaseSignature.h"
#include "release/StickOrder.h"
#include "release/StickResult.h"
#include "stick/StickFiles.h"
#include "stick/StickMount.h"
#include "system/FileLock.h"

#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QUuid>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace sgn::stick {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxLogs = qint64{64} * 1024 * 1024;
constexpr qint64 maxRecord = 4096;
constexpr int maxNames = 99;
constexpr QLatin1StringView orderKey("order");

// An order as it lies on the stick, with the manifests that it names, unchecked.
struct Found
{
    QByteArray json;
    Result<StickOrder> order = fail(ErrorCode::NotFound, QString());
    QByteArrayList manifests = {};
    QString digest = {}; // over all of it: what is to be done
};

Result<Found> readOrder(const StickFiles &files)
{
    auto json = files.read(stickOrderFile, maxStickOrder);
    if (!json) {
        return fail(std::move(json).error());
    }
    Found found{*std::move(json)};
    found.order = parseStickOrder(found.json);
    Sha256 hash;
    hash.addData(found.json);
    if (found.order) {
        for (const StickRelease &release : found.order->releases) {
            const auto opened = files.read(QLatin1StringView(release.release.toLatin1()), control::maxStickManifest);
            if (!opened && opened.error().code == ErrorCode::Io) {
                return fail(opened.error());
            }
            if (!opened) {
                found.order = fail(opened.error());
                break;
            }
            found.manifests += opened->trimmed();
            hash.addData(found.manifests.constLast());
        }
    }
    found.digest = QString::fromLatin1(hash.finish().toHex());
    return found;
}

// A release that may be copied: signed, and of the size that was signed.
struct Checked
{
    QString zip;
    QByteArray manifest;
    qint64 size = 0;
    QByteArray sha256;
};

Result<Checked> checkRelease(const StickFiles &files, const StickRelease &release, const QByteArray &signedManifest,
                             const QList<PublicKey> &keys)
{
    const auto manifest = verifyRelease(signedManifest, keys);
    if (!manifest) {
        return fail(manifest.error().withContext(release.release));
    }
    if (!componentFromFolder(manifest->component)) {
        return fail(ErrorCode::BadRequest, u"%1: %2 can't be installed from a stick, only from the panel"_s.arg(
                                               release.zip, manifest->component));
    }
    if (manifest->size > maxStickZip) {
        return fail(ErrorCode::TooLarge,
                    u"%1 has more than the %2 bytes that a device takes"_s.arg(release.zip).arg(maxStickZip));
    }
    const auto opened = files.openFile(release.zip);
    if (!opened) {
        return fail(opened.error());
    }
    if (opened->size != manifest->size) {
        return fail(ErrorCode::HashMismatch, u"%1 has %2 bytes, %3 were signed; write the stick anew"_s.arg(release.zip)
                                                 .arg(opened->size)
                                                 .arg(manifest->size));
    }
    return Checked{release.zip, signedManifest, manifest->size, manifest->sha256};
}

Result<QList<Checked>> checkOrder(const StickDevice &device, const StickFiles &files, const Found &found)
{
    if (!found.order) {
        return fail(found.order.error().withContext(stickOrderFile));
    }
    if (!device.releaseKeys) {
        return fail(device.releaseKeys.error());
    }
    if (device.releaseKeys->isEmpty()) {
        return fail(ErrorCode::NotSigned, u"this device has no release_keys, and without them it takes no release from "
                                          "a stick; set them by sgn-provision"_s);
    }
    if (!isFor(*found.order, device.jid, device.id)) {
        return fail(ErrorCode::Refused, u"the order is for other devices, and this one is %1 (%2)"_s.arg(
                                            device.jid.isEmpty() ? u"unknown"_s : device.jid, device.id));
    }
    QList<Checked> all;
    for (qsizetype i = 0; i < found.order->releases.size(); ++i) {
        auto checked = checkRelease(files, found.order->releases.at(i), found.manifests.at(i), *device.releaseKeys);
        if (!checked) {
            return fail(std::move(checked).error());
        }
        all += *std::move(checked);
    }
    return all;
}

Outcome checkSpace(const StickDevice &device, const QList<Checked> &releases)
{
    qint64 needed = device.reservedBytes;
    for (const Checked &release : releases) {
        needed += release.size;
    }
    struct statvfs disk
    {
    };
    if (::statvfs(QFile::encodeName(device.tree.downloads()).constData(), &disk) != 0) {
        return fail(systemError(u"cannot look at "_s + device.tree.downloads(), errno));
    }
    const auto available = static_cast<qint64>(disk.f_bavail) * static_cast<qint64>(disk.f_frsize);
    return available >= needed
               ? Outcome()
               : fail(ErrorCode::NoSpace, u"the device's card has %1 MB free, %2 MB are needed"_s.arg(available >> 20)
                                              .arg((needed >> 20) + 1));
}

// The hand-over first, the result last but one moment: what is left by a power cut is at most written once more.
Outcome clearHandover(const DeviceTree &tree)
{
    if (!QFileInfo::exists(tree.stick())) {
        return {};
    }
    if (auto removed = removeFileDurably(tree.stickHandover()); !removed) {
        return removed;
    }
    return QDir(tree.stick()).removeRecursively() ? syncFolder(tree.downloads())
                                                  : fail(ErrorCode::Io, u"cannot remove "_s + tree.stick());
}

// A new file of the owner's.
Result<Descriptor> createFor(const StickDevice &device, const QString &path)
{
    const system::FileRights rights(device.owner);
    return openRegularFile(path, O_WRONLY | O_CREAT | O_EXCL);
}

Outcome copyRelease(const StickDevice &device, const StickFiles &files, const Checked &release, const QString &path)
{
    const auto from = files.openFile(release.zip);
    if (!from) {
        return fail(from.error());
    }
    auto to = createFor(device, path);
    if (!to) {
        return fail(std::move(to).error());
    }
    const auto hash = copyBytes(from->file, *to, release.size);
    if (!hash) {
        return fail(hash.error().withContext(release.zip));
    }
    if (*hash != release.sha256) {
        return fail(ErrorCode::HashMismatch,
                    release.zip + u" isn't what was signed; it was damaged or changed, write the stick anew"_s);
    }
    if (::fsync(to->get()) != 0 || !to->close()) {
        return fail(systemError(u"cannot write "_s + path, errno));
    }
    return {};
}

Outcome makeFolder(const StickDevice &device)
{
    const system::FileRights rights(device.owner);
    if (auto cleared = clearHandover(device.tree); !cleared) {
        return cleared;
    }
    if (::mkdir(QFile::encodeName(device.tree.stick()).constData(), 0755) != 0) {
        return fail(systemError(u"cannot make the folder "_s + device.tree.stick(), errno));
    }
    return {};
}

// Its last step makes it one, so that the agent never finds half of it.
Outcome handOver(const StickDevice &device, const StickFiles &files, const QList<Checked> &releases,
                 const QString &digest)
{
    control::StickHandover handover{QUuid::createUuid().toString(QUuid::Id128), digest, {}};
    Outcome done = makeFolder(device);
    for (int i = 0; done && i < releases.size(); ++i) {
        handover.releases += QString::fromLatin1(releases.at(i).manifest);
        done = copyRelease(device, files, releases.at(i), device.tree.stickZip(i));
    }
    const system::FileRights rights(device.owner);
    if (done) {
        done = writeStateFile(device.tree.stickHandover(), encode(handover));
    }
    if (!done) {
        [[maybe_unused]] const Outcome cleared = clearHandover(device.tree);
    }
    return done;
}

QString recordedOrder(const StickDevice &device)
{
    const system::FileRights rights(device.owner);
    const auto record = readStateObject(device.tree.stickRecord(), maxRecord);
    return record ? record->value(orderKey).toString() : QString();
}

Outcome recordOrder(const StickDevice &device, const QString &digest)
{
    const system::FileRights rights(device.owner);
    return writeStateFile(device.tree.stickRecord(), toJsonText({{orderKey, digest}}));
}

// "b8-27-eb-00-00-01-20261129-180000": what FAT can hold.
QString nameFor(const StickDevice &device, const QDateTime &now)
{
    constexpr qsizetype maxDevice = 40;
    const QString &known = device.id.isEmpty() ? device.jid : device.id;
    QString name;
    for (const QChar c : known.left(maxDevice)) {
        name += c != u'.' && isStickFileName(QStringView(&c, 1)) ? c : u'-';
    }
    return (name.isEmpty() ? u"device"_s : name) + now.toString(u"-yyyyMMdd-hhmmss"_s);
}

// Without an entry: there are none, or they can't be read.
std::optional<StickFiles::Opened> openLogs(const StickDevice &device)
{
    const system::FileRights rights(device.owner);
    auto file = openRegularFile(device.tree.stickLogs(), O_RDONLY);
    struct stat info
    {
    };
    if (!file || ::fstat(file->get(), &info) != 0 || info.st_size > maxLogs) {
        return std::nullopt;
    }
    return StickFiles::Opened{*std::move(file), info.st_size};
}

// The logs first: a result that can be read is whole.
Outcome addBoth(const StickFiles &files, const QString &name, StickResult result,
                const std::optional<StickFiles::Opened> &logs)
{
    if (logs) {
        const Outcome added = files.addResult(name + u"-logs.zip"_s, logs->file, logs->size);
        if (!added && added.error().code != ErrorCode::NoSpace && added.error().code != ErrorCode::TooLarge) {
            return added;
        }
        if (!added) {
            const QString why = u"without logs: "_s + added.error().message;
            result.remarks = result.remarks.isEmpty() ? why : result.remarks + u"; "_s + why;
        }
    }
    return files.addResult(name + u".json"_s, encode(result));
}

// Returns the name of the file. Another device's, or an older one of this device, stays what it is.
Result<QString> writeResult(const StickDevice &device, const QString &place, const StickResult &result, bool hasLogs)
{
    const auto mount = StickMount::mount(place, StickMount::Mode::Writable);
    const auto files = mount ? StickFiles::open(mount->path()) : fail(mount.error());
    if (!files) {
        return fail(files.error());
    }
    const QString base = nameFor(device, device.now());
    Outcome added;
    QString name = base;
    for (int n = 2; n <= maxNames; ++n) {
        added = addBoth(*files, name, result, hasLogs ? openLogs(device) : std::nullopt);
        if (added || added.error().code != ErrorCode::Busy) {
            break;
        }
        name = u"%1-%2"_s.arg(base).arg(n);
    }
    if (added) {
        added = files->sync();
    }
    if (!added) {
        return fail(std::move(added).error());
    }
    return name + u".json"_s;
}

StickResult failedResult(const StickDevice &device, const QString &digest, const Error &reason)
{
    StickResult result;
    result.device = device.id;
    result.jid = device.jid;
    result.time = device.now();
    result.order = digest;
    result.remarks = reason.message;
    result.error = reason.code;
    return result;
}

StickResult readResult(const StickDevice &device)
{
    const system::FileRights rights(device.owner);
    const auto json = readRegularFile(device.tree.stickResult(), maxStickResult);
    const auto result = json ? parseStickResult(*json) : fail(json.error());
    if (result) {
        return *result;
    }
    return failedResult(device, {}, {ErrorCode::Internal, u"the result can't be read: "_s + result.error().message});
}

Result<Served> deliver(const StickDevice &device, const QString &place)
{
    const auto written = writeResult(device, place, readResult(device), true);
    if (!written) {
        // Any other stick isn't one to write to.
        return written.error().code == ErrorCode::NotFound
                   ? Result<Served>(Served())
                   : fail(written.error().withContext(u"the result isn't on the stick"_s));
    }
    const system::FileRights rights(device.owner);
    if (const auto cleared = clearHandover(device.tree); !cleared) {
        return fail(cleared.error());
    }
    return Served{Served::Kind::Written, u"wrote %1 to the stick %2"_s.arg(*written, place)};
}

// A fault of the stick or of the card, which may be gone the next time, unlike one of the order.
bool isPassing(const Error &error)
{
    return error.code == ErrorCode::Io || error.code == ErrorCode::NoSpace;
}

Result<Served> refuse(const StickDevice &device, const QString &place, const QString &digest, const Error &reason)
{
    if (!isPassing(reason)) {
        if (const auto recorded = recordOrder(device, digest); !recorded) {
            return fail(recorded.error());
        }
    }
    const QString sentence = u"refused the stick %1: %2"_s.arg(place, reason.message);
    const auto written = writeResult(device, place, failedResult(device, digest, reason), false);
    return Served{Served::Kind::Refused, written ? sentence : u"%1 (%2)"_s.arg(sentence, written.error().message)};
}

Result<Served> takeOrder(const StickDevice &device, const QString &place, Arrival arrival)
{
    QString digest;
    Outcome done;
    qsizetype count = 0;
    {
        const auto mount = StickMount::mount(place, StickMount::Mode::ReadOnly);
        const auto files = mount ? StickFiles::open(mount->path()) : fail(mount.error());
        const auto found = files ? readOrder(*files) : fail(files.error());
        if (!found) {
            return found.error().code == ErrorCode::NotFound ? Result<Served>(Served()) : fail(found.error());
        }
        digest = found->digest;
        if (arrival == Arrival::Found && digest == recordedOrder(device)) {
            return Served();
        }
        const auto releases = checkOrder(device, *files, *found);
        done = releases ? checkSpace(device, *releases) : fail(releases.error());
        if (done) {
            count = releases->size();
            done = handOver(device, *files, *releases, digest);
        }
    }
    if (!done) {
        return refuse(device, place, digest, done.error());
    }
    if (const auto recorded = recordOrder(device, digest); !recorded) {
        return fail(recorded.error());
    }
    return Served{Served::Kind::HandedOver, u"took the order of the stick %1, releases: %2"_s.arg(place).arg(count)};
}

} // namespace

Result<Served> serveStick(const StickDevice &device, const QString &place, Arrival arrival)
{
    bool isReady = false;
    bool isUnderWay = false;
    std::optional<system::FileLock> lock;
    {
        const system::FileRights rights(device.owner);
        auto locked = system::FileLock::tryLock(device.tree.stickLock());
        if (!locked) {
            return fail(std::move(locked).error().withContext(u"another program serves a stick"_s));
        }
        lock.emplace(*std::move(locked));
        isReady = QFileInfo::exists(device.tree.stickResult());
        isUnderWay = QFileInfo::exists(device.tree.stickHandover());
    }
    if (isReady) {
        auto delivered = deliver(device, place);
        if (!delivered || delivered->kind == Served::Kind::Nothing) {
            return delivered;
        }
        // The stick may have another order by now; the one that has its result isn't carried out again.
        auto taken = takeOrder(device, place, Arrival::Found);
        if (taken && taken->kind != Served::Kind::Nothing) {
            taken->sentence = delivered->sentence + u"; "_s + taken->sentence;
            return taken;
        }
        return delivered;
    }
    if (isUnderWay) {
        return Served{Served::Kind::Waiting, u"the releases from a stick are being installed"_s};
    }
    return takeOrder(device, place, arrival);
}

} // namespace sgn::stick
