// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive/StagingFolder.h"
#include "archive/ZipMemberReader.h"
#include "crypto/Sha256.h"
#include "download/Download.h"

#include <optional>
#include <QFile>
#include <QHash>
#include <QSet>
#include <stop_token>

namespace sgn::download {

// The files of a release in its staging folder. What counts as one of them is compared with the signed list, byte for
// byte; the functions block and are meant for Qt Concurrent.

// Keeps the complete files of what an earlier try has left, removes the rest, and returns what is kept. Io, Cancelled.
[[nodiscard]] Result<QSet<QString>> keepComplete(const ReleaseContent &content, const std::stop_token &stop);

// Copies installed files. Returns those that were still the same while they were copied. NoSpace, Io, Cancelled.
[[nodiscard]] Result<QSet<QString>> copyInstalled(const ReleaseContent &content, const QSet<QString> &paths,
                                                  const std::stop_token &stop);

// A patch that was fetched.
struct FetchedPatch
{
    qint64 place = 0; // of its content in the file of patches
    qint64 size = 0;

    friend bool operator==(const FetchedPatch &, const FetchedPatch &) = default;
};

// Makes files of installed ones and the patches of them, by path. HashMismatch and those of applyPatch(); Cancelled.
[[nodiscard]] Outcome applyPatches(const ReleaseContent &content, const QHash<QString, FetchedPatch> &patches,
                                   const QString &patchesFile, const std::stop_token &stop);

// What is left when all files are there.
struct Remainder
{
    QStringList folders;              // paths
    QHash<QString, QString> symlinks; // targets by path
};

// Makes it, and syncs the whole folder. BadArchive for a link that leads out of the release; Io.
[[nodiscard]] Outcome completeStage(const ReleaseContent &content, const Remainder &remainder);

// Writes members of a zip into the staging folder while their bytes are fetched. Lives in one thread.
class MemberWriter
{
public:
    // `members` in the order of their bytes; those with a patch go to `patchesFile`, which is begun anew.
    MemberWriter(ReleaseContent content, QList<ZipMember> members, const QString &patchesFile);
    ~MemberWriter();

    [[nodiscard]] Outcome open();
    // Bytes of the zip from `offset` on; never before the last ones. What belongs to none of the members is passed
    // over. HashMismatch when a file isn't the one that was signed; those of ZipMemberReader; NoSpace, Io.
    [[nodiscard]] Outcome take(qint64 offset, QByteArrayView bytes);
    // After the last bytes.
    void close();

    [[nodiscard]] const QHash<QString, QString> &symlinks() const { return m_symlinks; }
    [[nodiscard]] const QHash<QString, FetchedPatch> &patches() const { return m_fetchedPatches; }

private:
    [[nodiscard]] Outcome begin(const ZipMember &member);
    [[nodiscard]] Outcome write(const ZipMember &member, QByteArrayView bytes);
    [[nodiscard]] Outcome end(const ZipMember &member);

    ReleaseContent m_content;
    QList<ZipMember> m_members;
    QFile m_patches;
    std::optional<StagingFolder> m_folder;
    qsizetype m_next = 0; // of the members
    std::optional<ZipMemberReader> m_reader;
    Sha256 m_hash;
    QByteArray m_target; // of a symlink
    qint64 m_patchStart = 0;
    QHash<QString, QString> m_symlinks;
    QHash<QString, FetchedPatch> m_fetchedPatches;
};

} // namespace sgn::download
