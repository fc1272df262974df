// SPDX-License-Identifier: GPL-3.0-or-later
// sgn-watchdog-update: what the watchdog leaves to another process, because it needs OpenSSL and libarchive and may
// take long: checks and unpacks the watchdog's next release, or serves a USB stick. The watchdog starts it, with its
// own arguments.
#include "base/CommandLine.h"
#include "base/VersionFile.h"
#include "config/DeviceConfig.h"
#include "selfupdate/ReleasePreparation.h"
#include "stick/StickService.h"
#include "system/OwnLoader.h"

#include <cstdio>
#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::selfupdate;

namespace {

// Prints what was done with the stick, or why it wasn't.
int serveStick(const OwnRelease &release, const QString &root, const system::UserAccount &owner, const QString &place,
               stick::Arrival arrival)
{
    stick::StickDevice device{DeviceTree(root), owner, {}, {}, releaseKeysOf(release, root, owner)};
    {
        const system::FileRights rights(owner);
        if (const auto config = loadDeviceConfig(device.tree)) {
            device.id = config->rpiUniqueId;
            device.jid = config->clientJid;
        }
    }
    const auto served = stick::serveStick(device, place, arrival);
    std::fputs(qUtf8Printable((served ? served->sentence : served.error().message).simplified() + u'\n'), stdout);
    return served ? ExitDone : ExitFailed;
}

} // namespace

int main(int argc, char *argv[])
{
    ::umask(022);
    const QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(u"sgn-watchdog-update"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(SGN_VERSION_STRING));

    CommandLine commandLine(u"Checks and unpacks a new release of the watchdog; the watchdog starts it with its own "
                            "options."_s,
                            u"sgn-watchdog-update --root /home/pi/technospurs"_s);
    const QCommandLineParser &parser = commandLine.parser();
    commandLine.addOptions({
        {u"root"_s, u"The device's folder."_s, u"DIR"_s, u"/home/pi/technospurs"_s},
        {u"port"_s, u"The watchdog's; not used."_s, u"N"_s},
        {u"socket"_s, u"The watchdog's; not used."_s, u"PATH"_s},
    });
    QCommandLineOption speed(u"speed"_s, u"The watchdog's; not used."_s, u"N"_s);
    speed.setFlags(QCommandLineOption::HiddenFromHelp);
    commandLine.addOption(speed);
    QCommandLineOption place(u"stick"_s, u"Serve the USB stick at PLACE, a block device or a folder."_s, u"PLACE"_s);
    place.setFlags(QCommandLineOption::HiddenFromHelp);
    QCommandLineOption plugged(u"plugged-in"_s, u"The stick was plugged in just now."_s);
    plugged.setFlags(QCommandLineOption::HiddenFromHelp);
    commandLine.addOption(place);
    commandLine.addOption(plugged);
    commandLine.process(QCoreApplication::arguments());
    if (!parser.positionalArguments().isEmpty()) {
        CommandLine::usageError(u"unexpected argument '%1'"_s.arg(parser.positionalArguments().constFirst()));
    }

    const OwnRelease release(QFileInfo(system::ownProgram()).absolutePath());
    const QString root = QDir::cleanPath(QDir::current().absoluteFilePath(parser.value(u"root"_s)));
    auto owner = system::ownerOfRoot(root);
    if (!owner) {
        std::fputs(qUtf8Printable(u"sgn-watchdog-update: "_s + owner.error().message + u'\n'), stderr);
        return ExitFailed;
    }
    if (parser.isSet(place)) {
        return serveStick(release, root, *owner, parser.value(place),
                          parser.isSet(plugged) ? stick::Arrival::PluggedIn : stick::Arrival::Found);
    }
    return runPreparation(
        {release, root, *std::move(owner), readReleaseVersion(release.installed()).value_or(builtInRelease)});
}
