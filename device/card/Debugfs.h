// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "card/Extent.h"
#include "card/PartitionTable.h"

#include <QByteArrayList>
#include <QString>
#include <QTemporaryDir>

namespace sgn::card {

// An ext4 file system in an image, through debugfs(8), e2undo(8) and e2fsck(8). What a change is about to overwrite
// goes to files beside the image first (<image>.sgn-undo, .sgn-super), by which an interrupted change can be undone.
// All functions block. Errors: NotFound (the programs aren't installed), NoSpace, Io.
class Debugfs
{
public:
    // `changed` may be null and outlives the object; what changes overwrite, as places of the image, is added to it.
    Debugfs(QString image, const Partition &partition, QList<Extent> *changed = nullptr);

    // The output of each command, which is one line; a command that finds nothing has none.
    [[nodiscard]] Result<QByteArrayList> read(const QByteArrayList &commands) const;
    // All of the commands or none: what goes wrong is undone. Checked by e2fsck afterwards.
    [[nodiscard]] Outcome change(const QByteArrayList &commands) const;
    [[nodiscard]] bool isInterrupted() const;
    // Undoes a change that was interrupted, if there is one.
    [[nodiscard]] Outcome undoInterrupted() const;

    [[nodiscard]] const QString &image() const { return m_image; }

private:
    enum class Access { Read, Write };
    [[nodiscard]] Result<QByteArrayList> run(const QByteArrayList &commands, Access access) const;
    [[nodiscard]] Outcome checkWhole() const;
    [[nodiscard]] Outcome keepSuperblock() const;
    [[nodiscard]] Outcome undo() const;
    void forgetUndo() const;
    [[nodiscard]] Outcome noteChanges() const;

    QString m_image;
    QString m_address; // as the tools of e2fsprogs name the partition
    qint64 m_start;
    QList<Extent> *m_changed;
    QString m_undo;
    QString m_superblock;
    QTemporaryDir m_scripts;
};

} // namespace sgn::card
