// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/ProvisionCommands.h"
#include "provision/PublicKeyFiles.h"
#include "provision/StickWriter.h"

#include <cstdio>
#include <QFileInfo>
#include <QStorageInfo>

namespace sgn::provision {

using namespace Qt::StringLiterals;

namespace {

void addOptions(CommandLine &line)
{
    line.addPositionalArgument(u"stick"_s, u"This command."_s, u"stick"_s);
    line.addPositionalArgument(
        u"ZIP..."_s, u"The releases, in the order in which a device shall install them; one of a component."_s,
        u"ZIP..."_s);
    line.addOptions({
        {u"out"_s, u"Where the stick is mounted."_s, u"DIR"_s},
        {u"release"_s,
         u"The signed manifest of a zip, as 'sgn-provision sign' writes it; once for each ZIP, in the same order. "
         "Without: the file beside the zip that ends in .jws."_s,
         u"FILE"_s},
        {u"key"_s,
         u"A public key that the devices trust for releases; may be given several times. The stick is only written if "
         "one of them signed each release."_s,
         u"FILE"_s},
        {u"device"_s,
         u"JID or rpi_unique_id of a device that shall install this; may be given several times. Without: every device "
         "that the stick is plugged into."_s,
         u"NAME"_s},
    });
}

QString beside(const QString &zip)
{
    return QFileInfo(zip).path() + u'/' + QFileInfo(zip).completeBaseName() + u".jws"_s;
}

// A device mounts no other file system of a stick.
void warnIfUnreadable(const QString &mount)
{
    const QByteArray type = QStorageInfo(mount).fileSystemType();
    if (type != "vfat" && type != "exfat" && type != "msdos" && !type.startsWith("ext")) {
        complain(u"warning: %1 is on %2, and a device reads sticks with FAT, exFAT or ext"_s.arg(
            mount, QString::fromLatin1(type)));
    }
}

Outcome write(const QCommandLineParser &parser, const QStringList &zips)
{
    const auto keys = readPublicKeys(parser.values(u"key"_s));
    if (!keys) {
        return fail(keys.error());
    }
    const QStringList manifests = parser.values(u"release"_s);
    QList<StickContent> releases;
    for (qsizetype i = 0; i < zips.size(); ++i) {
        auto content = readStickContent(zips.at(i), manifests.isEmpty() ? beside(zips.at(i)) : manifests.at(i), *keys);
        if (!content) {
            return fail(std::move(content).error());
        }
        releases += *std::move(content);
    }
    warnIfUnreadable(parser.value(u"out"_s));
    return writeStick(parser.value(u"out"_s), releases, parser.values(u"device"_s));
}

} // namespace

int runStick(const QStringList &arguments)
{
    CommandLine commandLine(
        u"Writes signed releases onto a USB stick for devices without a network: a device that trusts the key installs "
        "them when the stick is plugged in, and writes its result and its logs back to it (sgn/results)."_s,
        u"sgn-provision stick SmartMeter.zip --key release-x.public.jwk --out /media/stick"_s);
    addOptions(commandLine);
    commandLine.process(arguments);
    const QCommandLineParser &parser = commandLine.parser();
    const QStringList zips = parser.positionalArguments().sliced(1);
    if (zips.isEmpty()) {
        CommandLine::usageError(u"ZIP is missing"_s);
    }
    for (const QString &option : {u"out"_s, u"key"_s}) {
        if (parser.value(option).isEmpty()) {
            CommandLine::usageError(u"--%1 is missing"_s.arg(option));
        }
    }
    const qsizetype manifests = parser.values(u"release"_s).size();
    if (manifests != 0 && manifests != zips.size()) {
        CommandLine::usageError(u"--release is there %1 times for %2 zips"_s.arg(manifests).arg(zips.size()));
    }
    if (const auto written = write(parser, zips); !written) {
        complain(written.error().message);
        return ExitFailed;
    }
    std::fputs("written; the stick may be unmounted\n", stderr);
    return ExitDone;
}

} // namespace sgn::provision
