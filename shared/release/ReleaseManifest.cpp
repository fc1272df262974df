// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/ReleaseManifest.h"

#include "protocol/Json.h"
#include "release/ReleasePath.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxManifestSize = 8 * 1024 * 1024;
constexpr qint64 maxBytes = 2LL * 1024 * 1024 * 1024; // of the zip, and of all that is in it
constexpr qsizetype sha256Size = 32;

using Kind = ReleaseFile::Kind;
constexpr std::array kinds{
    std::pair{Kind::Plain, "0644"_L1},
    std::pair{Kind::Program, "0755"_L1},
    std::pair{Kind::Symlink, "120777"_L1},
};

bool hasProcesses(const ReleaseManifest &manifest)
{
    return manifest.component == folderName(Component::SmartMeter);
}

QLatin1StringView modeOf(Kind kind)
{
    return std::ranges::find(kinds, kind, &decltype(kinds)::value_type::first)->second;
}

QByteArray readSha256(JsonReader &reader)
{
    const QString text = reader.requiredText("sha256"_L1, 2 * sha256Size);
    QByteArray digest = QByteArray::fromHex(text.toLatin1());
    // fromHex() skips what isn't hexadecimal.
    if (!reader.error() && (text.size() != 2 * sha256Size || digest.size() != sha256Size)) {
        reader.reject("sha256"_L1, u"must be 64 hexadecimal digits"_s);
    }
    return digest;
}

Result<ReleaseFile> readFile(const QJsonObject &object)
{
    JsonReader reader(object);
    ReleaseFile file;
    file.sha256 = readSha256(reader);
    file.size = reader.requiredInteger("size"_L1, 0, maxBytes);
    const QString mode = reader.requiredText("mode"_L1, 6);
    const auto kind = std::ranges::find_if(kinds, [&mode](const auto &known) { return known.second == mode; });
    if (kind == kinds.end()) {
        reader.reject("mode"_L1, u"must be \"0644\", \"0755\" or, for a symlink, \"120777\""_s);
    } else {
        file.kind = kind->first;
    }
    if (reader.error()) {
        return fail(*reader.error());
    }
    return file;
}

// A file can't be where a folder has to be.
bool isBelowFile(const QString &path, const QMap<QString, ReleaseFile> &files)
{
    for (qsizetype slash = path.indexOf(u'/'); slash >= 0; slash = path.indexOf(u'/', slash + 1)) {
        if (files.contains(path.first(slash))) {
            return true;
        }
    }
    return false;
}

QMap<QString, ReleaseFile> readFiles(JsonReader &reader, const QString &topFolder)
{
    const QJsonObject object = reader.optionalObject("files"_L1).value_or(QJsonObject());
    if (object.size() > maxReleaseFiles) {
        reader.reject("files"_L1, u"has more than %1 entries"_s.arg(maxReleaseFiles));
        return {};
    }
    QMap<QString, ReleaseFile> files;
    qint64 total = 0;
    for (auto it = object.begin(); it != object.end(); ++it) {
        const QString path = it.key();
        if (!isReleasePath(path, topFolder)) {
            reader.reject("files"_L1, u"has a path that isn't a plain one below %1"_s.arg(topFolder));
            return {};
        }
        auto file = readFile(it.value().toObject());
        if (!file) {
            reader.reject("files"_L1, u"has a bad entry \"%1\": %2"_s.arg(path, file.error().message));
            return {};
        }
        total += file->size;
        files.insert(path, *std::move(file));
    }
    if (total > maxBytes) {
        reader.reject("files"_L1, u"has more than %1 bytes in all"_s.arg(maxBytes));
    }
    if (std::ranges::any_of(object.keys(), [&files](const QString &path) { return isBelowFile(path, files); })) {
        reader.reject("files"_L1, u"has a file where a folder is"_s);
    }
    return files;
}

QJsonObject toJson(const QMap<QString, ReleaseFile> &files)
{
    QJsonObject object;
    for (auto it = files.begin(); it != files.end(); ++it) {
        object[it.key()] = QJsonObject{{"sha256"_L1, QString::fromLatin1(it->sha256.toHex())},
                                       {"size"_L1, it->size},
                                       {"mode"_L1, modeOf(it->kind)}};
    }
    return object;
}

QList<ProcessVersion> sorted(QList<ProcessVersion> processes)
{
    std::ranges::sort(processes, {}, &ProcessVersion::name);
    return processes;
}

// Compares with what the command states about the file behind its URL, which may be nothing.
Outcome checkContent(const ReleaseManifest &manifest, const QByteArray &sha256, std::optional<qint64> size)
{
    if (size && *size != manifest.size) {
        return fail(ErrorCode::HashMismatch,
                    u"the signed release has %1 bytes, the command names %2"_s.arg(manifest.size).arg(*size));
    }
    if (!sha256.isEmpty() && sha256 != manifest.sha256) {
        return fail(ErrorCode::HashMismatch,
                    u"the signed release has the SHA-256 %1, the command names %2"_s.arg(
                        QString::fromLatin1(manifest.sha256.toHex()), QString::fromLatin1(sha256.toHex())));
    }
    return {};
}

} // namespace

QByteArray encode(const ReleaseManifest &manifest)
{
    QJsonObject object{
        {"component"_L1, manifest.component},
        {"release"_L1, manifest.release},
        {"sha256"_L1, QString::fromLatin1(manifest.sha256.toHex())},
        {"size"_L1, manifest.size},
        {"created"_L1, manifest.created.toUTC().toString(Qt::ISODate)},
    };
    if (hasProcesses(manifest)) {
        QJsonArray processes;
        for (const ProcessVersion &process : manifest.processes) {
            processes += toJson(process);
        }
        object["processes"_L1] = processes;
    } else {
        object["version"_L1] = manifest.version;
    }
    if (!manifest.files.isEmpty()) {
        object["files"_L1] = toJson(manifest.files);
    }
    if (manifest.allowsDowngrade) {
        object["allow_downgrade"_L1] = true;
    }
    return toAsciiJson(object);
}

Result<ReleaseManifest> parseReleaseManifest(const QByteArray &json)
{
    const auto object = parseJsonObject(json, maxManifestSize);
    if (!object) {
        return fail(object.error());
    }
    JsonReader reader(*object);
    ReleaseManifest manifest;
    manifest.component = reader.requiredText("component"_L1, 64);
    if (!componentFromFolder(manifest.component) && manifest.component != caCertComponent) {
        reader.reject("component"_L1, u"is none that this version knows"_s);
    }
    manifest.release = reader.requiredText("release"_L1, maxReleaseName);
    if (hasProcesses(manifest)) {
        manifest.processes = readProcessVersions(reader, "processes"_L1);
        if (manifest.processes.isEmpty()) {
            reader.reject("processes"_L1, u"is empty"_s);
        }
    } else {
        manifest.version = static_cast<int>(reader.requiredInteger("version"_L1, 0, maxVersion));
    }
    manifest.sha256 = readSha256(reader);
    manifest.size = reader.requiredInteger("size"_L1, 1, maxBytes);
    const auto created = reader.optionalTime("created"_L1);
    if (!created) {
        reader.reject("created"_L1, u"is missing"_s);
    }
    manifest.created = created.value_or(QDateTime());
    manifest.allowsDowngrade = reader.optionalBool("allow_downgrade"_L1, false);
    if (!reader.error()) {
        manifest.files = readFiles(reader, manifest.component);
    }
    if (reader.error()) {
        return fail(*reader.error());
    }
    return manifest;
}

Outcome checkRelease(const ReleaseManifest &manifest, const UpdateCommand &command)
{
    if (manifest.component != folderName(command.component)) {
        return fail(ErrorCode::BadSignature, u"the signed release is one of %1, the command is for %2"_s.arg(
                                                 manifest.component, folderName(command.component)));
    }
    if (command.component == Component::SmartMeter) {
        if (sorted(manifest.processes) != sorted(command.processes)) {
            return fail(ErrorCode::BadSignature,
                        u"the processes and versions of the signed release are not those of the command"_s);
        }
    } else if (manifest.version != command.version) {
        return fail(
            ErrorCode::BadSignature,
            u"the signed release is version %1, the command names %2"_s.arg(manifest.version).arg(command.version));
    }
    return checkContent(manifest, command.sha256, command.size);
}

} // namespace sgn
