// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/PartitionTable.h"
#include "card/Volume.h"

#include <memory>
#include <optional>
#include <QTemporaryDir>

namespace sgn::card {

// The ext4 file system in an image, read and written by debugfs(8), which needs no rights but those to the file. What
// it is about to overwrite goes to files beside the image first (<image>.sgn-undo, .sgn-super), by which an interrupted
// change is undone when the image is opened the next time.
class ExtVolume final : public Volume
{
public:
    // Refused if it isn't ext4, or has a journal that must be replayed first; undoes an interrupted change.
    [[nodiscard]] static Result<std::unique_ptr<ExtVolume>> open(const QString &image, const Partition &partition);

    [[nodiscard]] Result<QMap<QByteArray, Node>> look(const QByteArrayList &paths) override;
    [[nodiscard]] Result<QMap<QByteArray, QByteArray>> read(const QByteArrayList &paths, qint64 maxSize) override;
    [[nodiscard]] Result<QByteArrayList> list(const QByteArray &folder) override;
    [[nodiscard]] Result<qint64> freeBytes() override;
    // All of it or nothing: what goes wrong is undone. Checked by e2fsck afterwards.
    [[nodiscard]] Outcome apply(const QList<Wish> &wishes) override;

private:
    ExtVolume(QString image, const Partition &partition);

    enum class Access { Read, Write };
    // The output of each command.
    [[nodiscard]] Result<QByteArrayList> run(const QByteArrayList &commands, Access access);
    [[nodiscard]] Outcome keepSuperblock() const;
    [[nodiscard]] Outcome undo() const;
    void forgetUndo() const;
    [[nodiscard]] Outcome checkWhole() const;
    // The paths with those links resolved that lead to folders above them, by the path as it was given.
    [[nodiscard]] Result<QMap<QByteArray, QByteArray>> withoutLinksAbove(const QByteArrayList &paths);
    [[nodiscard]] Result<QMap<QByteArray, QByteArray>> targetsOf(const QByteArrayList &paths);
    [[nodiscard]] Outcome carryOut(const QByteArrayList &commands);
    [[nodiscard]] Result<QByteArrayList> commandsFor(const Wish &wish, const std::optional<Node> &before);

    QString m_image;
    QString m_address; // as the tools of e2fsprogs name the partition
    qint64 m_start;
    QString m_undo;
    QString m_superblock;
    QTemporaryDir m_exchange; // where contents pass through
};

} // namespace sgn::card
