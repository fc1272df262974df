// SPDX-License-Identifier: GPL-3.0-or-later
#include "stick/StickService.h"

#include "base/FileSystem.h"
#include "base/JsonText.h"
#include "base/RegularFile.h"
#include "base/StateFile.h"
#include "base/SystemError.h"
#include "control/StickHandover.h"
#include "stick/OrderCheck.h"
#include "stick/ResultWriter.h"
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

namespace sgn::stick {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxRecord = 4096;
constexpr QLatin1StringView orderKey("order");

Outcome checkSpace(const StickDevice &device, const QList<CheckedRelease> &releases)
{
    qint64 needed = device.reservedBytes;
    for (const CheckedRelease &release : releases) {
        needed += release.size;
    }
    const Result<qint64> available = availableBytes(device.tree.downloads());
    if (!available) {
        return fail(available.error());
    }
    return *available >= needed
               ? Outcome()
               : fail(ErrorCode::NoSpace, u"the device's card has %1 MB free, %2 MB are needed"_s.arg(*available >> 20)
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

Outcome copyRelease(const StickDevice &device, const StickFiles &files, const CheckedRelease &release,
                    const QString &path)
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
Outcome handOver(const StickDevice &device, const StickFiles &files, const QList<CheckedRelease> &releases,
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
    const auto written = writeResult(device, place, readResult(device), WithLogs::Yes);
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
    const auto written = writeResult(device, place, failedResult(device, digest, reason), WithLogs::No);
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
        if (!isReady && !isUnderWay) {
            // Copies of a run that was cut: they would take the room of the next order's. A failure shows when that is
            // copied.
            [[maybe_unused]] const Outcome cleared = clearHandover(device.tree);
        }
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
