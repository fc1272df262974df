// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/ImageMaker.h"

#include "base/AtomicFile.h"
#include "base/JsonText.h"
#include "card/Overlay.h"
#include "card/Provisioning.h"
#include "card/SparseCopy.h"
#include "crypto/Sha256.h"

#include <cstdio>
#include <QFile>
#include <QFileInfo>

namespace sgn::provision {

using namespace Qt::StringLiterals;
using namespace card;

namespace {

constexpr qint64 maxBlockMap = 64 * 1024 * 1024;
constexpr qint64 maxConfigFiles = 1024 * 1024;

Outcome rename(const QString &from, const QString &to)
{
    // Replaces what is there, as QFile::rename() doesn't.
    return std::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) == 0
               ? syncFolder(QFileInfo(to).path())
               : fail(ErrorCode::Io, u"cannot rename %1 to %2"_s.arg(from, to));
}

} // namespace

ImageMaker::ImageMaker(BatchSetup setup, QString scratch)
    : m_setup(std::move(setup))
    , m_scratch(std::move(scratch))
{}

QString ImageMaker::pathOf(const DeviceOrder &order, const QString &ending) const
{
    return m_setup.folder + u'/' + order.device.name + ending;
}

Result<QList<Step>> ImageMaker::stepsOf(const DeviceOrder &order, const SealedConfig &present) const
{
    const auto sealed = sealConfig(order.config, m_setup.version, present);
    if (!sealed) {
        return fail(sealed.error());
    }
    CardOrder own;
    own.hostName = order.device.hostName.toUtf8();
    own.configFile = sealed->file;
    own.deviceKey = sealed->deviceKey;
    return stepsFor(own, m_setup.facts, m_setup.present, QDate::currentDate());
}

Result<ImageMaker::Made> ImageMaker::make(const DeviceOrder &order)
{
    const QString path = pathOf(order, u".json"_s);
    if (const auto record = readJsonFile(path); record && isThere(order, *record)) {
        const QJsonObject current = withListFields(*record, order.device);
        const Outcome written =
            current == *record ? Outcome() : writeFileAtomically(path, toJsonText(current, QJsonDocument::Indented));
        return written ? Result<Made>(Made{current, true}) : fail(written.error());
    }
    if (auto removed = removeFileDurably(path); !removed) {
        return fail(std::move(removed).error());
    }
    auto image = m_setup.output == BatchSetup::Output::Overlays ? makeOverlay(order) : makeWhole(order);
    if (!image) {
        return fail(std::move(image).error());
    }
    const QJsonObject record =
        birthRecord(order.device, m_setup.origin, order.digest, *image, QDateTime::currentDateTimeUtc());
    const auto written = writeFileAtomically(path, toJsonText(record, QJsonDocument::Indented));
    return written ? Result<Made>(Made{record, false}) : fail(written.error());
}

bool ImageMaker::isThere(const DeviceOrder &order, const QJsonObject &record) const
{
    if (!isRecordOf(record, order.digest)) {
        return false;
    }
    if (m_setup.output == BatchSetup::Output::WholeImages) {
        return isThereWhole(order);
    }
    const auto blockMap = readFile(pathOf(order, u".bmap"_s), maxBlockMap);
    const QString sum = record.value(u"image"_s).toObject().value(u"bmap_sha256"_s).toString();
    return blockMap && QString::fromLatin1(Sha256::hash(*blockMap).toHex()) == sum &&
           checkOverlay(pathOf(order, u".overlay"_s), *blockMap).has_value();
}

bool ImageMaker::isThereWhole(const DeviceOrder &order) const
{
    const QString path = pathOf(order, u".img"_s);
    if (QFileInfo(path).size() != QFileInfo(m_setup.base).size()) {
        return false;
    }
    const auto volume = openCardImage(path, Access::Read);
    if (!volume) {
        return false;
    }
    const DeviceTree tree = treeOf(m_setup.facts.user);
    const QByteArray key = tree.deviceKey().toUtf8();
    const QByteArray config = tree.configFile().toUtf8();
    const auto present = (*volume)->read({key, config}, maxConfigFiles);
    const auto steps = present ? stepsOf(order, {present->value(config), present->value(key)}) : fail(present.error());
    const auto differences = steps ? compare(*steps, **volume) : fail(steps.error());
    return differences && differences->isEmpty();
}

Result<QJsonObject> ImageMaker::makeWhole(const DeviceOrder &order)
{
    const QString path = pathOf(order, u".img"_s);
    const QString part = m_setup.work + u'/' + order.device.name + u".img"_s;
    Outcome done = copySparsely(m_setup.common, part);
    if (done) {
        const auto steps = stepsOf(order, {});
        auto volume = openCardImage(part, Access::Change);
        done = !steps ? fail(steps.error()) : !volume ? fail(volume.error()) : carryOutVerified(*steps, **volume);
    }
    if (done) {
        done = syncFile(part);
    }
    if (done) {
        done = rename(part, path);
    }
    if (!done) {
        QFile::remove(part);
        return fail(done.error());
    }
    return QJsonObject{{u"file"_s, QFileInfo(path).fileName()}, {u"size"_s, QFileInfo(path).size()}};
}

Outcome ImageMaker::prepareScratch()
{
    if (m_volume) {
        return {};
    }
    if (auto copied = copySparsely(m_setup.common, m_scratch); !copied) {
        return copied;
    }
    auto volume = openCardImage(m_scratch, Access::Change, &m_changed);
    if (!volume) {
        return fail(std::move(volume).error());
    }
    m_volume = *std::move(volume);
    return {};
}

Result<QJsonObject> ImageMaker::makeOverlay(const DeviceOrder &order)
{
    if (auto ready = prepareScratch(); !ready) {
        return fail(std::move(ready).error());
    }
    // Whatever fails leaves a scratch copy that isn't used again.
    auto volume = std::move(m_volume);
    m_changed.clear();
    const auto steps = stepsOf(order, {});
    const Outcome done = steps ? carryOutVerified(*steps, *volume) : fail(steps.error());
    if (!done) {
        return fail(done.error());
    }
    const QList<Extent> changed = inWholeBlocks(m_changed, QFileInfo(m_scratch).size());
    const auto own = differingBlocks(m_setup.base, m_scratch, changed);
    if (!own) {
        return fail(own.error());
    }
    const QList<Extent> all = inWholeBlocks(m_setup.commonExtents + *own, QFileInfo(m_scratch).size());
    const QString part = m_setup.work + u'/' + order.device.name + u".overlay"_s;
    const auto blockMap = writeOverlay(m_scratch, all, part);
    if (!blockMap) {
        QFile::remove(part);
        return fail(blockMap.error());
    }
    const QString path = pathOf(order, u".overlay"_s);
    Outcome kept = rename(part, path);
    if (kept) {
        kept = writeFileAtomically(pathOf(order, u".bmap"_s), *blockMap);
    }
    if (kept) {
        kept = copyExtents(m_setup.common, m_scratch, changed);
    }
    if (!kept) {
        return fail(kept.error());
    }
    m_volume = std::move(volume);
    qint64 bytes = 0;
    for (const Extent &extent : all) {
        bytes += extent.size;
    }
    return QJsonObject{{u"file"_s, QFileInfo(path).fileName()},
                       {u"size"_s, QFileInfo(path).size()},
                       {u"bytes"_s, bytes},
                       {u"bmap"_s, order.device.name + u".bmap"_s},
                       {u"bmap_sha256"_s, QString::fromLatin1(Sha256::hash(*blockMap).toHex())}};
}

} // namespace sgn::provision
