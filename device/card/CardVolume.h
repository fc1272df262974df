// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/CardLock.h"
#include "card/Volume.h"

#include <memory>

namespace sgn::card {

// Both partitions of a card as the device sees them: the root, and the boot files where they are mounted at runtime.
class CardVolume final : public Volume
{
public:
    // `boot` may be null: nothing is in its folder then, and changes there are Refused. `lock` is kept.
    CardVolume(CardLock lock, std::unique_ptr<Volume> root, std::unique_ptr<Volume> boot, QByteArray bootFolder);

    [[nodiscard]] Result<QMap<QByteArray, Node>> look(const QByteArrayList &paths) override;
    [[nodiscard]] Result<QMap<QByteArray, Node>> lookThrough(const QByteArrayList &paths) override;
    [[nodiscard]] Result<QMap<QByteArray, QByteArray>> read(const QByteArrayList &paths, qint64 maxSize) override;
    [[nodiscard]] Result<QByteArrayList> list(const QByteArray &folder) override;
    // What the root has.
    [[nodiscard]] Result<qint64> freeBytes() override;
    // Each partition for itself is whole or undone where its volume is: the root first.
    [[nodiscard]] Outcome apply(const QList<Wish> &wishes) override;

private:
    using Look = Result<QMap<QByteArray, Node>> (Volume::*)(const QByteArrayList &paths);
    [[nodiscard]] Result<QMap<QByteArray, Node>> lookBy(Look look, const QByteArrayList &paths);
    [[nodiscard]] bool isBootFile(const QByteArray &path) const;
    [[nodiscard]] QByteArray inBoot(const QByteArray &path) const;

    CardLock m_lock; // released after all else
    std::unique_ptr<Volume> m_root;
    std::unique_ptr<Volume> m_boot;
    QByteArray m_bootFolder;
};

} // namespace sgn::card
