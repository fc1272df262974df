// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"
#include "base/SystemError.h"
#include "package/ReleasePatches.h"
#include "package/ReleaseZip.h"
#include "provision/ProvisionCommands.h"
#include "provision/ReleaseOrder.h"
#include "release/ReleaseSignature.h"

#include <cerrno>
#include <cstdio>
#include <QFileInfo>
#include <QTemporaryFile>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::provision {

using namespace Qt::StringLiterals;

namespace {

void addOptions(CommandLine &line)
{
    line.addPositionalArgument(u"sign"_s, u"This command."_s, u"sign"_s);
    line.addPositionalArgument(u"ZIP"_s, u"The release's zip, as the devices will fetch it."_s);
    line.addOption({u"key"_s, u"The release key, a file of 'sgn-provision keys new release'."_s, u"FILE"_s});
    line.addOption(
        {u"component"_s,
         u"What it is a release of: the zip's top folder, such as SmartMeter, or cacert.pem for the server's "
         "CA certificate, which is signed as it is."_s,
         u"NAME"_s});
    line.addOption({u"process"_s,
                    u"A process of a SmartMeter release and its version; may be repeated. Without: the zip's scripts "
                    "with the number in its file 'version'."_s,
                    u"NAME=VERSION"_s});
    line.addOption(
        {u"version"_s, u"The version of another release. Without: the number in its file 'version'."_s, u"N"_s});
    line.addOption({u"release"_s, u"A name that the panel shows. Without: the zip's."_s, u"TEXT"_s});
    line.addOption({u"allow-downgrade"_s, u"A device may replace a newer release by it, on a command with force."_s});
    line.addOption({u"out"_s, u"Write the signed manifest into this file instead of to stdout."_s, u"FILE"_s});
    line.addOption({u"files"_s,
                    u"Where the release has more files than a command can list: write their signed list into this "
                    "file. Devices that fetch it fetch only what has changed."_s,
                    u"FILE"_s});
    line.addOption({u"patch-from"_s,
                    u"Add patches from this older release to the zip first: a device that has that one fetches of each "
                    "changed file only the patch; may be repeated. Agents that know no patches refuse such a zip."_s,
                    u"ZIP"_s});
}

ReleaseOrder readOrder(CommandLine &line)
{
    const QCommandLineParser &parser = line.parser();
    ReleaseOrder order;
    order.component = parser.value(u"component"_s);
    if (order.component.isEmpty()) {
        CommandLine::usageError(u"--component is missing"_s);
    }
    for (const QString &text : parser.values(u"process"_s)) {
        const qsizetype equals = text.lastIndexOf(u'=');
        bool ok = false;
        const ProcessVersion process{text.left(equals), text.mid(equals + 1).toInt(&ok)};
        if (equals < 1 || !ok || process.version < 0 || !isValidProcessName(process.name)) {
            CommandLine::usageError(u"--process takes NAME=VERSION, such as ocr=2, not '%1'"_s.arg(text));
        }
        order.processes += process;
    }
    if (parser.isSet(u"version"_s)) {
        order.version = line.number(u"version"_s, 0, maxVersion);
    }
    order.name = parser.value(u"release"_s);
    order.allowsDowngrade = parser.isSet(u"allow-downgrade"_s);
    return order;
}

// Where the signed manifest and the list of files are written.
struct SignOutput
{
    QString manifest; // empty: stdout
    QString files;    // empty: nowhere
};

// Whatever would end the signing ends it before the zip is changed.
Outcome check(const QString &file, const QString &keyFile, const ReleaseOrder &order)
{
    if (const auto key = loadSigningKey(keyFile); !key) {
        return fail(key.error());
    }
    const auto manifest = describeRelease(file, order, QDateTime::currentDateTimeUtc());
    return manifest ? Outcome() : fail(manifest.error().withContext(file));
}

// The copy takes the zip's place with its rights and its owner, as far as ours permit.
Outcome exchange(const QString &zip, QTemporaryFile &copy)
{
    struct stat info
    {
    };
    const QByteArray from = QFile::encodeName(copy.fileName());
    const QByteArray to = QFile::encodeName(zip);
    if (::stat(to.constData(), &info) != 0 || ::chmod(from.constData(), info.st_mode & 07777) != 0) {
        return fail(systemError(u"cannot exchange "_s + zip, errno));
    }
    [[maybe_unused]] const int owned = ::lchown(from.constData(), info.st_uid, info.st_gid);
    if (std::rename(from.constData(), to.constData()) != 0) {
        return fail(systemError(u"cannot exchange "_s + zip, errno));
    }
    copy.setAutoRemove(false);
    return {};
}

// Adds those of all older releases or of none: a zip that was signed and served already must not change half.
Outcome patch(const QString &file, const QStringList &olderZips)
{
    const QString zip = QFileInfo(file).canonicalFilePath();
    QTemporaryFile copy(QFileInfo(zip).absolutePath() + u"/.sgn-XXXXXX.zip"_s);
    QFile original(zip);
    if (!original.open(QIODevice::ReadOnly) || !copy.open()) {
        return fail(ErrorCode::Io,
                    u"cannot copy %1: %2"_s.arg(file, original.isOpen() ? copy.errorString() : original.errorString()));
    }
    constexpr qint64 block = qint64{1024} * 1024;
    while (!original.atEnd()) {
        if (const QByteArray part = original.read(block); part.isEmpty() || copy.write(part) != part.size()) {
            return fail(ErrorCode::Io, u"cannot copy "_s + file);
        }
    }
    copy.close();
    for (const QString &older : olderZips) {
        const auto added = addPatches(copy.fileName(), older);
        if (!added) {
            return fail(added.error());
        }
        complain(
            u"%1: patches of %2 files from %3, %4 bytes"_s.arg(file).arg(added->files).arg(older).arg(added->bytes));
    }
    return exchange(zip, copy);
}

Outcome sign(const QString &file, const QString &keyFile, const ReleaseOrder &order, const SignOutput &out)
{
    const auto key = loadSigningKey(keyFile);
    if (!key) {
        return fail(key.error());
    }
    const auto manifest = describeRelease(file, order, QDateTime::currentDateTimeUtc());
    if (!manifest) {
        return fail(manifest.error().withContext(file));
    }
    const auto made = signForCommand(*manifest, *key);
    if (!made) {
        return fail(made.error());
    }
    if (!out.files.isEmpty() && made->listed.isEmpty()) {
        complain(u"%1 isn't written and isn't needed: the manifest lists every file itself"_s.arg(out.files));
    } else if (!out.files.isEmpty()) {
        if (auto written = writeFileAtomically(out.files, made->listed + '\n'); !written) {
            return written;
        }
    }
    if (!out.manifest.isEmpty()) {
        return writeFileAtomically(out.manifest, made->release + '\n');
    }
    std::fputs((made->release + '\n').constData(), stdout);
    return {};
}

} // namespace

int runSign(const QStringList &arguments)
{
    CommandLine commandLine(
        u"Signs a release: prints the manifest that names the component, the versions and the hash of every file in "
        u"the zip, "
        "signed with a release key. A device with release_keys installs nothing without one."_s,
        u"sgn-provision sign SmartMeter.zip --key release-x.private.jwk --component SmartMeter --process ocr=2"_s,
        CommandLine::VersionOption::LeftToCaller);
    addOptions(commandLine);
    commandLine.process(arguments);
    const QStringList given = operands(commandLine, {u"ZIP"_s});
    const QString key = commandLine.parser().value(u"key"_s);
    if (key.isEmpty()) {
        CommandLine::usageError(u"--key is missing"_s);
    }
    const ReleaseOrder order = readOrder(commandLine);
    const QStringList olderZips = commandLine.parser().values(u"patch-from"_s);
    const bool isProgram =
        order.component == folderName(Component::JabberClient) || order.component == folderName(Component::WatchDog);
    if (!olderZips.isEmpty() && isProgram) {
        CommandLine::usageError(
            u"--patch-from is for the meter and Python packages: agents that know no patches, which "
            "such a release may be for, refuse a zip with them"_s);
    }
    if (!olderZips.isEmpty()) {
        Outcome patched = check(given.first(), key, order);
        if (patched) {
            patched = patch(given.first(), olderZips);
        }
        if (!patched) {
            complain(patched.error().message);
            return ExitFailed;
        }
    }
    if (const auto done = sign(given.first(), key, order,
                               {commandLine.parser().value(u"out"_s), commandLine.parser().value(u"files"_s)});
        !done) {
        complain(done.error().message);
        return ExitFailed;
    }
    return ExitDone;
}

} // namespace sgn::provision
