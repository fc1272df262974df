// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/AgentSupervisor.h"

#include "supervision/Logging.h"
#include "system/ProcFs.h"

#include <algorithm>
#include <QFileInfo>

namespace sgn::supervision {

using namespace Qt::StringLiterals;

namespace {

SupervisedProcess::Spec specOf(const AgentSupervisor::Settings &settings)
{
    return {
        .name = u"agent"_s,
        .program = settings.program,
        .arguments = settings.arguments,
        .environment = settings.environment,
        .outputFile = settings.outputFile,
        .groups = settings.groups,
        .proof = ProofOfLife::HelloOnce,
        // The network reaches it before all other programs, and unlike a meter's script it never needs sudo, which pi
        // may use without a password on many cards.
        .noNewPrivileges = true,
        .others = settings.others,
    };
}

} // namespace

bool isNamedLike(const QString &program, const QByteArray &executable, const QByteArrayList &arguments)
{
    const QByteArray name = QFileInfo(program).fileName().toUtf8();
    const auto isNamed = [&name](const QByteArray &path) {
        return path.mid(path.lastIndexOf('/') + 1) == name;
    };
    return isNamed(executable) ||
           std::ranges::any_of(arguments.first(std::min<qsizetype>(2, arguments.size())), isNamed);
}

AgentSupervisor::AgentSupervisor(const Settings &settings, const ProgramRules &rules, const Clock &clock,
                                 QObject *parent)
    : AgentControl(parent)
    , m_settings(settings)
    , m_rules(rules)
    , m_clock(clock)
    , m_process(specOf(settings), rules, settings.limits, clock)
{
    m_graceTimer.setSingleShot(true);
    connect(&m_graceTimer, &QTimer::timeout, this, &AgentSupervisor::startUnlessRunning);
    connect(&m_process, &SupervisedProcess::recordChanged, this, &AgentSupervisor::recordChanged);
    connect(&m_process, &SupervisedProcess::ended, this, [this] {
        // The signal first: a caller of stop() may start the next agent at once.
        Q_EMIT ended();
        answerGone();
    });
    connect(&m_process, &SupervisedProcess::startFailed, this, &AgentSupervisor::startFailed);
}

void AgentSupervisor::findRunningAgent(const std::optional<ProcessIdentity> &saved)
{
    const auto program = m_rules.check(m_settings.program);
    if (saved) {
        auto handle = system::ProcessHandle::open(static_cast<pid_t>(saved->pid));
        if (handle && handle->startTime() == saved->startTime && !handle->hasEnded()) {
            if (const auto recognised = recognise(*handle)) {
                m_process.adopt(*std::move(handle), *recognised);
                return;
            }
        }
    }
    if (auto running =
            program ? findRunning(*program, m_settings.outputFile, m_settings.others()) : fail(program.error())) {
        m_process.adopt(*std::move(running), *program);
    }
}

void AgentSupervisor::begin()
{
    if (!m_process.isAlive()) {
        m_graceTimer.start(m_settings.startGrace);
    }
}

void AgentSupervisor::startUnlessRunning()
{
    if (m_process.isAlive() || m_process.isHeld()) {
        return;
    }
    findRunningAgent(std::nullopt);
    if (!m_process.isAlive()) {
        m_process.start();
    }
}

Result<Program> AgentSupervisor::recognise(const system::ProcessHandle &process) const
{
    const auto program = m_rules.check(m_settings.program);
    if (program && checkRuns(process, *program)) {
        return *program;
    }
    // One that was started from elsewhere, by a developer or before its folder was exchanged.
    const bool named =
        isNamedLike(m_settings.program, system::readExecutable(process.pid()), system::readArguments(process.pid()));
    const auto user = system::readUser(process.pid());
    if (!process.exists() || !named || !user) {
        return fail(ErrorCode::Refused, u"process %1 is no agent"_s.arg(process.pid()));
    }
    return Program{m_settings.program, m_settings.program, *user, 0, {}};
}

bool AgentSupervisor::hello(pid_t pid, int version)
{
    if (const auto current = m_process.identity(); current && current->pid != pid) {
        qCWarning(lcSupervision).noquote()
            << u"ignored the hello of process %1: the agent is process %2"_s.arg(pid).arg(current->pid);
        return false;
    }
    if (!m_process.isAlive()) {
        auto handle = system::ProcessHandle::open(pid, system::ProcessHandle::Kind::Other);
        const auto program = handle ? recognise(*handle) : fail(handle.error());
        if (!program) {
            return false;
        }
        m_graceTimer.stop();
        m_process.adopt(*std::move(handle), *program);
    }
    m_version = version;
    m_process.prove();
    Q_EMIT helloReceived(version);
    return true;
}

ProcessReport AgentSupervisor::report() const
{
    ProcessReport report;
    report.name = m_process.spec().name;
    report.version = m_version;
    report.isDead = m_process.isDead();
    report.state = m_process.state();
    if (const auto identity = m_process.identity()) {
        report.pid = identity->pid;
    }
    report.since = m_process.since();
    report.restarts24h = m_process.restarts().total(m_clock.monotonic());
    report.lastExit = m_process.lastExit();
    report.problem = m_process.startProblem();
    report.isHopeless = m_process.cannotStart();
    return report;
}

void AgentSupervisor::stop(std::function<void()> whenGone)
{
    m_graceTimer.stop();
    m_waitingForGone.push_back(std::move(whenGone));
    m_process.hold();
    if (!m_process.isAlive()) {
        answerGone();
    }
}

void AgentSupervisor::start()
{
    m_process.start();
}

void AgentSupervisor::answerGone()
{
    if (!m_process.isAlive()) {
        for (const auto &answer : std::exchange(m_waitingForGone, {})) {
            answer();
        }
    }
}

} // namespace sgn::supervision
