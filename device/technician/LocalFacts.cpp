// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/LocalFacts.h"

#include "base/AtomicFile.h"
#include "base/FileSystem.h"
#include "base/JsonText.h"
#include "base/SystemError.h"
#include "supervision/Program.h"
#include "supervision/Registry.h"
#include "system/ProcFs.h"
#include "xmpp/TlsConfig.h"

#include <cerrno>
#include <QFile>
#include <QFileInfo>
#include <QNetworkInterface>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

namespace sgn::technician {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxTable = 16 * 1024 * 1024;
constexpr qint64 maxResolvConf = 64 * 1024;

bool isExpectedKind(FileFacts::Kind kind, mode_t mode)
{
    return kind == FileFacts::Kind::Folder ? S_ISDIR(mode) : S_ISREG(mode);
}

FileFacts programFact(const QString &path, const QString &folder, bool isRequired, const struct stat &root)
{
    FileFacts file = readFileFact(path, FileFacts::Kind::Program, isRequired, root.st_uid);
    if (file.exists && file.problem.isEmpty()) {
        const supervision::ProgramRules rules(folder, root.st_uid, root.st_gid);
        if (const auto checked = rules.check(path); !checked) {
            file.problem = checked.error().message;
        }
    }
    return file;
}

// What the process table lists; nothing where it can't be read.
QStringList programsOf(const DeviceTree &tree)
{
    const auto table = readRegularFile(tree.processRegistry(), maxTable);
    const auto json = table ? parseJson(*table) : Result<QJsonDocument>(fail(table.error()));
    const auto registry = json ? supervision::parseRegistry(json->object(), system::readBootId())
                               : Result<supervision::Registry>(fail(json.error()));
    QStringList programs;
    for (const supervision::RegistryEntry &entry :
         registry ? registry->processes : QList<supervision::RegistryEntry>()) {
        programs += entry.runCommand;
    }
    return programs;
}

} // namespace

AccountFacts readAccountFacts(const DeviceTree &tree)
{
    QStringList odd;
    for (const QString &path : {tree.configFile(), tree.deviceKey()}) {
        const QFileInfo file(path);
        if (file.isSymLink() || (file.exists() && !file.isFile())) {
            odd += path;
        }
    }
    return {tree.configFile(), tree.deviceKey(), odd, QFileInfo::exists(tree.configCopy())};
}

DiskFacts readDiskFacts(const QString &folder)
{
    DiskFacts disk;
    disk.folder = folder;
    struct statvfs info
    {
    };
    if (::statvfs(QFile::encodeName(folder).constData(), &info) != 0) {
        disk.problem = systemError(u"cannot look at the disk of "_s + folder, errno).message;
        return disk;
    }
    const auto unit = static_cast<qint64>(info.f_frsize);
    disk.freeBytes = static_cast<qint64>(info.f_bavail) * unit;
    disk.totalBytes = static_cast<qint64>(info.f_blocks) * unit;
    disk.freeFiles = static_cast<qint64>(info.f_favail);
    disk.totalFiles = static_cast<qint64>(info.f_files);
    disk.isReadOnly = isReadOnlyFileSystem(folder);
    return disk;
}

FileFacts readFileFact(const QString &path, FileFacts::Kind kind, bool isRequired, uid_t owner)
{
    FileFacts file;
    file.path = path;
    file.kind = kind;
    file.isRequired = isRequired;
    struct stat info
    {
    };
    // By a link as well: a folder of another disk is one.
    if (::stat(QFile::encodeName(path).constData(), &info) != 0) {
        if (errno != ENOENT) {
            file.problem = systemError(u"cannot look at "_s + path, errno).message;
        }
        return file;
    }
    file.exists = true;
    file.isOwners = info.st_uid == owner;
    file.isRoots = info.st_uid == 0;
    file.mode = info.st_mode & 07777U;
    const QString name = QFileInfo(path).owner();
    file.owner = name.isEmpty() ? u"user number %1"_s.arg(info.st_uid) : name;
    if (!isExpectedKind(kind, info.st_mode)) {
        file.isOtherKind = true;
        file.problem = path + (kind == FileFacts::Kind::Folder ? u" is no folder"_s : u" is no regular file"_s);
    }
    return file;
}

QList<FileFacts> readFileFacts(const DeviceTree &tree)
{
    using Kind = FileFacts::Kind;
    struct stat root
    {
    };
    if (::stat(QFile::encodeName(tree.root()).constData(), &root) != 0) {
        return {readFileFact(tree.root(), Kind::Folder, true, ::geteuid())};
    }
    const auto fact = [&root](const QString &path, Kind kind, bool isRequired) {
        return readFileFact(path, kind, isRequired, root.st_uid);
    };
    QList<FileFacts> files;
    for (const QString &folder :
         {tree.root(), QFileInfo(tree.configFile()).path(), QFileInfo(tree.caCertificate()).path(), tree.downloads(),
          tree.wdog(), tree.logs(), tree.smartMeter(), tree.jabberClient()}) {
        files += fact(folder, Kind::Folder, true);
    }
    // What is missing of these two is found by other checks.
    files += fact(tree.configFile(), Kind::Secret, false);
    files += fact(tree.deviceKey(), Kind::Secret, false);
    files += fact(tree.caCertificate(), Kind::Data, true);
    files += programFact(tree.agentProgram(), tree.jabberClient(), true, root);
    for (const QString &program : programsOf(tree)) {
        files += programFact(program, tree.smartMeter(), true, root);
    }
    return files;
}

ClockFacts readClockFacts(const Result<DeviceConfig> &config, const DeviceTree &tree)
{
    ClockFacts clock;
    clock.now = QDateTime::currentDateTimeUtc();
    if (config && config->serial > 0) {
        clock.notBefore = QDateTime::fromMSecsSinceEpoch(config->serial, Qt::UTC);
        clock.notBeforeBy = u"the configuration was written"_s;
    }
    const auto authorities = xmpp::loadCa(tree.caCertificate());
    for (const QSslCertificate &authority : authorities ? *authorities : QList<QSslCertificate>()) {
        if (!clock.notBefore || authority.effectiveDate() > *clock.notBefore) {
            clock.notBefore = authority.effectiveDate().toUTC();
            clock.notBeforeBy = u"the certificate of the authority was issued"_s;
        }
    }
    timex state{};
    clock.isSynchronised = ::adjtimex(&state) != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
    return clock;
}

bool hasNetwork()
{
    for (const QNetworkInterface &interface : QNetworkInterface::allInterfaces()) {
        const auto flags = interface.flags();
        if (!flags.testFlag(QNetworkInterface::IsLoopBack) && flags.testFlag(QNetworkInterface::IsUp) &&
            !interface.addressEntries().isEmpty()) {
            return true;
        }
    }
    return false;
}

QStringList nameServersIn(const QByteArray &resolvConf)
{
    QStringList servers;
    for (const QByteArray &line : resolvConf.split('\n')) {
        const QByteArrayList words = line.simplified().split(' ');
        if (words.first() == "nameserver" && words.size() > 1) {
            servers += QString::fromLatin1(words.at(1));
        }
    }
    return servers;
}

QStringList readNameServers()
{
    return nameServersIn(readFile(u"/etc/resolv.conf"_s, maxResolvConf).value_or(QByteArray()));
}

} // namespace sgn::technician
