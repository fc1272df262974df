// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/Agent.h"
#include "agent/ConfigRecovery.h"
#include "agent/Logging.h"
#include "agent/ReleaseVersion.h"
#include "agent/WatchdogClient.h"
#include "agent/XmppPanelLink.h"
#include "base/CommandLine.h"
#include "base/HangAlarm.h"
#include "base/Log.h"
#include "base/TerminationSignal.h"
#include "config/RootKeys.h"
#include "system/FileLock.h"
#include "system/OwnLoader.h"
#include "system/Privileges.h"
#include "xmpp/TlsProbe.h"

#include <algorithm>
#include <cstdio>
#include <QCoreApplication>
#include <QFileInfo>
#include <QSslSocket>
#include <QTimer>
#include <sys/prctl.h>

using namespace sgn;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// For so long an agent does nothing before it counts as hung. A slow card that has just got a large release keeps a
// durable write waiting for most of a minute.
constexpr std::chrono::seconds hangLimit(300);
constexpr std::chrono::seconds leastHangLimit(10);
// The result of run() for: once more, with the configuration that is on disk now.
constexpr int anew = 1000;

struct Arguments
{
    QString root;
    quint16 watchdogPort = 0;
    QString watchdogSocket;
    bool selfTest = false;
    int speed = 1;
};

Arguments readArguments()
{
    CommandLine line(u"Carries out the control panel's commands on one device: updates, version reports, logs."_s,
                     u"sgn-agent --root /home/pi/technospurs"_s);
    QCommandLineOption selfTest(u"self-test"_s, u"Check that this program can work here, then exit."_s);
    selfTest.setFlags(QCommandLineOption::HiddenFromHelp);
    QCommandLineOption speed(u"speed"_s, u"Divides the times of the connection, for tests."_s, u"N"_s, u"1"_s);
    speed.setFlags(QCommandLineOption::HiddenFromHelp);
    line.addOptions({
        {u"root"_s, u"The device's folder."_s, u"DIR"_s, DeviceTree::defaultRoot()},
        {u"watchdog-port"_s, u"UDP port of the watchdog."_s, u"PORT"_s, u"4951"_s},
        {u"watchdog-socket"_s, u"Control socket of the watchdog."_s, u"PATH"_s, DeviceTree::controlSocket()},
        selfTest,
        speed,
    });
    line.process(QCoreApplication::arguments());
    if (!line.parser().positionalArguments().isEmpty()) {
        CommandLine::usageError(u"unexpected argument '%1'"_s.arg(line.parser().positionalArguments().first()));
    }
    Arguments arguments;
    arguments.root = line.parser().value(u"root"_s);
    if (arguments.root.isEmpty()) {
        CommandLine::usageError(u"--root takes a folder"_s);
    }
    arguments.watchdogPort = static_cast<quint16>(line.number(u"watchdog-port"_s, 1, 65535));
    arguments.watchdogSocket = line.parser().value(u"watchdog-socket"_s);
    arguments.speed = line.number(u"speed"_s, 1, 20);
    arguments.selfTest = line.parser().isSet(u"self-test"_s);
    return arguments;
}

int failWith(const Error &error)
{
    qCCritical(agent::lcAgent).noquote() << error.message;
    return ExitFailed;
}

// Root's keys are for the watchdog, which the owner of this program's folder must not mislead. An agent that can't read
// them goes on with its own, because without an agent the device could not be mended from afar.
DeviceConfig boundByRoot(DeviceConfig config)
{
    const QString named = qEnvironmentVariable(DeviceTree::rootKeysVariable);
    const auto keys = loadRootKeys(named.isEmpty() ? DeviceTree::rootKeys() : named);
    if (keys) {
        return withRootKeys(std::move(config), *keys);
    }
    if (keys.error().code != ErrorCode::NotFound) {
        qCWarning(agent::lcAgent).noquote() << "the keys of root are not used:" << keys.error().message;
    }
    return config;
}

// What an update checks of a new agent before it replaces the old one: it starts on this machine, has its
// libraries and TLS, and reads this device's configuration.
int selfTest(const DeviceTree &tree)
{
    if (!QSslSocket::supportsSsl()) {
        return failWith({ErrorCode::Internal, u"self-test failed: there is no TLS library"_s});
    }
    if (const auto config = loadDeviceConfig(tree); !config) {
        return failWith(config.error().withContext(u"self-test failed"_s));
    }
    std::puts("self-test passed");
    return ExitDone;
}

xmpp::SessionOptions connectionAt(int speed)
{
    xmpp::SessionOptions options = xmpp::quietSession();
    options.connectTimeout /= speed;
    options.pingInterval /= speed;
    options.pingTimeout /= speed;
    options.keepAlive->longest = std::max(options.keepAlive->longest / speed, 1s);
    options.keepAlive->shortest = std::max(options.keepAlive->shortest / speed, 1s);
    options.reconnect.first /= speed;
    options.reconnect.ceiling /= speed;
    options.reconnect.stableAfter /= speed;
    return options;
}

// Tries the running server with another CA file.
update::ServerTrial serverTrial(const xmpp::Account &account)
{
    return [account](const QString &caFile, QObject *context, std::function<void(const Outcome &)> done) {
        xmpp::Account tried = account;
        tried.caFile = caFile;
        auto *const probe = new xmpp::TlsProbe(tried, std::chrono::seconds(30), context);
        QObject::connect(probe, &xmpp::TlsProbe::finished, context,
                         [probe, done = std::move(done)](const std::optional<Error> &failure) {
                             probe->deleteLater();
                             done(failure ? Outcome(fail(*failure)) : Outcome());
                         });
        probe->start();
    };
}

void reportLink(agent::XmppPanelLink &link, agent::WatchdogClient &watchdog)
{
    QObject::connect(&link, &agent::PanelLink::online, &watchdog, [&watchdog] { watchdog.setOnline(true); });
    QObject::connect(&link, &agent::PanelLink::offline, &watchdog, [&watchdog] { watchdog.setOnline(false); });
    QObject::connect(&link, &agent::XmppPanelLink::unreachable, &watchdog, &agent::WatchdogClient::setOfflineReason);
}

int run(const Arguments &arguments, TerminationSignal &termination)
{
    const DeviceTree tree(arguments.root);
    if (const auto folders = tree.ensureFolders(); !folders) {
        return failWith(folders.error());
    }
    const auto lock = system::lockInstance(tree.agentLock(), u"another sgn-agent already runs in this root folder"_s);
    if (!lock) {
        return failWith(lock.error());
    }
    installLog(tree.log(u"agent"_s));
    const auto recovered = agent::recoverConfig(tree);
    if (!recovered) {
        return failWith(recovered.error());
    }
    const DeviceConfig config = boundByRoot(recovered->config);
    const SystemClock clock;
    const int version = agent::releaseVersion(QFileInfo(system::ownProgram()).absolutePath());
    qCInfo(agent::lcAgent).noquote() << "agent version" << version << "of" << config.clientJid << "starts in"
                                     << tree.root();

    const control::Hello hello{version, control::protocolVersion, config.heartbeatTimeoutS, config.startTimeoutS, true};
    agent::WatchdogClient watchdog(arguments.watchdogSocket, hello, {});
    const xmpp::Account account = agent::accountOf(config, tree.caCertificate());
    agent::XmppPanelLink link(account, config.panelJid, connectionAt(arguments.speed), clock);
    agent::AgentSettings settings{.config = config, .tree = tree, .problem = recovered->remark};
    settings.version = version;
    settings.watchdogPort = arguments.watchdogPort;
    settings.swapTimes.confirm = update::confirmTime(std::chrono::seconds(config.startTimeoutS));
    settings.serverTrial = serverTrial(account);
    settings.watchdogVersion = [&watchdog] {
        return watchdog.watchdogVersion();
    };
    agent::Agent agent(settings, link, watchdog, clock);

    reportLink(link, watchdog);
    QObject::connect(&link, &agent::XmppPanelLink::stopped, qApp, &QCoreApplication::quit);
    bool isToStartAnew = false;
    QObject::connect(&agent, &agent::Agent::restartRequested, &link, [&] {
        qCInfo(agent::lcAgent) << "starting anew with another configuration";
        isToStartAnew = true;
        link.stop();
    });
    QObject::connect(&termination, &TerminationSignal::received, &link, [&] {
        isToStartAnew = false;
        link.stop();
    });

    // The watchdog sees only that the process is there.
    HangAlarm hangAlarm(std::max(hangLimit / arguments.speed, leastHangLimit));
    hangAlarm.start();
    agent.start();
    watchdog.start();
    link.start();
    const int code = QCoreApplication::exec();
    if (isToStartAnew) {
        return anew;
    }
    qCInfo(agent::lcAgent) << "stopped";
    return code;
}

} // namespace

int main(int argc, char *argv[])
{
    // The watchdog starts it by a descriptor, of which older kernels make a name like "5".
    ::prctl(PR_SET_NAME, "sgn-agent");
    QCoreApplication app(argc, argv);
    TerminationSignal termination;
    QCoreApplication::setApplicationName(u"sgn-agent"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(SGN_VERSION_STRING));
    const Arguments arguments = readArguments();
    installLog();
    if (const auto switched = system::becomeOwnerOf(arguments.root); !switched) {
        return failWith(switched.error());
    }
    if (arguments.selfTest) {
        return selfTest(DeviceTree(arguments.root));
    }
    int code = anew;
    while (code == anew) {
        code = run(arguments, termination);
    }
    return code;
}
