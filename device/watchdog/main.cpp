// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/CommandLine.h"
#include "base/HangAlarm.h"
#include "base/Log.h"
#include "base/StateFile.h"
#include "base/SystemError.h"
#include "base/VersionFile.h"
#include "selfupdate/Guardian.h"
#include "system/FileLock.h"
#include "system/OwnFolders.h"
#include "system/OwnLoader.h"
#include "system/ProgramExec.h"
#include "system/SignalSource.h"
#include "system/StorageMonitor.h"
#include "system/SystemdNotifier.h"
#include "watchdog/Logging.h"
#include "watchdog/SelfTest.h"
#include "watchdog/Watchdog.h"

#include <cerrno>
#include <cstdio>
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::watchdog;

namespace {

// The event loop's exit code for: become the new release.
constexpr int handOverCode = 1000;
// An agent whose card has become read-only waits for its next start at most so long.
constexpr std::chrono::milliseconds cardInterval = std::chrono::seconds(60);
// As long as WatchdogSec in the packaged unit.
constexpr std::chrono::seconds hangLimit(30);

// One plain sentence, before there is a log.
int failed(const Error &error)
{
    std::fputs(qUtf8Printable(u"sgn-watchdog: "_s + error.message + u'\n'), stderr);
    return ExitFailed;
}

// Not in a self-test, which changes nothing of the watchdog that runs.
void quarantineWhatIsNoFolder(const WatchdogSettings &settings)
{
    for (const QString &path : {settings.tree.wdog(), settings.tree.logs()}) {
        // A link to a folder is one, as on a device whose logs are on another disk.
        if (!QFileInfo(path).isDir()) {
            (void)quarantine(path); // there may be nothing
        }
    }
}

Outcome makeFolders(const WatchdogSettings &settings)
{
    for (const QString &path : {settings.tree.wdog(), settings.tree.logs()}) {
        const QByteArray folder = QFile::encodeName(path);
        if (::mkdir(folder.constData(), 0755) != 0 && errno != EEXIST) {
            return fail(systemError(u"cannot make the folder "_s + path, errno));
        }
        if (::access(folder.constData(), R_OK | W_OK | X_OK) != 0 && ::geteuid() != 0) {
            return fail(systemError(u"cannot write in "_s + path, errno));
        }
    }
    return {};
}

// Two watchdogs on one device would start everything twice. The kernel gives the lock back however we end.
Result<system::FileLock> lockDevice(const WatchdogSettings &settings)
{
    return system::lockInstance(settings.tree.watchdogLock(),
                                u"another watchdog supervises %1 already"_s.arg(settings.tree.root()));
}

// Where another user could change the way to the socket's folder, root works with the rights of the tree's owner:
// there, links are the owner's.
Result<std::unique_ptr<ControlServer>> openControl(const WatchdogSettings &settings, const Clock &clock)
{
    QString folder = QFileInfo(settings.socket).absolutePath();
    while (!QFileInfo::exists(folder)) {
        folder = QFileInfo(folder).absolutePath();
    }
    std::optional<system::FileRights> rights;
    if (!system::checkFoldersAreOurs(folder)) {
        rights.emplace(settings.owner);
    }
    return ControlServer::open(settings.socket, settings.owner.user, settings.owner.group, clock);
}

int runSelfTest(const WatchdogSettings &settings, const Clock &clock)
{
    const system::FileRights rights(settings.owner);
    if (const auto folders = makeFolders(settings); !folders) {
        return failed(folders.error());
    }
    SelfTest test(settings, clock);
    QObject::connect(
        &test, &SelfTest::finished, qApp,
        [](const QString &problem) {
            std::fputs(qUtf8Printable(problem.isEmpty() ? u"self-test: ok\n"_s : u"self-test: %1\n"_s.arg(problem)),
                       problem.isEmpty() ? stdout : stderr);
            QCoreApplication::exit(problem.isEmpty() ? ExitDone : ExitFailed);
        },
        Qt::QueuedConnection);
    test.begin();
    return QCoreApplication::exec();
}

// For a watchdog that is to take our place: nothing of it depends on the working folder, and the port stays ours.
QStringList argumentsFor(const WatchdogSettings &settings)
{
    QStringList arguments{u"--root"_s,   settings.tree.root(), u"--port"_s, QString::number(settings.port),
                          u"--socket"_s, settings.socket};
    if (settings.speed != 1) {
        arguments += {u"--speed"_s, QString::number(settings.speed)};
    }
    return arguments;
}

int runWatchdog(WatchdogSettings &settings, system::Machine &machine, const Clock &clock)
{
    system::StorageMonitor card(settings.tree, settings.owner, cardInterval / settings.speed);
    card.checkAtStart();
    std::optional<system::FileLock> lock;
    {
        const system::FileRights rights(settings.owner);
        quarantineWhatIsNoFolder(settings);
        if (const auto folders = makeFolders(settings); !folders) {
            return failed(folders.error());
        }
        auto locked = lockDevice(settings);
        if (!locked) {
            return failed(locked.error());
        }
        lock.emplace(*std::move(locked));
    }
    auto heartbeats = HeartbeatSocket::open(settings.port, settings.owner.user, clock);
    if (!heartbeats) {
        return failed(heartbeats.error());
    }
    auto control = openControl(settings, clock);
    if (!control) {
        return failed(control.error());
    }
    const system::FileRights rights(settings.owner);
    installLog(settings.tree.log(u"watchdog"_s));
    card.begin();
    ::mkdir(QFile::encodeName(settings.tree.data()).constData(), 0755); // what is in the way is the user's
    // What our processes leave behind when they fork away comes to us instead of init, so that we can end it.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);

    settings.port = (*heartbeats)->port();
    settings.arguments = argumentsFor(settings);
    system::SignalSource signalSource;
    system::SystemdNotifier systemd;
    HangAlarm hangAlarm(hangLimit);
    hangAlarm.start();
    Watchdog watchdog(settings, *std::move(heartbeats), *std::move(control), machine, clock);
    QObject::connect(&signalSource, &system::SignalSource::childEnded, &watchdog, &Watchdog::reapOrphans);
    QObject::connect(&signalSource, &system::SignalSource::stopRequested, &watchdog, [&] {
        qCInfo(lcWatchdog) << "stopping, the processes go on";
        systemd.stopping();
        watchdog.finish();
        QCoreApplication::exit(ExitDone);
    });
    QObject::connect(&watchdog, &Watchdog::handOver, &watchdog, [&] {
        watchdog.finish();
        systemd.alive();
        QCoreApplication::exit(handOverCode);
    });
    qCInfo(lcWatchdog).noquote() << "version" << settings.version << "supervises" << settings.tree.root()
                                 << "with heartbeats on port" << settings.port << "and requests on" << settings.socket;
    watchdog.begin();
    systemd.ready();
    // With --port 0 no other program knows the port.
    std::fputs(qUtf8Printable(u"ready: port %1, socket %2\n"_s.arg(settings.port).arg(settings.socket)), stdout);
    std::fflush(stdout);
    return QCoreApplication::exec();
}

// With everything closed and root's own rights again: becomes the release that is installed now.
int becomeNewRelease(const WatchdogSettings &settings)
{
    return failed(
        system::executeProgram(selfupdate::OwnRelease(settings.programFolder).installedProgram(), settings.arguments));
}

int guard(const WatchdogSettings &settings, const Clock &clock)
{
    ::prctl(PR_SET_NAME, "sgn-guardian"); // so that no search for a watchdog finds it
    selfupdate::GuardianSettings guardian{selfupdate::OwnRelease(settings.programFolder), settings.socket,
                                          system::ownProgram()};
    guardian.settle /= settings.speed;
    guardian.hiccup /= settings.speed;
    guardian.stopGrace /= settings.speed;
    guardian.initLimit /= settings.speed;
    selfupdate::Guardian(guardian, clock).run();
    return ExitDone;
}

} // namespace

int main(int argc, char *argv[])
{
    ::umask(022);
    // Half a megabyte less, and one layer less between a dead process and its restart.
    qputenv("QT_NO_GLIB", "1");
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(u"sgn-watchdog"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(SGN_VERSION_STRING));

    CommandLine commandLine(u"Keeps the meter's processes and the agent of one device running."_s,
                            u"sgn-watchdog --root /home/pi/technospurs"_s);
    const QCommandLineParser &parser = commandLine.parser();
    commandLine.addOptions({
        {u"root"_s, u"The device's folder."_s, u"DIR"_s, DeviceTree::defaultRoot()},
        {u"port"_s, u"UDP port on 127.0.0.1 that takes heartbeats; 0 takes a free one."_s, u"N"_s, u"4951"_s},
        {u"socket"_s, u"Unix socket that the agent talks to."_s, u"PATH"_s, DeviceTree::controlSocket()},
        {u"self-test"_s, u"Check that everything works here, beside a running watchdog, and exit."_s},
    });
    QCommandLineOption speed(u"speed"_s, u"Divides all times, for tests."_s, u"N"_s, u"1"_s);
    speed.setFlags(QCommandLineOption::HiddenFromHelp);
    QCommandLineOption rebootProgram(
        u"reboot-program"_s, u"Started instead of the system's restart of the machine, for tests."_s, u"PATH"_s);
    rebootProgram.setFlags(QCommandLineOption::HiddenFromHelp);
    // A duty in an update of the watchdog, which starts it itself.
    QCommandLineOption guardOption(u"guard"_s, u"Watches over a new release."_s);
    guardOption.setFlags(QCommandLineOption::HiddenFromHelp);
    commandLine.addOptions({speed, rebootProgram, guardOption});
    commandLine.process(QCoreApplication::arguments());
    if (!parser.positionalArguments().isEmpty()) {
        CommandLine::usageError(u"unexpected argument '%1'"_s.arg(parser.positionalArguments().constFirst()));
    }

    WatchdogSettings settings{.tree = DeviceTree(parser.value(u"root"_s))};
    settings.socket = QDir::cleanPath(QDir::current().absoluteFilePath(parser.value(u"socket"_s)));
    settings.port = static_cast<quint16>(commandLine.number(u"port"_s, 0, 65535));
    settings.speed = commandLine.number(u"speed"_s, 1, 1000);
    settings.programFolder = QFileInfo(system::ownProgram()).absolutePath();
    settings.version = readReleaseVersion(settings.programFolder).value_or(selfupdate::builtInRelease);
    settings.groups = system::ControlGroups::find();
    settings.hasInit = qEnvironmentVariableIsSet("NOTIFY_SOCKET");
    settings.sticks = qEnvironmentVariable("SGN_STICKS");
    auto owner = system::ownerOfRoot(settings.tree.root());
    if (!owner) {
        return failed(owner.error());
    }
    settings.owner = *std::move(owner);
    const SystemClock clock;
    if (parser.isSet(u"self-test"_s)) {
        return runSelfTest(settings, clock);
    }
    if (parser.isSet(guardOption)) {
        return guard(settings, clock);
    }
    system::SystemMachine machine(parser.value(rebootProgram));
    const int code = runWatchdog(settings, machine, clock);
    return code == handOverCode ? becomeNewRelease(settings) : code;
}
