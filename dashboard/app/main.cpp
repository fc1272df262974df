// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Dashboard.h"
#include "base/CommandLine.h"
#include "base/Log.h"
#include "wording/Problems.h"

#include <algorithm>
#include <QGuiApplication>
#include <QRegularExpression>
#include <QStandardPaths>

using namespace Qt::StringLiterals;

namespace {

const QStringList &screenNames()
{
    static const QStringList names{u"signin"_s,  u"fleet"_s, u"newcomers"_s, u"dead"_s,    u"versions"_s,
                                   u"updates"_s, u"logs"_s,  u"activity"_s,  u"settings"_s};
    return names;
}

// Whether the program is only asked about itself. Answered without a screen, which a window would need from its first
// line on; all else is left to Qt, which takes options of its own out of the arguments.
bool isOnlyAsked(int argc, char *argv[])
{
    return std::any_of(argv + 1, argv + argc, [](const char *argument) {
        const QLatin1StringView word(argument);
        return word == "--help"_L1 || word == "-h"_L1 || word == "--help-all"_L1 || word == "--version"_L1 ||
               word == "-v"_L1 || word == "--describe"_L1;
    });
}

void introduce()
{
    QCoreApplication::setApplicationName(u"sgn-dashboard"_s);
    QCoreApplication::setOrganizationName(u"sgn"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(SGN_VERSION_STRING));
}

sgn::CommandLine commandLine()
{
    return {u"The control room: the whole fleet in one window."_s, u"sgn-dashboard --panel panel.json"_s};
}

sgn::app::Dashboard::Options readOptions(sgn::CommandLine &commandLine)
{
    using sgn::CommandLine;
    const QCommandLineParser &parser = commandLine.parser();
    const QCommandLineOption panel(u"panel"_s, u"Sign in with this file (JSON, the same as sgnctl's)."_s, u"FILE"_s);
    const QCommandLineOption screenshot(u"screenshot"_s, u"Save a picture of the window and end."_s, u"FILE"_s);
    const QCommandLineOption screen(u"screen"_s, u"Open this screen: "_s + screenNames().join(u", "_s) + u'.',
                                    u"NAME"_s);
    const QCommandLineOption theme(u"theme"_s, u"light or dark; without it as chosen before."_s, u"NAME"_s);
    const QCommandLineOption size(u"size"_s, u"Size of the window, e.g. 1440x900."_s, u"WxH"_s);
    commandLine.addOptions({panel, screenshot});
    commandLine.addOption(screen, screenNames());
    commandLine.addOption(theme, {u"light"_s, u"dark"_s});
    commandLine.addOption(size);
    commandLine.process(QCoreApplication::arguments());
    if (!parser.positionalArguments().isEmpty()) {
        CommandLine::usageError(u"\"%1\" isn't expected here"_s.arg(parser.positionalArguments().first()));
    }

    sgn::app::Dashboard::Options options;
    options.configFolder = QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation);
    options.dataFolder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    options.panelFile = parser.value(panel);
    options.screenshotFile = parser.value(screenshot);
    options.screenName = parser.value(screen);
    if (!options.screenName.isEmpty() && !screenNames().contains(options.screenName)) {
        CommandLine::usageError(u"--screen: there is no screen \"%1\""_s.arg(options.screenName));
    }
    if (parser.isSet(theme)) {
        const QString name = parser.value(theme);
        if (name != "light"_L1 && name != "dark"_L1) {
            CommandLine::usageError(u"--theme: \"%1\" is neither light nor dark"_s.arg(name));
        }
        options.theme = name == "dark"_L1 ? sgn::models::Preferences::DarkTheme : sgn::models::Preferences::LightTheme;
    }
    if (parser.isSet(size)) {
        static const QRegularExpression pattern(u"^([1-9][0-9]{2,4})x([1-9][0-9]{2,4})$"_s);
        const QRegularExpressionMatch match = pattern.match(parser.value(size));
        if (!match.hasMatch()) {
            CommandLine::usageError(u"--size: \"%1\" isn't a size like 1440x900"_s.arg(parser.value(size)));
        }
        options.size = QSize(match.captured(1).toInt(), match.captured(2).toInt());
    }
    return options;
}

} // namespace

int main(int argc, char *argv[])
{
    sgn::installLog();
    introduce();
    if (isOnlyAsked(argc, argv)) {
        const QCoreApplication application(argc, argv);
        sgn::CommandLine answering = commandLine();
        readOptions(answering); // ends here
    }
    QGuiApplication application(argc, argv);
    QGuiApplication::setDesktopFileName(u"com.technospurs.sgn.dashboard"_s); // in deploy/desktop

    sgn::CommandLine reading = commandLine();
    sgn::app::Dashboard dashboard(readOptions(reading));
    if (const sgn::records::Expected<> started = dashboard.start(); !started) {
        qCritical("%s", qUtf8Printable(sgn::wording::sentence(started.error())));
        return sgn::ExitFailed;
    }
    return QGuiApplication::exec();
}
