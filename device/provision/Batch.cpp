// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/Batch.h"

#include "base/AtomicFile.h"
#include "base/FileSystem.h"
#include "base/OperatorName.h"
#include "card/SparseCopy.h"
#include "crypto/Sha256.h"

#include <QFileInfo>
#include <QSysInfo>
#include <QtConcurrentRun>

namespace sgn::provision {

using namespace Qt::StringLiterals;
using namespace card;

namespace {

// Each needs a scratch copy; more of them than disks and cores feed only wait.
constexpr qsizetype workers = 2;
// What a card has for itself, at most: configuration, key, host name, and the blocks of the file system around them.
constexpr qint64 ownBytes = 256 * 1024;

Result<QJsonObject> describedReleases(const OrderFiles &files)
{
    QJsonObject releases;
    for (const auto &[component, zip] : std::initializer_list<std::pair<QString, QString>>{
             {u"SmartMeter"_s, files.smartMeter}, {u"JabberClient"_s, files.agent}, {u"WatchDog"_s, files.watchdog}}) {
        if (zip.isEmpty()) {
            continue;
        }
        const auto release = describedRelease(zip);
        if (!release) {
            return fail(release.error());
        }
        releases.insert(component, *release);
    }
    return releases;
}

Outcome applyCommon(const CardOrder &order, const OrderFiles &files, BatchSetup &setup)
{
    auto volume = openCardImage(setup.common, Access::Change);
    if (!volume) {
        return fail(std::move(volume).error());
    }
    Provisioning provisioning(order, files, **volume);
    const auto steps = provisioning.steps();
    if (!steps) {
        return fail(steps.error());
    }
    if (auto done = carryOutVerified(*steps, **volume); !done) {
        return done;
    }
    auto facts = readCardFacts(**volume);
    if (!facts) {
        return fail(std::move(facts).error());
    }
    auto present = readPresentFiles(*facts, **volume);
    if (!present) {
        return fail(std::move(present).error());
    }
    setup.origin.system = u"Debian %1 (%2), %3"_s.arg(facts->release).arg(facts->codename, facts->architecture);
    setup.facts = *std::move(facts);
    setup.present = *std::move(present);
    return {};
}

void work(QPromise<DeviceResult> &promise, const BatchSetup &setup, const QString &scratch,
          const QList<DeviceOrder> &orders)
{
    ImageMaker maker(setup, scratch);
    for (const DeviceOrder &order : orders) {
        auto made = maker.make(order);
        const bool isFull = !made && made.error().code == ErrorCode::NoSpace;
        promise.addResult(DeviceResult{order.device, std::move(made)});
        // There is none for the next one either.
        if (isFull) {
            return;
        }
    }
}

} // namespace

Result<BatchSetup> prepareBatch(const QString &base, const QString &folder, BatchSetup::Output output,
                                const CardOrder &order, const OrderFiles &files)
{
    BatchSetup setup;
    setup.base = QFileInfo(base).absoluteFilePath();
    setup.folder = QFileInfo(folder).absoluteFilePath();
    setup.work = setup.folder + u"/.batch"_s;
    setup.common = setup.work + u"/common.img"_s;
    setup.output = output;
    setup.version = files.version;
    setup.origin.baseName = QFileInfo(base).fileName();
    setup.origin.madeBy = operatorName();
    // Also finds an image whose last change was interrupted.
    if (const auto card = openCardImage(setup.base, Access::Read); !card) {
        return fail(card.error());
    }
    const auto releases = describedReleases(files);
    if (!releases) {
        return fail(releases.error());
    }
    setup.origin.releases = *releases;
    QFuture<Result<QByteArray>> hash = QtConcurrent::run([path = setup.base] { return sha256OfFile(path); });
    Outcome done = copySparsely(setup.base, setup.common);
    if (done) {
        done = applyCommon(order, files, setup);
    }
    const Result<QByteArray> sum = hash.result();
    if (!done || !sum) {
        return fail(done ? sum.error() : done.error());
    }
    setup.origin.baseSha256 = *sum;
    const auto extents = differingBlocks(setup.base, setup.common, {{0, QFileInfo(setup.base).size()}});
    if (!extents) {
        return fail(extents.error());
    }
    setup.commonExtents = *extents;
    return setup;
}

Outcome checkRoom(const BatchSetup &setup, const QList<DeviceOrder> &orders)
{
    qint64 cards = 0;
    for (const DeviceOrder &order : orders) {
        const auto record = readJsonFile(u"%1/%2.json"_s.arg(setup.folder, order.device.name));
        cards += record && isRecordOf(*record, order.digest) ? 0 : 1;
    }
    const qint64 copy = sharesBlocks(setup.work) ? 0 : allocatedBytes(setup.common);
    qint64 common = 0;
    for (const Extent &extent : setup.commonExtents) {
        common += extent.size;
    }
    const bool areOverlays = setup.output == BatchSetup::Output::Overlays;
    const qint64 needed = cards * (ownBytes + (areOverlays ? common : copy)) +
                          (areOverlays ? std::min<qint64>(cards, workers) * copy : 0);
    const Result<qint64> available = availableBytes(setup.folder);
    if (!available) {
        return fail(available.error());
    }
    constexpr qint64 megabyte = 1'000'000;
    return needed <= *available
               ? Outcome()
               : fail(ErrorCode::NoSpace,
                      u"the disk of %1 has %2 MB free, and %3 MB are needed for %4 cards; %5"_s.arg(setup.folder)
                          .arg(*available / megabyte)
                          .arg(needed / megabyte + 1)
                          .arg(cards)
                          .arg(areOverlays ? u"free some, or name another folder with --out"_s
                                           : u"--overlays need less, as do images on btrfs or xfs"_s));
}

Batch::Batch(BatchSetup setup, const QList<DeviceOrder> &orders, Report report)
    : m_setup(std::move(setup))
    , m_orders(orders)
    , m_report(std::move(report))
{
    m_pool.setMaxThreadCount(static_cast<int>(workers));
}

void Batch::start()
{
    const qsizetype count = std::min(workers, m_orders.size());
    QList<QList<DeviceOrder>> shares(count);
    for (qsizetype i = 0; i < m_orders.size(); ++i) {
        shares[i % count] += m_orders[i];
    }
    for (qsizetype i = 0; i < count; ++i) {
        auto watcher = std::make_shared<QFutureWatcher<DeviceResult>>();
        connect(watcher.get(), &QFutureWatcherBase::resultReadyAt, this,
                [this, each = watcher.get()](int index) { m_report(each->resultAt(index)); });
        connect(watcher.get(), &QFutureWatcherBase::finished, this, &Batch::finishOne);
        const QString scratch = u"%1/scratch-%2.img"_s.arg(m_setup.work).arg(i);
        watcher->setFuture(QtConcurrent::run(&m_pool, work, m_setup, scratch, shares[i]));
        m_workers += watcher;
        ++m_running;
    }
}

void Batch::finishOne()
{
    if (--m_running == 0) {
        Q_EMIT finished();
    }
}

} // namespace sgn::provision
