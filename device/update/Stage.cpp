// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Stage.h"

#include "archive/Zip.h"
#include "archive/ZipPath.h"
#include "base/AtomicFile.h"
#include "base/VersionFile.h"
#include "release/ReleaseFolder.h"
#include "system/FolderExchange.h"

#include <QFileInfo>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

Outcome checkProgram(const QString &path)
{
    const QFileInfo program(path);
    if (!program.isFile() || program.isSymLink() || !program.isExecutable()) {
        return fail(ErrorCode::BadArchive, u"the release has no program %1"_s.arg(agentProgramName));
    }
    return {};
}

Outcome settleVersion(const QString &path, int asked)
{
    const auto found = readVersionFile(path);
    if (found) {
        return *found == asked ? Outcome()
                               : fail(ErrorCode::BadArchive,
                                      u"the release has version %1, the command names %2"_s.arg(*found).arg(asked));
    }
    if (found.error().code != ErrorCode::NotFound) {
        return fail(ErrorCode::BadArchive, found.error().message);
    }
    return writeFileAtomically(path, QByteArray::number(asked) + '\n');
}

// A list that was signed by a tool of before has the Finder's files as well, which are no longer unpacked.
QMap<QString, ReleaseFile> packed(QMap<QString, ReleaseFile> files)
{
    files.removeIf([](const QMap<QString, ReleaseFile>::iterator &file) { return isFindersOwn(file.key()); });
    return files;
}

Outcome unpack(const StageRequest &request)
{
    if (auto removed = system::removeFolder(request.stage); !removed) {
        return removed;
    }
    ExtractRules rules;
    rules.topFolder = folderName(request.component);
    rules.progress = request.progress;
    rules.stop = request.stop;
    const auto extracted = extractZip(request.zip, request.stage, rules);
    return extracted ? Outcome() : fail(extracted.error());
}

// An earlier try, which a restart has ended, may have written the version's file already.
Outcome prepareStaged(const StageRequest &request)
{
    if (request.files.isEmpty()) {
        return fail(ErrorCode::Internal, u"nothing confirms what is staged"_s);
    }
    const QString version = QString(folderName(request.component)) + u'/' + versionFileName;
    const QString path = request.stage + u'/' + version;
    if (!request.files.contains(version) && QFileInfo::exists(path)) {
        return removeFileDurably(path);
    }
    return {};
}

Result<Staged> finishStage(const StageRequest &request)
{
    const QString release = request.stage + u'/' + folderName(request.component);
    if (!QFileInfo(release).isDir()) {
        return fail(ErrorCode::BadArchive, u"the release has no folder "_s + folderName(request.component));
    }
    Outcome checked;
    if (request.component == Component::JabberClient) {
        checked = checkProgram(release + u'/' + agentProgramName);
    }
    if (checked && request.component != Component::SmartMeter) {
        checked = settleVersion(release + u'/' + versionFileName, request.version);
    }
    if (!checked) {
        return fail(checked.error());
    }
    const auto id = system::inodeOf(release);
    if (!id) {
        return fail(id.error());
    }
    return Staged{*id};
}

} // namespace

Outcome checkDownload(const Source &source, qint64 bytes, const QByteArray &sha256)
{
    if (source.size && *source.size != bytes) {
        return fail(ErrorCode::HashMismatch,
                    u"the file has %1 bytes, the command names %2"_s.arg(bytes).arg(*source.size));
    }
    if (!source.sha256.isEmpty() && source.sha256 != sha256) {
        return fail(ErrorCode::HashMismatch,
                    u"the file has the SHA-256 %1, the command names %2"_s.arg(
                        QString::fromLatin1(sha256.toHex()), QString::fromLatin1(source.sha256.toHex())));
    }
    return {};
}

Result<Staged> stageRelease(const StageRequest &request)
{
    if (auto unpacked = request.zip.isEmpty() ? prepareStaged(request) : unpack(request); !unpacked) {
        return fail(std::move(unpacked).error());
    }
    // First, because what follows may write the version's file.
    const Outcome checked =
        request.files.isEmpty() ? Outcome() : checkReleaseFolder(request.stage, packed(request.files), request.stop);
    auto staged = checked ? finishStage(request) : fail(checked.error().withContext(u"the release"_s));
    if (!staged) {
        (void)system::removeFolder(request.stage);
    }
    return staged;
}

} // namespace sgn::update
