// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/BlockUndo.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"

#include <algorithm>
#include <cerrno>
#include <QDataStream>
#include <QFile>
#include <QList>
#include <unistd.h>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 blockSize = 4096;
constexpr qint64 maxUndo = qint64{1024} * 1024 * 1024;
constexpr qint64 sectorSize = 512;
const QByteArray undoFormat = "sgn-boot-undo 2"_ba;

struct Block
{
    qint64 offset = 0; // in the image
    QByteArray bytes;
};

auto cannot(const QString &what, const QFile &file)
{
    return fail(file.error() == QFileDevice::ResourceError ? ErrorCode::NoSpace : ErrorCode::Io,
                u"cannot %1 %2: %3"_s.arg(what, file.fileName(), file.errorString()));
}

Outcome writeBlocks(const QString &image, const QList<Block> &blocks)
{
    QFile file(image);
    if (!file.open(QIODevice::ReadWrite | QIODevice::Unbuffered)) {
        return cannot(u"write"_s, file);
    }
    for (const Block &block : blocks) {
        if (!file.seek(block.offset) || file.write(block.bytes) != block.bytes.size()) {
            return cannot(u"write"_s, file);
        }
    }
    if (!file.flush() || ::fdatasync(file.handle()) != 0) {
        return fail(systemError(u"cannot write %1"_s.arg(image), errno));
    }
    return {};
}

// The partition table and the disk's number.
QByteArray identityOf(const QString &image)
{
    QFile file(image);
    return file.open(QIODevice::ReadOnly) ? file.read(sectorSize) : QByteArray();
}

QByteArray encoded(const QByteArray &identity, const QList<Block> &blocks)
{
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream.setVersion(QDataStream::Qt_6_4);
    stream << undoFormat << identity << qint64{blocks.size()};
    for (const Block &block : blocks) {
        stream << block.offset << block.bytes;
    }
    return bytes;
}

Result<QList<Block>> decoded(const QByteArray &identity, const QByteArray &bytes)
{
    QDataStream stream(bytes);
    stream.setVersion(QDataStream::Qt_6_4);
    QByteArray format;
    QByteArray image;
    qint64 count = 0;
    stream >> format >> image >> count;
    QList<Block> blocks;
    while (format == undoFormat && blocks.size() < count && stream.status() == QDataStream::Ok) {
        Block block;
        stream >> block.offset >> block.bytes;
        blocks += block;
    }
    if (format != undoFormat || stream.status() != QDataStream::Ok || !stream.atEnd()) {
        return fail(ErrorCode::Io, u"it is damaged"_s);
    }
    if (image != identity) {
        return fail(ErrorCode::Refused, u"it is of another image; remove it"_s);
    }
    return blocks;
}

} // namespace

BlockUndo::BlockUndo(QString image, const Partition &partition, QList<Extent> *changed)
    : m_image(std::move(image))
    , m_partition(partition)
    , m_undo(m_image + u".sgn-boot-undo"_s)
    , m_changed(changed)
{}

Outcome BlockUndo::copyTo(const QString &copy) const
{
    QFile from(m_image);
    QFile to(copy);
    if (!from.open(QIODevice::ReadOnly) || !from.seek(m_partition.start)) {
        return cannot(u"read"_s, from);
    }
    QFile::remove(copy);
    if (!to.open(QIODevice::WriteOnly | QIODevice::NewOnly | QIODevice::Unbuffered,
                 QFileDevice::ReadOwner | QFileDevice::WriteOwner) ||
        !to.resize(m_partition.size)) {
        return cannot(u"write"_s, to);
    }
    constexpr qint64 piece = 256 * blockSize;
    const QByteArray zeros(piece, '\0');
    for (qint64 done = 0; done < m_partition.size;) {
        const QByteArray bytes = from.read(std::min(piece, m_partition.size - done));
        if (bytes.isEmpty()) {
            return cannot(u"read"_s, from);
        }
        const bool isHole = QByteArrayView(bytes) == QByteArrayView(zeros).first(bytes.size());
        if (!isHole && (!to.seek(done) || to.write(bytes) != bytes.size())) {
            return cannot(u"write"_s, to);
        }
        done += bytes.size();
    }
    return to.flush() ? Outcome() : Outcome(cannot(u"write"_s, to));
}

Outcome BlockUndo::replaceBy(const QString &copy) const
{
    QFile before(m_image);
    QFile after(copy);
    if (!before.open(QIODevice::ReadOnly) || !before.seek(m_partition.start)) {
        return cannot(u"read"_s, before);
    }
    if (!after.open(QIODevice::ReadOnly)) {
        return cannot(u"read"_s, after);
    }
    QList<Block> olds;
    QList<Block> news;
    for (qint64 done = 0; done < m_partition.size; done += blockSize) {
        const qint64 size = std::min(blockSize, m_partition.size - done);
        const QByteArray old = before.read(size);
        const QByteArray changed = after.read(size);
        if (old.size() != size || changed.size() != size) {
            return cannot(u"read"_s, old.size() != size ? before : after);
        }
        if (old != changed) {
            olds += {m_partition.start + done, old};
            news += {m_partition.start + done, changed};
        }
    }
    if (auto kept = writeFileAtomically(m_undo, encoded(identityOf(m_image), olds), 0600); !kept) {
        return kept;
    }
    if (auto written = writeBlocks(m_image, news); !written) {
        const auto undone = undoInterrupted();
        return undone ? written : undone;
    }
    for (const Block &block : std::as_const(news)) {
        if (m_changed != nullptr) {
            *m_changed += {block.offset, block.bytes.size()};
        }
    }
    QFile::remove(m_undo);
    return {};
}

bool BlockUndo::isInterrupted() const
{
    return QFile::exists(m_undo);
}

Outcome BlockUndo::undoInterrupted() const
{
    removeTemporaries(m_undo); // of a run that was killed while it wrote one
    if (!isInterrupted()) {
        return {};
    }
    const auto bytes = readFile(m_undo, maxUndo);
    const auto blocks = bytes ? decoded(identityOf(m_image), *bytes) : fail(bytes.error());
    const Outcome undone = blocks ? writeBlocks(m_image, *blocks) : fail(blocks.error());
    if (!undone) {
        return fail(ErrorCode::Io, u"the interrupted change of %1 cannot be undone by %2: %3"_s.arg(
                                       m_image, m_undo, undone.error().message));
    }
    QFile::remove(m_undo);
    return {};
}

} // namespace sgn::card
