// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QMap>
#include <QString>

namespace sgn::test {

// What a folder holds, to compare before and after: path → "kind permissions content".
using TreeSnapshot = QMap<QString, QByteArray>;

inline TreeSnapshot snapshotOf(const QString &folder)
{
    TreeSnapshot snapshot;
    QDirIterator iterator(folder, QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
                          QDirIterator::Subdirectories);
    while (iterator.hasNext()) {
        iterator.next();
        const QFileInfo info = iterator.fileInfo();
        QByteArray state = QByteArray::number(static_cast<uint>(info.permissions().toInt()), 16);
        if (info.isSymLink()) {
            state = "link " + info.symLinkTarget().toUtf8();
        } else if (info.isDir()) {
            state.prepend("folder ");
        } else if (!info.isFile()) {
            state.prepend("special "); // opening a FIFO would wait for a writer
        } else {
            QFile file(info.filePath());
            state.prepend("file ").append(file.open(QIODevice::ReadOnly) ? ' ' + file.readAll() : " unreadable");
        }
        snapshot.insert(info.filePath().sliced(folder.size() + 1), state);
    }
    return snapshot;
}

} // namespace sgn::test
