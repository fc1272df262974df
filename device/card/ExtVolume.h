// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Debugfs.h"
#include "card/Volume.h"

#include <memory>
#include <optional>

namespace sgn::card {

// The ext4 file system in an image, read and written by Debugfs, which needs no rights but those to the file.
class ExtVolume final : public Volume
{
public:
    // Refused if it isn't ext4, has a journal that must be replayed first, has inline_data, or is larger than its
    // partition; undoes an interrupted change, or refuses it where nothing may be changed. `changed`: as Debugfs has
    // it.
    [[nodiscard]] static Result<std::unique_ptr<ExtVolume>> open(const QString &image, const Partition &partition,
                                                                 Access access = Access::Change,
                                                                 QList<Extent> *changed = nullptr);

    [[nodiscard]] Result<QMap<QByteArray, Node>> look(const QByteArrayList &paths) override;
    [[nodiscard]] Result<QMap<QByteArray, Node>> lookThrough(const QByteArrayList &paths) override;
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
    // Which file each path leads to, link by link, and what is there, by these places.
    struct Reached
    {
        QMap<QByteArray, QByteArray> places;
        QMap<QByteArray, Node> nodes;
    };
    [[nodiscard]] Result<Reached> reach(const QByteArrayList &paths);
    // The wishes at the places where they are put.
    [[nodiscard]] Result<QList<Wish>> placed(const QList<Wish> &wishes);
    [[nodiscard]] Outcome checkLinks(const QList<Wish> &folders);
    [[nodiscard]] Outcome checkFolderAbove(const QByteArray &path, const QMap<QByteArray, Node> &there);
    [[nodiscard]] Result<QByteArrayList> commandsFor(const Wish &wish, const std::optional<Node> &before);
    // The name of a file in the folder where debugfs runs, that has the wish's content.
    [[nodiscard]] Result<QByteArray> handOver(const Wish &wish);

    Debugfs m_debugfs;
    int m_handedOver = 0;
};

} // namespace sgn::card
