// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/BlockUndo.h"
#include "card/Tool.h"
#include "card/Volume.h"

#include <memory>
#include <QTemporaryDir>

namespace sgn::card {

// The FAT file system of the boot files in an image, through mtools, which need no rights but those to the file. It has
// neither owners nor modes nor links. Changes are made in a copy, which then replaces the partition by BlockUndo.
class FatVolume final : public Volume
{
public:
    // Refused if it is no FAT; undoes an interrupted change, or refuses it where nothing may be changed.
    // `changed`: as BlockUndo has it.
    [[nodiscard]] static Result<std::unique_ptr<FatVolume>> open(const QString &image, const Partition &partition,
                                                                 Access access, QList<Extent> *changed = nullptr);

    [[nodiscard]] Result<QMap<QByteArray, Node>> look(const QByteArrayList &paths) override;
    [[nodiscard]] Result<QMap<QByteArray, Node>> lookThrough(const QByteArrayList &paths) override;
    [[nodiscard]] Result<QMap<QByteArray, QByteArray>> read(const QByteArrayList &paths, qint64 maxSize) override;
    [[nodiscard]] Result<QByteArrayList> list(const QByteArray &folder) override;
    [[nodiscard]] Result<qint64> freeBytes() override;
    // All of it or nothing.
    [[nodiscard]] Outcome apply(const QList<Wish> &wishes) override;

private:
    FatVolume(const QString &image, const Partition &partition, QList<Extent> *changed);

    struct Entry
    {
        QByteArray name;
        bool isFolder = false;
    };
    // What is in a folder; nothing where there is none.
    [[nodiscard]] Result<QList<Entry>> entriesOf(const QByteArray &folder) const;
    // Folder or file; None where there is nothing.
    [[nodiscard]] Result<QMap<QByteArray, Node::Type>> typesOf(const QByteArrayList &paths) const;
    [[nodiscard]] Result<QMap<QByteArray, QByteArray>> contents(const QByteArrayList &paths) const;
    [[nodiscard]] Outcome put(const Wish &wish, Node::Type present);
    [[nodiscard]] Result<ToolOutput> run(const QString &tool, const QStringList &arguments) const;

    QString m_image;
    QString m_address; // as mtools name the partition where they run
    BlockUndo m_undo;
    QTemporaryDir m_exchange; // where mtools run
};

} // namespace sgn::card
