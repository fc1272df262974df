// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/UndoFile.h"

#include <algorithm>
#include <optional>
#include <QFile>
#include <QtEndian>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype headSize = 512;
constexpr qsizetype keySize = 16; // and so large is the head of a block of keys
constexpr quint32 keyMagic = 0xCADECADE;
constexpr quint64 maxKeys = 64 * 1024 * 1024;
constexpr quint32 maxBlockSize = 1024 * 1024;

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
    if (bytes.size() != headSize || !bytes.startsWith("E2UNDO02")) {
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

} // namespace

Result<QList<Extent>> extentsInUndoFile(const QString &path)
{
    const auto damaged = [&path] {
        return fail(ErrorCode::BadFile, u"%1 is no undo file of e2fsprogs"_s.arg(path));
    };
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(path, file.errorString()));
    }
    const auto head = headOf(file.read(headSize));
    if (!head) {
        return damaged();
    }
    const qint64 blockSize = head->blockSize;
    const auto perBlock = static_cast<quint64>(blockSize / keySize - 1);
    auto at = static_cast<qint64>(head->keyBlock) * blockSize;
    QList<Extent> extents;
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
            if (block > quint64{1} << 48) {
                return damaged();
            }
            extents += {static_cast<qint64>(block * head->fsBlockSize), size};
            // The old content is behind the keys, each in whole blocks.
            at += (size + blockSize - 1) / blockSize * blockSize;
        }
        left -= count;
    }
    return extents;
}

} // namespace sgn::card
