// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/UndoFile.h"

#include <algorithm>
#include <optional>
#include <QFile>
#include <QtEndian>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

const QByteArray mark = "E2UNDO02"_ba;
constexpr qsizetype headSize = 512;
constexpr qsizetype keySize = 16; // and so large is the head of a block of keys
constexpr quint32 keyMagic = 0xCADECADE;
constexpr quint64 maxKeys = 64 * 1024 * 1024;
constexpr quint32 maxBlockSize = 1024 * 1024;
constexpr quint64 maxPlace = quint64{1} << 60; // larger than any file system

struct UndoHead
{
    quint64 keys = 0;
    quint64 keyBlock = 0; // where the first block of keys is, in blocks of this file
    quint32 blockSize = 0;
    quint32 fsBlockSize = 0;
};

bool isBlockSize(quint32 size)
{
    return size >= 512 && size <= maxBlockSize && (size & (size - 1)) == 0;
}

std::optional<UndoHead> headOf(const QByteArray &bytes)
{
    if (bytes.size() != headSize || !bytes.startsWith(mark)) {
        return std::nullopt;
    }
    const auto number = [&bytes](int at) {
        return qFromLittleEndian<quint64>(bytes.constData() + at);
    };
    const auto half = [&bytes](int at) {
        return qFromLittleEndian<quint32>(bytes.constData() + at);
    };
    const UndoHead head{.keys = number(8), .keyBlock = number(24), .blockSize = half(32), .fsBlockSize = half(36)};
    const bool isGood = isBlockSize(head.blockSize) && isBlockSize(head.fsBlockSize) && head.keys <= maxKeys &&
                        head.keyBlock > 0 && head.keyBlock <= maxKeys;
    return isGood ? std::optional(head) : std::nullopt;
}

// A stretch that was overwritten, and where its old content is in the undo file.
struct Kept
{
    Extent place; // in the file system
    qint64 at = 0;
};

Result<QList<Kept>> keptIn(QFile &file)
{
    const auto damaged = [&file] {
        return fail(ErrorCode::BadFile, u"%1 is no undo file of e2fsprogs"_s.arg(file.fileName()));
    };
    const auto head = headOf(file.read(headSize));
    if (!head) {
        return damaged();
    }
    const qint64 blockSize = head->blockSize;
    const auto perBlock = static_cast<quint64>(blockSize / keySize - 1);
    auto at = static_cast<qint64>(head->keyBlock) * blockSize;
    QList<Kept> all;
    for (quint64 left = head->keys; left > 0;) {
        const quint64 count = std::min(perBlock, left);
        const QByteArray keys = file.seek(at) ? file.read(blockSize) : QByteArray();
        if (keys.size() != blockSize || qFromLittleEndian<quint32>(keys.constData()) != keyMagic) {
            return damaged();
        }
        at += blockSize;
        for (quint64 i = 0; i < count; ++i) {
            const char *const key = keys.constData() + (i + 1) * keySize;
            const auto block = qFromLittleEndian<quint64>(key);
            const qint64 size = qFromLittleEndian<quint32>(key + 12);
            if (block > maxPlace / head->fsBlockSize || size == 0) {
                return damaged();
            }
            all += {{static_cast<qint64>(block * head->fsBlockSize), size}, at};
            // The old content is behind the keys, each in whole blocks.
            at += (size + blockSize - 1) / blockSize * blockSize;
        }
        left -= count;
    }
    return all;
}

auto cannotRead(const QFile &file)
{
    return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(file.fileName(), file.errorString()));
}

} // namespace

Result<QList<Extent>> extentsInUndoFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return cannotRead(file);
    }
    const auto all = keptIn(file);
    if (!all) {
        return fail(all.error());
    }
    QList<Extent> extents;
    for (const Kept &kept : *all) {
        extents += kept.place;
    }
    return extents;
}

Result<bool> isUndone(const QString &undoFile, const QString &image, qint64 start)
{
    QFile undo(undoFile);
    QFile file(image);
    if (!undo.open(QIODevice::ReadOnly) || !file.open(QIODevice::ReadOnly)) {
        return cannotRead(undo.isOpen() ? file : undo);
    }
    // The number of keys is behind the mark; of none the rest of the head isn't filled in.
    const QByteArray begin = undo.peek(mark.size() + qsizetype{sizeof(quint64)});
    if (begin.size() < mark.size() + qsizetype{sizeof(quint64)} || !begin.startsWith(mark) ||
        qFromLittleEndian<quint64>(begin.constData() + mark.size()) == 0) {
        return true;
    }
    const auto all = keptIn(undo);
    if (!all) {
        return fail(all.error());
    }
    for (const Kept &kept : *all) {
        if (!undo.seek(kept.at) || !file.seek(start + kept.place.start) ||
            undo.read(kept.place.size) != file.read(kept.place.size)) {
            return false;
        }
    }
    return true;
}

} // namespace sgn::card
