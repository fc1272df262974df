// SPDX-License-Identifier: GPL-3.0-or-later
#include "watchdog/Watchdog.h"

#include "base/Overloaded.h"
#include "base/StateFile.h"
#include "system/PortGuard.h"
#include "system/ProcFs.h"
#include "watchdog/Logging.h"
#include "watchdog/MountedSticks.h"
#include "watchdog/UsbSticks.h"

#include <algorithm>
#include <QPointer>
#include <sys/wait.h>
#include <unistd.h>

namespace sgn::watchdog {

using namespace Qt::StringLiterals;

namespace {

supervision::Supervisor::Settings supervisorSettings(const WatchdogSettings &settings, quint16 port,
                                                     std::function<QSet<pid_t>()> others)
{
    supervision::Supervisor::Settings supervisor{.tree = settings.tree};
    supervisor.heartbeatPort = port;
    supervisor.groups = settings.groups;
    supervisor.others = std::move(others);
    supervisor.limits = supervision::SupervisionLimits().fasterBy(settings.speed);
    supervisor.bootGrace /= settings.speed;
    return supervisor;
}

supervision::AgentSupervisor::Settings agentSettings(const WatchdogSettings &settings, quint16 port,
                                                     std::function<QSet<pid_t>()> others)
{
    supervision::AgentSupervisor::Settings agent;
    agent.program = settings.tree.agentProgram();
    agent.arguments = {"--root",
                       settings.tree.root().toLocal8Bit(),
                       "--watchdog-port",
                       QByteArray::number(port),
                       "--watchdog-socket",
                       settings.socket.toLocal8Bit()};
    // No argument: an older agent, to which an update rolls back, would end with a usage error.
    agent.environment = {QByteArray(DeviceTree::rootKeysVariable) + '=' +
                         selfupdate::OwnRelease(settings.programFolder).keys().toLocal8Bit()};
    agent.outputFile = settings.tree.agentOutput();
    agent.groups = settings.groups;
    agent.others = std::move(others);
    agent.limits = supervision::SupervisionLimits().fasterBy(settings.speed);
    agent.startGrace /= settings.speed;
    return agent;
}

selfupdate::AgentExchange::Settings swapSettings(const WatchdogSettings &settings)
{
    selfupdate::AgentExchange::Settings swap{
        settings.tree.jabberClient(), settings.tree.downloads(), settings.tree.agentSwapJournal(),
        settings.owner.user,          settings.owner.group,      settings.version};
    swap.offlineSettle /= settings.speed;
    return swap;
}

selfupdate::WatchdogExchange::Settings ownSwapSettings(const WatchdogSettings &settings)
{
    selfupdate::WatchdogExchange::Settings swap{selfupdate::OwnRelease(settings.programFolder), settings.owner,
                                                settings.version, settings.arguments, settings.hasInit};
    swap.guardianPause /= settings.speed;
    return swap;
}

std::unique_ptr<StickSource> stickSource(const WatchdogSettings &settings)
{
    constexpr std::chrono::milliseconds interval = std::chrono::seconds(2);
    if (!settings.sticks.isEmpty()) {
        return std::make_unique<MountedSticks>(settings.sticks, interval / settings.speed);
    }
    return std::make_unique<UsbSticks>(interval / settings.speed);
}

StickDesk::Settings stickSettings(const WatchdogSettings &settings)
{
    return {selfupdate::OwnRelease(settings.programFolder).updateProgram(), settings.arguments, settings.owner};
}

// The reply to a request without a result of its own.
Result<control::ReplyBody> done(const Outcome &outcome)
{
    if (!outcome) {
        return fail(outcome.error());
    }
    return control::Done{};
}

} // namespace

Watchdog::Watchdog(WatchdogSettings settings, std::unique_ptr<HeartbeatSocket> heartbeats,
                   std::unique_ptr<ControlServer> control, system::Machine &machine, const Clock &clock)
    : m_settings(std::move(settings))
    , m_machine(machine)
    , m_clock(clock)
    , m_bootId(system::readBootId())
    , m_meterRules(m_settings.tree.smartMeter(), m_settings.owner.user, m_settings.owner.group)
    , m_agentRules(m_settings.tree.jabberClient(), m_settings.owner.user, m_settings.owner.group)
    , m_heartbeats(std::move(heartbeats))
    , m_control(std::move(control))
    , m_supervisor(supervisorSettings(m_settings, m_heartbeats->port(), [this] { return agentPids(); }), m_meterRules,
                   m_clock)
    , m_agent(agentSettings(m_settings, m_heartbeats->port(), [this] { return m_supervisor.pids(); }), m_agentRules,
              m_clock)
    , m_agentExchange(swapSettings(m_settings), m_agent, m_clock)
    , m_watchdogExchange(ownSwapSettings(m_settings), [this] { return watchedProcesses(); })
    , m_sticks(stickSettings(m_settings), stickSource(m_settings))
{
    m_saveTimer.setSingleShot(true);
    connect(&m_saveTimer, &QTimer::timeout, this, &Watchdog::save);
    connect(&m_supervisor, &supervision::Supervisor::essentialsChanged, this, &Watchdog::save);
    connect(&m_supervisor, &supervision::Supervisor::recordChanged, this, &Watchdog::saveSoon);
    connect(&m_agent, &supervision::AgentSupervisor::recordChanged, this, &Watchdog::saveSoon);
    connect(&m_supervisor, &supervision::Supervisor::processChanged, this,
            [this](const ProcessReport &process) { m_control->broadcast(control::ProcessChanged{process}); });
    connect(&m_supervisor, &supervision::Supervisor::problemChanged, this,
            [this] { m_control->broadcast(control::ProblemChanged{m_supervisor.problem()}); });
    connect(&m_agent, &supervision::AgentSupervisor::ended, this, [this] { m_agentLink.reset(); });
    connect(&m_agentExchange, &selfupdate::AgentExchange::finished, this,
            [this](const control::SwapStatusReply &status) { m_control->broadcast(control::SwapChanged{status}); });
    connect(&m_watchdogExchange, &selfupdate::WatchdogExchange::handOver, this, &Watchdog::handOver);
    connect(&m_sticks, &StickDesk::served, this, [this] { m_control->broadcast(control::StickArrived{}); });
    connect(m_control.get(), &ControlServer::requestReceived, this,
            [this](ControlPeer *peer, const control::Request &request) { handle(*peer, request); });
}

Watchdog::~Watchdog() = default;

void Watchdog::begin()
{
    const supervision::Registry registry =
        supervision::loadRegistry(m_settings.tree.processRegistry(), m_settings.tree.processRegistryCopy(), m_bootId);
    const bool swapping = m_agentExchange.load();
    setLimits(registry.heartbeatTimeoutS, registry.startTimeoutS);
    m_supervisor.begin(registry);
    m_agent.findRunningAgent(registry.agent);
    m_agentExchange.resume();
    if (!swapping) {
        m_agent.begin();
    }
    m_heartbeats->serve(
        [this](const Heartbeat &heartbeat, const supervision::HeartbeatSender &sender) {
            return m_supervisor.heartbeat(heartbeat, sender);
        },
        [this] { return m_supervisor.reports(); },
        [this](const supervision::HeartbeatSender &sender, const QString &name, const QString &why) {
            m_supervisor.unreadable(sender, name, why);
        });
    m_watchdogExchange.resume();
    if (::geteuid() == 0 && !system::othersAreKeptAway(m_heartbeats->port(), m_settings.owner.user)) {
        qCInfo(lcWatchdog) << "no packet filter keeps heartbeats of other users away (device/packaging)";
    }
}

void Watchdog::finish()
{
    save();
}

void Watchdog::reapOrphans()
{
    QList<qint64> ours;
    for (const supervision::RegistryEntry &entry : m_supervisor.entries()) {
        if (entry.identity) {
            ours += entry.identity->pid;
        }
    }
    if (const auto agent = m_agent.identity()) {
        ours += agent->pid;
    }
    if (m_watchdogExchange.child() > 0) {
        ours += m_watchdogExchange.child();
    }
    if (m_sticks.child() > 0) {
        ours += m_sticks.child();
    }
    siginfo_t info{};
    while (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
        if (ours.contains(info.si_pid)) {
            // Its pidfd shows that too, and the object that watches it wants the exit status. More orphans are looked
            // for when it has been dealt with.
            QTimer::singleShot(0, this, &Watchdog::reapOrphans);
            return;
        }
        const auto orphan = static_cast<id_t>(info.si_pid);
        info = {};
        ::waitid(P_PID, orphan, &info, WEXITED | WNOHANG);
        m_supervisor.killOrphansSoon();
        info = {};
    }
}

void Watchdog::handle(ControlPeer &peer, const control::Request &request)
{
    if (const Reply reply = replyTo(peer, request)) {
        peer.reply(request.id, *reply);
    }
}

Watchdog::Reply Watchdog::replyTo(ControlPeer &peer, const control::Request &request)
{
    return std::visit(
        Overloaded{
            [&](const control::Hello &hello) -> Reply { return this->hello(peer, hello); },
            [&](const control::Status &) -> Reply { return status(); },
            [&](const control::Hold &hold) { return this->hold(peer, request.id, hold); },
            [&](const control::Resume &resume) -> Reply { return this->resume(resume); },
            [&](const control::Restart &restart) -> Reply { return done(m_supervisor.restart(restart.processName)); },
            [&](const control::Reboot &) -> Reply { return done(restartMachine(peer)); },
            [&](const control::Online &online) -> Reply {
                if (isAgent(peer)) {
                    m_agentLink = control::AgentLink{true, online.since, {}};
                    m_agentExchange.online();
                }
                return control::Done{};
            },
            [&](const control::Offline &offline) -> Reply {
                if (isAgent(peer)) {
                    m_agentLink = control::AgentLink{false, offline.since, offline.reason};
                }
                return control::Done{};
            },
            [&](const control::Swap &swap) -> Reply { return this->swap(swap); },
            [&](const control::SwapStatus &status) -> Reply {
                return status.component == Component::WatchDog ? m_watchdogExchange.status() : m_agentExchange.status();
            },
            [&](const control::StickDone &) -> Reply {
                stickDone(peer);
                return control::Done{};
            },
        },
        request.body);
}

Watchdog::Reply Watchdog::hold(ControlPeer &peer, control::RequestId id, const control::Hold &hold)
{
    if (hold.component != Component::SmartMeter) {
        return fail(ErrorCode::BadRequest, u"%1 has no processes to hold"_s.arg(folderName(hold.component)));
    }
    qCInfo(lcWatchdog) << "holding the processes for" << hold.seconds << "s at most";
    m_supervisor.hold(std::chrono::seconds(hold.seconds),
                      [peer = QPointer<ControlPeer>(&peer), id](const Outcome &outcome) {
                          if (peer) {
                              peer->reply(id, done(outcome));
                          }
                      });
    return std::nullopt;
}

Result<control::ReplyBody> Watchdog::hello(ControlPeer &peer, const control::Hello &hello)
{
    peer.setHasSentHello();
    // Other programs than the agent may connect, too; they only aren't supervised.
    if (m_agent.hello(peer.pid(), hello.version)) {
        qCInfo(lcWatchdog).noquote() << u"agent connected (pid %1, version %2)"_s.arg(peer.pid()).arg(hello.version);
        setLimits(hello.heartbeatTimeoutS, hello.startTimeoutS);
        saveSoon();
        if (hello.takesSticks) {
            m_sticks.agentReady();
        } else {
            qCInfo(lcWatchdog) << "this agent installs nothing from USB sticks";
        }
    }
    return control::HelloReply{m_settings.version};
}

void Watchdog::stickDone(const ControlPeer &peer)
{
    if (isAgent(peer)) {
        m_sticks.resultReady();
    }
}

void Watchdog::setLimits(std::optional<int> heartbeatTimeoutS, std::optional<int> startTimeoutS)
{
    m_heartbeatTimeoutS = heartbeatTimeoutS ? heartbeatTimeoutS : m_heartbeatTimeoutS;
    m_startTimeoutS = startTimeoutS ? startTimeoutS : m_startTimeoutS;
    supervision::SupervisionLimits limits;
    if (m_heartbeatTimeoutS) {
        limits.heartbeatTimeout = std::chrono::seconds(*m_heartbeatTimeoutS);
    }
    if (m_startTimeoutS) {
        limits.startTimeout = std::chrono::seconds(*m_startTimeoutS);
    }
    m_supervisor.setLimits(limits.fasterBy(m_settings.speed));
}

control::StatusReply Watchdog::status() const
{
    return {m_supervisor.reports(), m_supervisor.problem(), m_settings.version,
            control::AgentReport{m_agent.report(), m_agentLink}};
}

Result<control::ReplyBody> Watchdog::resume(const control::Resume &resume)
{
    if (resume.component != Component::SmartMeter) {
        return fail(ErrorCode::BadRequest, u"%1 has no processes to resume"_s.arg(folderName(resume.component)));
    }
    qCInfo(lcWatchdog) << "processes resumed";
    m_supervisor.resume(resume.expected);
    return control::Done{};
}

QSet<pid_t> Watchdog::agentPids() const
{
    const auto agent = m_agent.identity();
    return agent ? QSet{static_cast<pid_t>(agent->pid)} : QSet<pid_t>();
}

bool Watchdog::isAgent(const ControlPeer &peer) const
{
    const auto agent = m_agent.identity();
    return agent && agent->pid == peer.pid();
}

Outcome Watchdog::restartMachine(const ControlPeer &peer)
{
    // Others of that user may look and hold, but the machine belongs to more than the meter.
    if (!isAgent(peer)) {
        return fail(ErrorCode::Refused, u"only the agent may have the machine restarted"_s);
    }
    qCWarning(lcWatchdog) << "restarting the machine at the agent's request";
    save();
    const Outcome begun = m_machine.restart();
    if (!begun) {
        qCWarning(lcWatchdog).noquote() << "it can't be restarted:" << begun.error().message;
    }
    return begun;
}

// One at a time: each would take what the other does for a fault of the new release.
Result<control::ReplyBody> Watchdog::swap(const control::Swap &swap)
{
    if (swap.component == Component::WatchDog) {
        return m_agentExchange.isUnderWay() ? fail(ErrorCode::Busy, u"the agent is being updated"_s)
                                            : done(m_watchdogExchange.request(swap));
    }
    control::Swap agentSwap = swap;
    // One that has had a network until now has to find it again.
    agentSwap.mayBeOffline = swap.mayBeOffline && !(m_agentLink && m_agentLink->isOnline);
    return m_watchdogExchange.isUnderWay() ? fail(ErrorCode::Busy, u"the watchdog is being updated"_s)
                                           : done(m_agentExchange.request(agentSwap));
}

QList<selfupdate::WatchedProcess> Watchdog::watchedProcesses() const
{
    QList<selfupdate::WatchedProcess> all;
    for (const ProcessReport &report : m_supervisor.reports()) {
        all += {report.name, std::nullopt, report.state == ProcessState::Running};
    }
    for (const supervision::RegistryEntry &entry : m_supervisor.entries()) {
        for (selfupdate::WatchedProcess &process : all) {
            if (process.name == entry.name) {
                process.identity = entry.identity;
            }
        }
    }
    return all;
}

void Watchdog::saveSoon()
{
    // At once, but not more often than once a second: every save is a write to the card.
    constexpr MonotonicTime pause = std::chrono::seconds(1);
    if (!m_saveTimer.isActive()) {
        m_saveTimer.start(std::max(MonotonicTime(0), m_lastSave + pause / m_settings.speed - m_clock.monotonic()));
    }
}

void Watchdog::save()
{
    m_lastSave = m_clock.monotonic();
    supervision::Registry registry;
    registry.processes = m_supervisor.entries();
    registry.retired = m_supervisor.retired();
    registry.agent = m_agent.identity();
    registry.holdUntil = m_supervisor.holdUntil();
    registry.heartbeatTimeoutS = m_heartbeatTimeoutS;
    registry.startTimeoutS = m_startTimeoutS;
    const QByteArray content = supervision::encodeRegistry(registry, m_bootId);
    if (content == m_saved) {
        return;
    }
    if (const auto written = writeStateFile(m_settings.tree.processRegistry(), content); written) {
        m_saved = content;
    } else {
        qCWarning(lcWatchdog).noquote() << written.error().message;
    }
    const QByteArray programs = supervision::encodePrograms(registry);
    if (programs == m_savedPrograms) {
        return;
    }
    if (const auto written = writeStateFile(m_settings.tree.processRegistryCopy(), programs); written) {
        m_savedPrograms = programs;
    } else {
        qCWarning(lcWatchdog).noquote() << written.error().message;
    }
}

} // namespace sgn::watchdog
