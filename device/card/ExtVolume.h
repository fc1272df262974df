// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Debugfs.h"
#include "card/Volume.h"

#include <memory>
#include <optional>
#include <QTemporaryDir>

namespace sgn::card {

// The ext4 file system in an image, read and written by Debugfs, which needs no rights but those to the file.
class ExtVolume final : public Volume
{
public:
    // Refused if it isn't ext4, or has a journal that must be replayed first; undoes an interrupted
    // change, or refuses it where nothing may be changed.
    // `changed`: as Debugfs has it.
    [[nodiscard]] static Result<std::unique_ptr<ExtVolume>> open(const QString &image, const Partition &partition,
                                                                 Access access = Access::Change,
                                                                 QList<Extent> *changed = nullptr);

    [[nodiscard]] Result<QMap<QByteArray, Node>> look(const QByteArrayList &paths) override;
    [[nodiscard]] Result<QMap<QByteArray, QByteArray>> read(const QByteArrayList &paths, qint64 maxSize) override;
    [[nodiscard]] Result<QByteArrayList> list(const QByteArray &folder) override;
    [[nodiscard]] Result<qint64> freeBytes() override;
    // All of it or nothing.
    [[nodiscard]] Outcome apply(const QList<Wish> &wishes) override;

private:
    ExtVolume(const QString &image, const Partition &partition, QList<Extent> *changed);

    // The paths with those links resolved that lead to folders above them, by the path as it was given.
    [[nodiscard]] Result<QMap<QByteArray, QByteArray>> withoutLinksAbove(const QByteArrayList &paths);
    [[nodiscard]] Result<QMap<QByteArray, QByteArray>> targetsOf(const QByteArrayList &paths);
    [[nodiscard]] Result<QByteArrayList> commandsFor(const Wish &wish, const std::optional<Node> &before);

    Debugfs m_debugfs;
    QTemporaryDir m_exchange; // where contents pass through
};

} // namespace sgn::card
