// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <functional>
#include <QList>
#include <QString>
#include <QStringList>
#include <stop_token>

namespace sgn {

// Zip files of untrusted origin. All functions here block, work on values only and are meant for Qt Concurrent;
// `progress` is called on the thread that does the work, at most once per 256 KiB. A std::stop_token ends the work
// soon, with Cancelled.
//
// Errors: BadArchive (damaged, or breaks a rule), TooLarge (over a limit), NoSpace, Io, NotFound, Cancelled.

using ZipProgress = std::function<void(qint64 bytesDone, qint64 bytesTotal)>;

// Limits of security.md. `maxRatio` is unpacked to packed size of the whole file and only counts over `ratioFloor`
// unpacked bytes, since small files of one repeated byte are honest.
struct ZipLimits
{
    int maxEntries = 20'000;
    qint64 maxBytes = qint64{2} * 1024 * 1024 * 1024;
    qint64 maxRatio = 200;
    qint64 ratioFloor = qint64{10} * 1000 * 1000;
};

enum class ZipEntryType { File, Folder, Symlink };

// One entry of a zip's directory.
struct ZipEntry
{
    QString path; // relative, '/' between parts, no '/' at the end
    ZipEntryType type = ZipEntryType::File;
    qint64 size = 0;    // unpacked bytes
    QString linkTarget; // of a symlink

    friend bool operator==(const ZipEntry &, const ZipEntry &) = default;
};

// Every entry, checked against the limits and the rules for names. Reads the directory, not the contents.
[[nodiscard]] Result<QList<ZipEntry>> listZip(const QString &zip, const ZipLimits &limits = {});

// The one folder that all entries are below, e.g. "SmartMeter"; BadArchive when there isn't exactly one, or a
// symlink leads out of it.
[[nodiscard]] Result<QString> topFolderOf(const QList<ZipEntry> &entries);

// The content of one small file, e.g. "JabberClient/version". NotFound when there is none, TooLarge over `maxSize`.
[[nodiscard]] Result<QByteArray> readZipEntry(const QString &zip, const QString &path, qint64 maxSize,
                                              const ZipLimits &limits = {});

// How a zip is unpacked.
struct ExtractRules
{
    QString topFolder; // every entry must be it or below it; empty: any, and no symlinks
    ZipLimits limits;
    ZipProgress progress;
    std::stop_token stop;
};

// What was unpacked.
struct ExtractReport
{
    int files = 0;
    qint64 bytes = 0;
};

// Unpacks into `target`, which must not exist and is made (its parent must exist): the release is then at
// <target>/<topFolder>. Everything is durable when it returns; after any error `target` is removed again. Nothing
// outside of it is ever touched, whatever the zip contains. Refused beside the limits: names that are absolute, have
// "." or ".." parts, backslashes, control characters or aren't in the encoding that they are marked with; files twice;
// a file where a folder is; anything but files, folders and symlinks that stay inside. Files get mode 0644, or 0755
// when they begin with "#!" or an ELF header, whatever mode the zip has; folders get 0755.
[[nodiscard]] Result<ExtractReport> extractZip(const QString &zip, const QString &target, const ExtractRules &rules);

// A file to pack.
struct PackFile
{
    QString source; // a regular file; symlinks to one are followed
    QString name;   // in the zip, '/' between parts
    // As the file system has it, where that is no UTF-8; else empty.
    QByteArray rawSource = {};
    qint64 offset = 0;  // where it begins, for the end of a long file
    qint64 length = -1; // at most so many bytes from there on; -1: to its end
};

// How files are packed.
struct PackRules
{
    // What can't be read: a log may be rotated away between listing and packing, or be another user's. Of a file that
    // can't be read to its end the beginning is packed.
    enum class Missing { Fail, Skip };
    Missing missing = Missing::Fail;
    // For each one that is skipped and still there.
    std::function<void(const PackFile &file, const Error &reason)> skipped = {};
    ZipProgress progress;
    std::stop_token stop;
};

// Packs files, deflated, with their modification times. `zip` appears complete or not at all and replaces an older one.
// Each file is packed as long as it is when its turn comes, so that a log that grows meanwhile doesn't matter.
[[nodiscard]] Outcome packZip(const QList<PackFile> &files, const QString &zip, const PackRules &rules = {});

// How far a folder is listed: a meter that never removes a log may have left any number of them.
struct ListLimits
{
    qsizetype files = 5'000;    // that are listed, the newest ones
    qint64 entries = 1'000'000; // that are looked at, folders included
    qsizetype folders = 10'000; // that wait at the same time to be looked through
    std::stop_token stop = {};
};

// What is listed of a folder.
struct FileList
{
    QList<PackFile> files;  // in order of names
    QStringList unreadable; // names of folders and files below that can't be read, at most as many as files are listed
    qint64 older = 0;       // files that were found, but aren't listed
    bool isWhole = true;    // false: there is more than entries or folders may be looked at
};

// The newest regular files below `folder`, named "<nameInZip>/..."; symlinks are left out. What zipPath() refuses in a
// name becomes '_'. Needs memory for what is listed only. NotFound, Io, Cancelled.
[[nodiscard]] Result<FileList> filesBelow(const QString &folder, const QString &nameInZip,
                                          const ListLimits &limits = {});

} // namespace sgn
