// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/StagedFiles.h"

#include "archive/FilePatch.h"
#include "archive/ZipPath.h"
#include "base/SystemError.h"
#include "release/ReleaseFolder.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <QFileInfo>
#include <utility>

namespace sgn::download {

using namespace Qt::StringLiterals;

namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> cancelled()
{
    return fail(ErrorCode::Cancelled, u"staging was cancelled"_s);
}

tl::unexpected<Error> notTheSigned(const QString &path)
{
    return fail(ErrorCode::HashMismatch, u"'%1' in the zip is not the one that was signed"_s.arg(path));
}

QString topFolderOf(const ReleaseContent &content)
{
    return content.files.isEmpty() ? QString() : content.files.firstKey().section(u'/', 0, 0);
}

// Whether the copy is the file that is listed; false where the installed one has changed meanwhile.
Result<bool> copyFile(StagingFolder &folder, const ReleaseContent &content, const QString &path)
{
    constexpr qint64 block = qint64{256} * 1024;
    QFile installed(content.installed(path));
    if (!installed.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
        return false;
    }
    if (auto begun = folder.beginFile(path); !begun) {
        return fail(std::move(begun).error());
    }
    Sha256 hash;
    QByteArray bytes(block, Qt::Uninitialized);
    qint64 read = 0;
    while ((read = installed.read(bytes.data(), bytes.size())) > 0) {
        const QByteArrayView part(bytes.constData(), read);
        hash.addData(part);
        if (auto written = folder.write(part); !written) {
            return fail(std::move(written).error());
        }
    }
    if (auto ended = folder.endFile(); !ended) {
        return fail(std::move(ended).error());
    }
    const auto listed = content.files.constFind(path);
    return read == 0 && listed != content.files.cend() && hash.finish() == listed->sha256;
}

Outcome removeFile(const QString &path)
{
    std::error_code error;
    fs::remove(QFile::encodeName(path).toStdString(), error);
    return error ? fail(systemError(u"cannot remove "_s + path, error.value())) : Outcome();
}

Result<QByteArray> contentOf(const FetchedPatch &patch, const QString &patchesFile)
{
    QFile file(patchesFile);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) || !file.seek(patch.place)) {
        return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(patchesFile, file.errorString()));
    }
    QByteArray content = file.read(patch.size);
    return content.size() == patch.size ? Result<QByteArray>(content)
                                        : fail(ErrorCode::Io, u"%1 is cut"_s.arg(patchesFile));
}

} // namespace

Result<QSet<QString>> keepComplete(const ReleaseContent &content, const std::stop_token &stop)
{
    const fs::path root(QFile::encodeName(content.stage).toStdString());
    QSet<QString> complete;
    QStringList rest;
    std::error_code error;
    if (!fs::exists(fs::symlink_status(root, error))) {
        return complete;
    }
    fs::recursive_directory_iterator it(root, error);
    for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        if (it->symlink_status(error).type() == fs::file_type::directory) {
            continue;
        }
        const QString place = QFile::decodeName(it->path().c_str());
        const QString path = QString::fromStdString(it->path().lexically_relative(root).native());
        const auto listed = content.files.constFind(path);
        // Links come last, and anew.
        const bool isComplete = listed != content.files.cend() && listed->kind != ReleaseFile::Kind::Symlink &&
                                checkReleaseFile(place, path, *listed, stop);
        if (isComplete) {
            complete += path;
        } else {
            rest += place;
        }
    }
    if (error) {
        return fail(systemError(u"cannot look through "_s + content.stage, error.value()));
    }
    if (stop.stop_requested()) {
        return cancelled();
    }
    for (const QString &place : std::as_const(rest)) {
        if (auto removed = removeFile(place); !removed) {
            return fail(std::move(removed).error());
        }
    }
    return complete;
}

Result<QSet<QString>> copyInstalled(const ReleaseContent &content, const QSet<QString> &paths,
                                    const std::stop_token &stop)
{
    auto folder = StagingFolder::continued(content.stage);
    if (!folder) {
        return fail(std::move(folder).error());
    }
    QStringList ordered(paths.cbegin(), paths.cend());
    ordered.sort();
    QSet<QString> copied;
    for (const QString &path : std::as_const(ordered)) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const auto same = copyFile(*folder, content, path);
        if (!same) {
            return fail(same.error());
        }
        if (*same) {
            copied += path;
        } else if (QFileInfo::exists(content.staged(path))) {
            if (auto removed = removeFile(content.staged(path)); !removed) {
                return fail(std::move(removed).error());
            }
        }
    }
    return copied;
}

Outcome applyPatches(const ReleaseContent &content, const QHash<QString, FetchedPatch> &patches,
                     const QString &patchesFile, const std::stop_token &stop)
{
    auto folder = StagingFolder::continued(content.stage);
    if (!folder) {
        return fail(std::move(folder).error());
    }
    for (auto it = patches.cbegin(); it != patches.cend(); ++it) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const auto patch = contentOf(*it, patchesFile);
        if (!patch) {
            return fail(patch.error());
        }
        const ReleaseFile listed = content.files.value(it.key());
        const QString target = content.staged(it.key());
        if (auto made = folder->addFolder(it.key().section(u'/', 0, -2)); !made) {
            return made;
        }
        if (auto applied = applyPatch(*patch, content.installed(it.key()), target, listed.size); !applied) {
            return applied;
        }
        const auto mode = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::ReadOther;
        constexpr auto execute = QFile::ExeOwner | QFile::ExeGroup | QFile::ExeOther;
        QFile::setPermissions(target, listed.kind == ReleaseFile::Kind::Program ? mode | execute : mode);
        if (const auto checked = checkReleaseFile(target, it.key(), listed, stop); !checked) {
            (void)removeFile(target);
            return fail(ErrorCode::HashMismatch, u"the patch makes another %1"_s.arg(it.key()));
        }
    }
    return {};
}

Outcome completeStage(const ReleaseContent &content, const Remainder &remainder)
{
    auto folder = StagingFolder::continued(content.stage);
    if (!folder) {
        return fail(std::move(folder).error());
    }
    for (const QString &path : remainder.folders) {
        if (auto added = folder->addFolder(path); !added) {
            return added;
        }
    }
    for (auto it = remainder.symlinks.cbegin(); it != remainder.symlinks.cend(); ++it) {
        if (!staysInside(it.key(), *it, topFolderOf(content))) {
            return fail(ErrorCode::BadArchive, u"the symlink '%1' leads out of the release"_s.arg(it.key()));
        }
        if (auto added = folder->addSymlink(it.key(), *it); !added) {
            return added;
        }
    }
    return folder->commit();
}

MemberWriter::MemberWriter(ReleaseContent content, QList<ZipMember> members, const QString &patchesFile)
    : m_content(std::move(content))
    , m_members(std::move(members))
    , m_patches(patchesFile)
{}

MemberWriter::~MemberWriter() = default;

Outcome MemberWriter::open()
{
    auto folder = StagingFolder::continued(m_content.stage);
    if (!folder) {
        return fail(std::move(folder).error());
    }
    m_folder.emplace(*std::move(folder));
    if (!m_patches.open(QIODevice::WriteOnly | QIODevice::Truncate | QIODevice::Unbuffered)) {
        return fail(systemError(u"cannot write "_s + m_patches.fileName(), errno));
    }
    return {};
}

Outcome MemberWriter::take(qint64 offset, QByteArrayView bytes)
{
    while (!bytes.isEmpty() && m_next < m_members.size()) {
        const ZipMember &member = m_members[m_next];
        const qint64 before = std::clamp<qint64>(member.offset - offset, 0, bytes.size());
        bytes = bytes.sliced(static_cast<qsizetype>(before));
        offset += before;
        if (bytes.isEmpty()) {
            break;
        }
        if (!m_reader) {
            if (auto begun = begin(member); !begun) {
                return begun;
            }
        }
        const qint64 end = member.offset + member.length;
        const QByteArrayView part =
            bytes.first(std::min<qsizetype>(bytes.size(), static_cast<qsizetype>(end - offset)));
        if (auto fed = m_reader->feed(part); !fed) {
            return fed;
        }
        bytes = bytes.sliced(part.size());
        offset += part.size();
        if (offset == end) {
            if (auto ended = this->end(member); !ended) {
                return ended;
            }
            ++m_next;
        }
    }
    return {};
}

void MemberWriter::close()
{
    m_patches.close();
}

Outcome MemberWriter::begin(const ZipMember &member)
{
    m_hash = Sha256();
    m_target.clear();
    m_patchStart = m_patches.pos();
    m_reader.emplace(member, [this, member](QByteArrayView bytes) { return write(member, bytes); });
    const auto listed = m_content.files.constFind(member.path);
    const bool isFile = listed != m_content.files.cend() && listed->kind != ReleaseFile::Kind::Symlink;
    return isFile ? m_folder->beginFile(member.path) : Outcome();
}

Outcome MemberWriter::write(const ZipMember &member, QByteArrayView bytes)
{
    const auto listed = m_content.files.constFind(member.path);
    if (listed == m_content.files.cend()) {
        return m_patches.write(bytes.data(), bytes.size()) == bytes.size()
                   ? Outcome()
                   : fail(systemError(u"cannot write "_s + m_patches.fileName(), errno));
    }
    m_hash.addData(bytes);
    if (listed->kind == ReleaseFile::Kind::Symlink) {
        m_target += bytes; // as short as the list has it
        return {};
    }
    return m_folder->write(bytes);
}

Outcome MemberWriter::end(const ZipMember &member)
{
    auto read = m_reader->finish();
    m_reader.reset();
    if (!read) {
        return read;
    }
    const auto listed = m_content.files.constFind(member.path);
    if (listed == m_content.files.cend()) {
        m_fetchedPatches.insert(patchNameFrom(member.path).value_or(PatchName{}).path,
                                {m_patchStart, m_patches.pos() - m_patchStart});
        return {};
    }
    if (m_hash.finish() != listed->sha256) {
        return notTheSigned(member.path);
    }
    if (listed->kind == ReleaseFile::Kind::Symlink) {
        m_symlinks.insert(member.path, QString::fromUtf8(m_target));
        return {};
    }
    return m_folder->endFile();
}

} // namespace sgn::download
