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
    // All of the commands or none: what goes wrong is undone. Checked by e2fsck afterwards. `bytes` is about how much
    // they write; NoSpace when the disk of the image hasn't room for that and for undoing it.
    [[nodiscard]] Outcome change(const QByteArrayList &commands, qint64 bytes) const;
    [[nodiscard]] bool isInterrupted() const;
    // Undoes a change that was interrupted, if there is one.
    [[nodiscard]] Outcome undoInterrupted() const;

    [[nodiscard]] const QString &image() const { return m_image; }
    // A file in the folder where debugfs runs: it is named in commands by `name` alone, whatever TMPDIR is.
    [[nodiscard]] QString exchangeFile(const QString &name) const { return m_exchange.filePath(name); }

private:
    enum class Access { Read, Write };
    [[nodiscard]] Result<QByteArrayList> run(const QByteArrayList &commands, Access access) const;
    [[nodiscard]] Outcome checkDisk(qint64 bytes) const;
    [[nodiscard]] Outcome checkWhole() const;
    // Why a change that was undone failed: it isn't the change if the file system was damaged before.
    [[nodiscard]] Error reasonOf(const Error &failure) const;
    [[nodiscard]] bool isAsBefore() const;
    [[nodiscard]] bool wasBeingChanged() const;
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
    QTemporaryDir m_exchange;
};

} // namespace sgn::card
