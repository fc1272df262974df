// SPDX-License-Identifier: GPL-3.0-or-later
// sgn-watchdog-update: checks and unpacks the watchdog's next release. The watchdog starts it, with its own arguments.
#include "base/CommandLine.h"
#include "base/VersionFile.h"
#include "selfupdate/ReleasePreparation.h"

#include <cstdio>
#include <QCoreApplication>
#include <QDir>
#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::selfupdate;

int main(int argc, char *argv[])
{
    ::umask(022);
    const QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(u"sgn-watchdog-update"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(SGN_VERSION_STRING));

    CommandLine commandLine(u"Checks and unpacks a new release of the watchdog; the watchdog starts it with its own "
                            "options."_s,
                            u"sgn-watchdog-update --root /home/pi/technospurs"_s);
    QCommandLineParser &parser = commandLine.parser();
    parser.addOptions({
        {u"root"_s, u"The device's folder."_s, u"DIR"_s, u"/home/pi/technospurs"_s},
        {u"port"_s, u"The watchdog's; not used."_s, u"N"_s},
        {u"socket"_s, u"The watchdog's; not used."_s, u"PATH"_s},
    });
    QCommandLineOption speed(u"speed"_s, u"The watchdog's; not used."_s, u"N"_s);
    speed.setFlags(QCommandLineOption::HiddenFromHelp);
    parser.addOption(speed);
    commandLine.process(QCoreApplication::arguments());
    if (!parser.positionalArguments().isEmpty()) {
        CommandLine::usageError(u"unexpected argument '%1'"_s.arg(parser.positionalArguments().constFirst()));
    }

    const OwnRelease release(QCoreApplication::applicationDirPath());
    const QString root = QDir::cleanPath(QDir::current().absoluteFilePath(parser.value(u"root"_s)));
    auto owner = system::ownerOfRoot(root);
    if (!owner) {
        std::fputs(qUtf8Printable(u"sgn-watchdog-update: "_s + owner.error().message + u'\n'), stderr);
        return ExitFailed;
    }
    return runPreparation(
        {release, root, *std::move(owner), readReleaseVersion(release.installed()).value_or(builtInRelease)});
}
