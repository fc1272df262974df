// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/Extent.h"
#include "card/PartitionTable.h"

#include <QString>

namespace sgn::card {

// Replaces a partition of an image by a changed copy of it, whole or not at all. What is about to be overwritten goes
// to <image>.sgn-boot-undo first, durably, by which an interrupted change is undone; not in another image that was put
// in its place since, which its first sector shows. Only blocks that differ are written. All functions block. Errors:
// NoSpace, Io.
class BlockUndo
{
public:
    // `changed` may be null and outlives the object; the blocks that are replaced are added to it.
    BlockUndo(QString image, const Partition &partition, QList<Extent> *changed = nullptr);

    // A sparse copy of the partition, a new file (mode 0600).
    [[nodiscard]] Outcome copyTo(const QString &copy) const;
    [[nodiscard]] Outcome replaceBy(const QString &copy) const;

    [[nodiscard]] bool isInterrupted() const;
    // Does nothing when nothing was interrupted.
    [[nodiscard]] Outcome undoInterrupted() const;

private:
    QString m_image;
    Partition m_partition;
    QString m_undo;
    QList<Extent> *m_changed;
};

} // namespace sgn::card
