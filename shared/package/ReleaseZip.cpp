// SPDX-License-Identifier: GPL-3.0-or-later
#include "package/ReleaseZip.h"

#include "archive/StagingFolder.h"
#include "archive/Zip.h"
#include "archive/ZipReader.h"
#include "base/AtomicFile.h"
#include "crypto/CaBundle.h"
#include "crypto/Sha256.h"

#include <algorithm>
#include <QFile>
#include <QFileInfo>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

// A script that is run as a process is written by hand; a larger file isn't one.
constexpr qint64 maxScriptSize = 1024 * 1024;
constexpr qint64 maxVersionFileSize = 64;

bool isDirectlyBelow(const QString &path, const QString &folder)
{
    return path.startsWith(folder + u'/') && path.indexOf(u'/', folder.size() + 1) < 0;
}

QString processNameOf(const QString &path)
{
    const QString file = path.section(u'/', -1);
    const qsizetype dot = file.lastIndexOf(u'.');
    return dot > 0 ? file.left(dot) : file;
}

Result<QStringList> readProcessNames(const QString &zip, const QList<ZipEntry> &entries, const QString &topFolder,
                                     const std::stop_token &stop)
{
    QStringList names;
    for (const ZipEntry &entry : entries) {
        const bool mayBeScript = entry.type == ZipEntryType::File && entry.size > 2 && entry.size <= maxScriptSize &&
                                 isDirectlyBelow(entry.path, topFolder) &&
                                 isValidProcessName(processNameOf(entry.path));
        if (!mayBeScript) {
            continue;
        }
        if (stop.stop_requested()) {
            return fail(ErrorCode::Cancelled, u"cancelled"_s);
        }
        const Result<QByteArray> content = readZipEntry(zip, entry.path, maxScriptSize);
        if (!content) {
            return fail(content.error());
        }
        if (content->startsWith("#!") && !names.contains(processNameOf(entry.path))) {
            names += processNameOf(entry.path);
        }
    }
    names.sort();
    return names;
}

Result<std::optional<int>> readVersion(const QString &zip, const QString &topFolder)
{
    const Result<QByteArray> content = readZipEntry(zip, topFolder + u"/version"_s, maxVersionFileSize);
    if (!content && content.error().code == ErrorCode::NotFound) {
        return std::optional<int>();
    }
    bool ok = false;
    const int version = content ? content->trimmed().toInt(&ok) : 0;
    if (!ok || version < 0) {
        return fail(ErrorCode::BadArchive, u"%1/version must hold one whole number"_s.arg(topFolder));
    }
    return std::optional(version);
}

// "SmartMeter", "JabberClient" or ...
QString componentFolders()
{
    QStringList names;
    for (const Component component : allComponents) {
        names += u"\"%1\""_s.arg(folderName(component));
    }
    const QString last = names.takeLast();
    return names.join(u", "_s) + u" or "_s + last;
}

// As extractZip() would write it.
Result<ReleaseFile> readFile(ZipReader &reader)
{
    ReleaseFile file;
    Sha256 hash;
    QByteArray head;
    for (;;) {
        const auto block = reader.nextBlock();
        if (!block) {
            return fail(block.error());
        }
        if (block->isEmpty()) {
            break;
        }
        if (head.size() < programHeadSize) {
            head += block->first(std::min(programHeadSize - head.size(), block->size()));
        }
        hash.addData(*block);
        file.size += block->size();
    }
    file.sha256 = hash.finish();
    file.kind = isProgramHead(head) ? ReleaseFile::Kind::Program : ReleaseFile::Kind::Plain;
    return file;
}

Result<ReleaseFile> symlinkTo(const QString &target)
{
    const QByteArray content = target.toUtf8();
    return ReleaseFile{Sha256::hash(content), content.size(), ReleaseFile::Kind::Symlink};
}

} // namespace

Result<ReleaseZip> readReleaseZip(const QString &path, const std::stop_token &stop)
{
    const Result<QList<ZipEntry>> entries = listZip(path);
    if (!entries) {
        return fail(entries.error());
    }
    const Result<QString> topFolder = topFolderOf(*entries);
    if (!topFolder) {
        return fail(topFolder.error());
    }
    const std::optional<Component> component = componentFromFolder(*topFolder);
    if (!component) {
        return fail(ErrorCode::BadArchive,
                    u"the zip's folder is \"%1\"; a release has %2"_s.arg(topFolder->left(64), componentFolders()));
    }
    ReleaseZip zip;
    zip.path = path;
    zip.component = *component;
    zip.size = QFileInfo(path).size();
    for (const ZipEntry &entry : *entries) {
        zip.files += entry.type == ZipEntryType::File ? 1 : 0;
        zip.unpackedSize += entry.size;
    }
    if (*component == Component::SmartMeter) {
        Result<QStringList> names = readProcessNames(path, *entries, *topFolder, stop);
        if (!names) {
            return fail(std::move(names).error());
        }
        if (names->isEmpty()) {
            return fail(ErrorCode::BadArchive,
                        u"no file in the zip's SmartMeter folder begins with a #! line, so nothing in it could run"_s);
        }
        zip.processNames = *std::move(names);
    }
    const Result<std::optional<int>> version = readVersion(path, *topFolder);
    if (version) {
        zip.version = *version;
    } else if (*component != Component::SmartMeter) {
        // A SmartMeter release may use the file for anything, so there it is only a hint.
        return fail(version.error());
    }
    Result<QByteArray> sha256 = sha256OfFile(path, stop);
    if (!sha256) {
        return fail(std::move(sha256).error());
    }
    zip.sha256 = *std::move(sha256);
    return zip;
}

Result<CaFile> readCaFile(const QString &path, const QDateTime &now)
{
    const Result<QByteArray> pem = readFile(path, maxCaBundleSize);
    if (!pem) {
        return fail(pem.error());
    }
    if (const Outcome fit = checkCaBundle(*pem, now); !fit) {
        return fail(fit.error());
    }
    return CaFile{path, pem->size(), Sha256::hash(*pem)};
}

bool looksLikeCaFile(const QString &path)
{
    constexpr qint64 enough = 64 * 1024;
    QFile file(path);
    return file.open(QIODevice::ReadOnly) && file.read(enough).contains("-----BEGIN ");
}

ReleaseManifest manifestOf(const ReleaseZip &zip, const QDateTime &created)
{
    ReleaseManifest manifest;
    manifest.component = folderName(zip.component);
    manifest.release = QFileInfo(zip.path).completeBaseName().left(maxReleaseName);
    manifest.sha256 = zip.sha256;
    manifest.size = zip.size;
    manifest.created = created;
    return manifest;
}

Result<QMap<QString, ReleaseFile>> readReleaseFiles(const QString &path, const std::stop_token &stop)
{
    auto reader = ZipReader::open(path, {});
    if (!reader) {
        return fail(reader.error());
    }
    QMap<QString, ReleaseFile> files;
    for (;;) {
        const auto more = reader->next();
        if (!more) {
            return fail(more.error());
        }
        if (!*more) {
            return files;
        }
        if (stop.stop_requested()) {
            return fail(ErrorCode::Cancelled, u"cancelled"_s);
        }
        const ZipEntry entry = reader->entry();
        if (entry.type == ZipEntryType::Folder) {
            continue;
        }
        auto file = entry.type == ZipEntryType::File ? readFile(*reader) : symlinkTo(entry.linkTarget);
        if (!file) {
            return fail(std::move(file).error());
        }
        files.insert(entry.path, *std::move(file));
    }
}

} // namespace sgn
