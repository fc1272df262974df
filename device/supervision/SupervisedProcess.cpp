// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/SupervisedProcess.h"

#include "supervision/Logging.h"
#include "supervision/ProcessTree.h"
#include "system/Launcher.h"

#include <algorithm>
#include <csignal>

namespace sgn::supervision {

using namespace Qt::StringLiterals;

namespace {

// How often the output is looked at: so often that little can pile up meanwhile, so seldom that it costs nothing, and
// all of them in the same moment. One that fills its file faster is looked at faster.
constexpr std::chrono::seconds trimCalm{5};
constexpr std::chrono::milliseconds trimBusy{200};

QString describe(const system::ExitStatus &status)
{
    if (status.code) {
        return u"with exit code %1"_s.arg(*status.code);
    }
    if (status.signal) {
        return u"by signal %1"_s.arg(*status.signal);
    }
    return u"for an unknown reason, as it wasn't a child of this process"_s;
}

} // namespace

SupervisedProcess::SupervisedProcess(Spec spec, const ProgramRules &rules, const SupervisionLimits &limits,
                                     const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_spec(std::move(spec))
    , m_rules(rules)
    , m_clock(clock)
    , m_machine(limits, m_spec.proof, clock.monotonic())
    , m_timer(clock, this)
    , m_output(m_spec.outputFile)
    , m_since(clock.wallUtc())
{
    connect(&m_timer, &system::DeadlineTimer::reached, this, [this] { feed(LifecycleEvent::DeadlineReached); });
    m_trimTimer.setSingleShot(true);
    connect(&m_trimTimer, &QTimer::timeout, this, &SupervisedProcess::trimOutput);
}

SupervisedProcess::~SupervisedProcess()
{
    if (!isAlive()) {
        system::removeControlGroup(m_group);
    }
}

std::optional<ProcessIdentity> SupervisedProcess::identity() const
{
    return m_handle ? std::optional(ProcessIdentity{m_handle->pid(), m_handle->startTime()}) : std::nullopt;
}

void SupervisedProcess::remember(const std::optional<LastExit> &lastExit, const RestartCount &restarts)
{
    m_lastExit = lastExit;
    m_restarts = restarts;
}

void SupervisedProcess::start()
{
    feed(LifecycleEvent::StartRequested);
}

void SupervisedProcess::hold()
{
    // Whatever kept it from starting is of the program that is about to be replaced.
    m_exitProblem.clear();
    m_startProblem.clear();
    m_failedStarts = 0;
    feed(LifecycleEvent::HoldRequested);
}

void SupervisedProcess::restart()
{
    feed(LifecycleEvent::RestartRequested);
}

void SupervisedProcess::adopt(system::ProcessHandle handle, const Program &program)
{
    Q_ASSERT(!isAlive());
    qCInfo(lcSupervision).noquote() << m_spec.name << "runs already as process" << handle.pid();
    m_startProblem.clear();
    m_failedStarts = 0;
    const bool isNew = system::ageOf(handle.startTime()) < m_machine.limits().startTimeout;
    watch(std::move(handle), program);
    Q_EMIT adopted();
    feed(isNew ? LifecycleEvent::AdoptedAnew : LifecycleEvent::Adopted);
    Q_EMIT recordChanged();
}

void SupervisedProcess::prove()
{
    m_exitProblem.clear();
    m_lastProof = m_clock.monotonic();
    feed(LifecycleEvent::Heartbeat);
}

void SupervisedProcess::showLife()
{
    m_lastProof = m_clock.monotonic();
    feed(LifecycleEvent::SignOfLife);
}

void SupervisedProcess::rename(const QString &name, const QString &outputFile)
{
    m_spec.name = name;
    m_spec.outputFile = outputFile;
}

void SupervisedProcess::setLimits(const SupervisionLimits &limits)
{
    m_machine.setLimits(limits);
}

void SupervisedProcess::feed(LifecycleEvent event)
{
    ProcessActions actions = m_machine.handle(event, m_clock.monotonic());
    // First of all, because a meter that is down misses readings; reports of it can wait.
    if (actions.testFlag(ProcessAction::Start)) {
        actions |= m_machine.handle(launchNow(), m_clock.monotonic());
        Q_EMIT recordChanged();
    }
    if (actions.testFlag(ProcessAction::Terminate)) {
        terminate();
    }
    if (actions.testFlag(ProcessAction::Kill) && m_handle) {
        qCWarning(lcSupervision).noquote()
            << m_spec.name << "doesn't end, killing process" << m_handle->pid() << "and all that it started";
        killTree(*m_handle, m_spec.others());
        killGroup();
    }
    m_timer.set(m_machine.deadline());
    if (actions.testFlag(ProcessAction::Report)) {
        m_since = m_clock.wallUtc();
        Q_EMIT changed();
    }
    if (actions.testFlag(ProcessAction::Start) && !m_handle) {
        Q_EMIT startFailed();
    }
}

LifecycleEvent SupervisedProcess::launchNow()
{
    const auto program = m_rules.check(m_spec.program);
    auto handle = program ? tryLaunch(*program) : fail(program.error());
    if (!handle) {
        if (m_startProblem != handle.error().message) { // once, not at every retry
            qCWarning(lcSupervision).noquote() << m_spec.name << "cannot be started:" << handle.error().message;
            m_failedStarts = 0;
        }
        m_startProblem = handle.error().message;
        ++m_failedStarts;
        return LifecycleEvent::StartFailed;
    }
    m_startProblem.clear();
    m_failedStarts = 0;
    if (std::exchange(m_isRestart, false)) {
        m_restarts.add(m_clock.monotonic());
    }
    qCInfo(lcSupervision).noquote() << m_spec.name << "started as process" << handle->pid();
    watch(*std::move(handle), *program);
    return LifecycleEvent::Started;
}

Result<system::ProcessHandle> SupervisedProcess::tryLaunch(const Program &program)
{
    auto account = system::accountOf(program.user);
    if (!account) {
        return fail(std::move(account).error());
    }
    if (m_output.path() != m_spec.outputFile) {
        m_output = OutputLog(m_spec.outputFile);
    }
    const auto output = m_output.openForRun();
    if (!output) {
        qCWarning(lcSupervision).noquote() << "the output of" << m_spec.name << "is lost:" << output.error().message;
    }
    return system::launch({program.path, m_spec.arguments, m_spec.environment, *std::move(account),
                           output ? output->get() : -1, m_spec.groups.groupFor(m_spec.program), program.identity,
                           m_spec.noNewPrivileges});
}

void SupervisedProcess::killGroup()
{
    // A program that started this one as well as another that is supervised shares its group with both.
    const bool isShared = !m_group.isEmpty() && std::ranges::any_of(m_spec.others(), [this](pid_t other) {
        return system::controlGroupOf(other) == m_group;
    });
    if (!isShared) {
        system::killControlGroup(m_group);
    }
}

void SupervisedProcess::watch(system::ProcessHandle handle, const Program &program)
{
    m_running = program;
    m_handle.emplace(std::move(handle));
    // One that another program has started is in another group, and not alone there.
    const QByteArray group = m_spec.groups.groupFor(m_spec.program);
    m_group = !group.isEmpty() && system::controlGroupOf(m_handle->pid()) == group ? group : QByteArray();
    m_lastProof.reset();
    m_exitNotifier = new system::ExitNotifier(*m_handle, this);
    connect(m_exitNotifier, &system::ExitNotifier::ended, this, &SupervisedProcess::onExit);
    m_trimTimer.start(trimBusy);
}

void SupervisedProcess::trimOutput()
{
    const bool isBusy = m_output.trim();
    m_trimTimer.setTimerType(isBusy ? Qt::CoarseTimer : Qt::VeryCoarseTimer);
    m_trimTimer.start(isBusy ? trimBusy : trimCalm);
}

void SupervisedProcess::terminate()
{
    if (!m_handle) {
        return;
    }
    if (m_machine.state() == ProcessState::Hung) {
        qCWarning(lcSupervision).noquote() << m_spec.name << "shows no sign of life, ending process" << m_handle->pid();
    }
    m_handle->signal(SIGTERM);
    m_handle->signal(SIGCONT); // a stopped process couldn't obey
}

void SupervisedProcess::onExit()
{
    if (!m_handle || !m_handle->hasEnded()) {
        return;
    }
    m_exitNotifier->stop();
    m_exitNotifier->deleteLater();
    m_exitNotifier = nullptr;
    const pid_t pid = m_handle->pid();
    m_handle->killGroup();
    const system::ExitStatus status = m_handle->reap();
    m_handle.reset();
    m_trimTimer.stop();
    // Before the next one joins it.
    killGroup();
    const Program program = m_running;

    const bool wanted = m_machine.exitIsWanted();
    if (!wanted) {
        // What a script that puts its work into the background looks like: the rest of it was ended with it.
        m_exitProblem = status.code == 0 && !m_lastProof
                            ? u"it ends by itself (exit code 0) before its first heartbeat; the program of a meter has "
                              "to stay in the foreground"_s
                            : QString();
        record(status);
        m_isRestart = true;
    }
    feed(LifecycleEvent::Exited);
    qCInfo(lcSupervision).noquote() << u"%1 (process %2) ended %3, %4"_s.arg(
        m_spec.name, QString::number(pid), describe(status), wanted ? u"as requested"_s : u"unexpectedly"_s);
    killLeftovers(pid, program, identity(), m_spec.others());
    Q_EMIT recordChanged();
    Q_EMIT ended();
}

void SupervisedProcess::killOrphans() const
{
    if (!m_running.path.isEmpty()) {
        killLeftovers(0, m_running, identity(), m_spec.others());
    }
}

void SupervisedProcess::record(const system::ExitStatus &status)
{
    LastExit exit;
    exit.code = status.code;
    exit.signal = status.signal;
    exit.at = m_clock.wallUtc();
    if (m_lastProof) {
        const std::chrono::duration<double> age = m_clock.monotonic() - *m_lastProof;
        exit.heartbeatAgeS = age.count();
    }
    exit.lastLines = m_output.lastLines();
    m_lastExit = exit;
}

} // namespace sgn::supervision
