// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "base/Result.h"

#include <QByteArrayView>
#include <QString>

namespace sgn {

// Length of the part of a file that isProgramHead() looks at, in bytes.
inline constexpr qsizetype programHeadSize = 4;
// Whether a file that begins like this gets its execute bit: a script with a #! line or an ELF file.
[[nodiscard]] bool isProgramHead(QByteArrayView head);

// A new folder that a zip is unpacked into. Every path is walked part by part from the folder's own descriptor without
// following a symlink, every file is made anew, so that nothing outside can be reached or overwritten. This takes the
// place of libarchive's disk writer: its secure mode needs paths relative to the process's working folder, which
// belongs to all threads, and looks every path up from there again. The folder is removed with all that is in it unless
// commit() succeeded.
class StagingFolder
{
public:
    // Makes the folder; it must not exist. Errors: Io, NoSpace.
    [[nodiscard]] static Result<StagingFolder> create(const QString &path);
    // One that is there already, or a new one; kept in any case. Errors as create().
    [[nodiscard]] static Result<StagingFolder> continued(const QString &path);
    StagingFolder(StagingFolder &&other) noexcept;
    StagingFolder &operator=(StagingFolder &&) = delete;
    ~StagingFolder();

    // Bytes that this process's user may still write.
    [[nodiscard]] Result<qint64> freeSpace() const;

    // Paths as by zipPath(). Folders in between are made. BadArchive when something is in the way.
    [[nodiscard]] Outcome addFolder(const QString &path);
    [[nodiscard]] Outcome addSymlink(const QString &path, const QString &target);
    // beginFile, write…, endFile: one file at a time.
    [[nodiscard]] Outcome beginFile(const QString &path);
    [[nodiscard]] Outcome write(QByteArrayView bytes);
    [[nodiscard]] Outcome endFile();

    // Syncs everything to the disk and keeps the folder.
    [[nodiscard]] Outcome commit();

private:
    StagingFolder(const QString &path, Descriptor root);
    // The descriptor of the folder that `path` is in; made when missing.
    [[nodiscard]] Result<int> openParent(const QString &path);

    QString m_path;
    Descriptor m_root;
    // Entries of one folder come together, so the last one stays open.
    QString m_parentPath;
    Descriptor m_parent;
    QString m_filePath;
    Descriptor m_file;
    QByteArray m_head; // the first bytes of the file
    bool m_keep = false;
};

} // namespace sgn
