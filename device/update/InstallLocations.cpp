// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/InstallLocations.h"

#include <algorithm>
#include <optional>
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <sys/stat.h>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxFirstLine = 256;

// "python3.7" out of "/usr/bin/python3.7".
std::optional<QString> pythonIn(const QString &text)
{
    static const QRegularExpression name(u"\\bpython3\\.[0-9]{1,3}\\b"_s);
    const QRegularExpressionMatch match = name.match(text);
    return match.hasMatch() ? std::optional(match.captured()) : std::nullopt;
}

int minorOf(const QString &python)
{
    return python.section(u'.', 1).toInt();
}

std::optional<QString> pythonOfScripts(const QString &folder)
{
    std::optional<QString> newest;
    for (const QFileInfo &entry : QDir(folder).entryInfoList(QDir::Files, QDir::Name)) {
        QFile script(entry.filePath());
        if (!script.open(QIODevice::ReadOnly)) {
            continue;
        }
        const QByteArray line = script.readLine(maxFirstLine);
        const auto python = line.startsWith("#!") ? pythonIn(QString::fromUtf8(line)) : std::nullopt;
        if (python && (!newest || minorOf(*python) > minorOf(*newest))) {
            newest = python;
        }
    }
    return newest;
}

std::optional<QString> newestOnDisk(const QString &lib)
{
    std::optional<QString> newest;
    for (const QFileInfo &entry : QDir(lib).entryInfoList({u"python3.*"_s}, QDir::Dirs)) {
        const auto python = pythonIn(entry.fileName());
        const bool hasPackages = QFileInfo(entry.filePath() + u"/site-packages"_s).isDir();
        if (python == entry.fileName() && hasPackages && (!newest || minorOf(*python) > minorOf(*newest))) {
            newest = python;
        }
    }
    return newest;
}

// The device that a path is on, or will be on once it exists.
std::optional<dev_t> fileSystemOf(const QString &path)
{
    struct stat info
    {
    };
    QString there = path;
    while (::stat(QFile::encodeName(there).constData(), &info) != 0) {
        const QString parent = QFileInfo(there).absolutePath();
        if (parent == there) {
            return std::nullopt;
        }
        there = parent;
    }
    return info.st_dev;
}

} // namespace

Result<QString> findSitePackages(const InstallLocations &locations, const QString &systemPython)
{
    if (!locations.sitePackages.isEmpty()) {
        return QDir::cleanPath(locations.sitePackages);
    }
    const QString lib = QDir::cleanPath(locations.root + u"/../.local/lib"_s);
    auto python = pythonOfScripts(locations.root + u'/' + folderName(Component::SmartMeter));
    if (!python) {
        python = pythonIn(QFileInfo(systemPython).canonicalFilePath());
    }
    if (!python) {
        python = newestOnDisk(lib);
    }
    if (!python) {
        return fail(ErrorCode::NotFound, u"this device has no Python whose packages could be replaced"_s);
    }
    return lib + u'/' + *python + u"/site-packages"_s;
}

ReleasePaths pathsFor(const Task &task, const InstallLocations &locations, const QString &sitePackages)
{
    const auto component = componentOf(task);
    if (!component) {
        return {locations.caFile, locations.downloads, locations.downloads};
    }
    const auto staged =
        std::holds_alternative<Rollback>(task) ? ReleasePaths::Staged::Previous : ReleasePaths::Staged::New;
    if (*component != Component::SitePackages) {
        return {locations.root + u'/' + folderName(*component), locations.downloads, locations.downloads, staged};
    }
    // The home folder and the device's root may be on different file systems, where nothing can be exchanged between
    // them; then the work is done beside the packages.
    const QString parent = QFileInfo(sitePackages).absolutePath();
    const bool isNear = fileSystemOf(parent) == fileSystemOf(locations.downloads);
    return {sitePackages, locations.downloads, isNear ? locations.downloads : parent + u"/.sgn"_s, staged};
}

} // namespace sgn::update
