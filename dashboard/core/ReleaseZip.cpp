// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ReleaseZip.h"

#include "archive/Zip.h"
#include "base/AtomicFile.h"
#include "core/Fleet.h"
#include "crypto/CaBundle.h"
#include "crypto/Sha256.h"

#include <algorithm>
#include <QFile>
#include <QFileInfo>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

// A script that is run as a process is written by a person; what is larger isn't one.
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
        // In a SmartMeter release the file is the release's own affair and only a hint.
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

QList<ProcessVersion> suggestedVersions(const ReleaseZip &zip, const Fleet &fleet)
{
    QList<ProcessVersion> versions;
    for (const QString &name : zip.processNames) {
        const int highest = fleet.highestVersion(name);
        versions += ProcessVersion{name, zip.version.value_or(highest < maxVersion ? highest + 1 : highest)};
    }
    return versions;
}

int suggestedVersion(const ReleaseZip &zip, const Fleet &fleet)
{
    const int highest = fleet.highestVersion(zip.component);
    return zip.version.value_or(highest < maxVersion ? highest + 1 : highest);
}

} // namespace sgn
