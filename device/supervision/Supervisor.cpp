// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Supervisor.h"

#include "supervision/Logging.h"
#include "supervision/ProcessTree.h"
#include "system/ProcFs.h"

#include <algorithm>
#include <QFileInfo>
#include <unistd.h>

namespace sgn::supervision {

using namespace Qt::StringLiterals;

namespace {

// The process that an earlier watchdog saw, if it is the same one still. Within one boot its number and start time name
// it, whatever it shows of itself.
std::optional<system::ProcessHandle> findSaved(const std::optional<ProcessIdentity> &identity, const Program &program)
{
    if (!identity) {
        return std::nullopt;
    }
    auto handle = system::ProcessHandle::open(static_cast<pid_t>(identity->pid));
    if (!handle || handle->startTime() != identity->startTime || handle->hasEnded() || !checkUser(*handle, program)) {
        return std::nullopt;
    }
    return *std::move(handle);
}

} // namespace

Supervisor::Supervisor(Settings settings, const ProgramRules &rules, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_bootGrace(settings.bootGrace)
    , m_rules(rules)
    , m_clock(clock)
    , m_table({settings.tree, settings.heartbeatPort, settings.groups, settings.limits, std::move(settings.others)},
              rules, clock)
    , m_intake(m_table, rules, clock, [this] { return m_holdUntil.has_value(); })
    , m_holdTimer(clock, this)
{
    connect(&m_table, &ProcessTable::processChanged, this, &Supervisor::processChanged);
    connect(&m_table, &ProcessTable::recordChanged, this, &Supervisor::recordChanged);
    connect(&m_table, &ProcessTable::ended, this, &Supervisor::checkGone);
    // With its number, so that the next watchdog knows it again whatever it shows of itself.
    connect(&m_table, &ProcessTable::adopted, this, [this] {
        if (!m_isRecalling) {
            Q_EMIT essentialsChanged();
        }
    });
    connect(&m_intake, &HeartbeatIntake::processChanged, this, &Supervisor::processChanged);
    connect(&m_intake, &HeartbeatIntake::problemChanged, this, &Supervisor::problemChanged);
    connect(&m_intake, &HeartbeatIntake::recordChanged, this, &Supervisor::recordChanged);
    connect(&m_intake, &HeartbeatIntake::renamed, this, &Supervisor::essentialsChanged);
    connect(&m_holdTimer, &system::DeadlineTimer::reached, this, [this] {
        qCWarning(lcSupervision) << "the hold has expired, starting the processes";
        endHold();
    });
    m_orphanTimer.setSingleShot(true);
    connect(&m_orphanTimer, &QTimer::timeout, this, [this] {
        for (auto &[name, entry] : m_table) {
            entry.process->killOrphans();
        }
    });
}

Supervisor::~Supervisor() = default;

void Supervisor::begin(const Registry &registry)
{
    m_holdUntil = savedHold(registry.holdUntil, m_clock.monotonic());
    m_holdTimer.set(m_holdUntil);
    m_table.setRetired(registry.retired);
    m_isRecalling = true;
    for (const RegistryEntry &saved : registry.processes) {
        recall(saved);
    }
    m_isRecalling = false;
    // Only now, when it is known which of the running processes belong to others.
    for (auto &[name, entry] : m_table) {
        SupervisedProcess &process = *entry.process;
        if (registry.sameBoot) {
            startUnlessRunning(process);
        } else {
            QTimer::singleShot(m_bootGrace, &process, [this, &process] { startUnlessRunning(process); });
        }
    }
}

void Supervisor::recall(const RegistryEntry &saved)
{
    TableEntry &entry = m_table.add(saved.name, saved.runCommand);
    entry.version = saved.version;
    SupervisedProcess &process = *entry.process;
    process.remember(saved.lastExit, saved.restarts);
    if (m_holdUntil) {
        process.hold();
    }
    // It runs also if its program couldn't be started any more.
    const Program program =
        m_rules.check(saved.runCommand).value_or(Program{saved.runCommand, saved.runCommand, m_rules.user(), 0, {}});
    if (auto running = findSaved(saved.identity, program)) {
        process.adopt(*std::move(running), program);
    }
}

void Supervisor::startUnlessRunning(SupervisedProcess &process)
{
    if (process.isAlive() || process.isHeld()) {
        return;
    }
    // The last watchdog may have been killed between starting the process and writing that down.
    const auto program = m_rules.check(process.spec().program);
    auto running = program ? findRunning(*program, process.spec().outputFile, m_table.othersThan(process.spec().name))
                           : fail(program.error());
    if (running) {
        process.adopt(*std::move(running), *program);
    } else {
        process.start();
    }
}

void Supervisor::killOrphansSoon()
{
    // Together with the others of the moment, because it takes a look at every process of the machine.
    constexpr auto pause = std::chrono::milliseconds(200);
    if (!m_orphanTimer.isActive()) {
        m_orphanTimer.start(pause);
    }
}

void Supervisor::hold(MonotonicTime duration, WhenGone whenGone)
{
    m_holdUntil = m_clock.monotonic() + duration;
    m_holdTimer.set(m_holdUntil);
    m_waitingForGone.push_back(std::move(whenGone));
    for (auto &[name, entry] : m_table) {
        entry.process->hold();
    }
    Q_EMIT essentialsChanged();
    checkGone();
}

void Supervisor::checkGone()
{
    if (m_holdUntil && std::ranges::none_of(m_table, [](const auto &item) { return item.second.process->isAlive(); })) {
        answerHold({});
    }
}

void Supervisor::answerHold(const Outcome &outcome)
{
    for (const WhenGone &answer : std::exchange(m_waitingForGone, {})) {
        answer(outcome);
    }
}

void Supervisor::resume(const QList<ProcessVersion> &expected)
{
    forgetUnexpected(expected);
    endHold();
    for (const ProcessVersion &process : expected) {
        if (m_table.find(process.name) == nullptr) {
            startExpected(process.name);
        }
    }
    Q_EMIT essentialsChanged();
}

void Supervisor::endHold()
{
    m_holdUntil.reset();
    m_holdTimer.set(std::nullopt);
    answerHold(fail(ErrorCode::Cancelled, u"the hold ended before the processes did"_s));
    for (auto &[name, entry] : m_table) {
        entry.process->start();
    }
    Q_EMIT recordChanged();
}

void Supervisor::forgetUnexpected(const QList<ProcessVersion> &expected)
{
    for (auto it = m_table.begin(); it != m_table.end();) {
        const SupervisedProcess &process = *it->second.process;
        if (isRetired(it->first, expected, process.isAlive(), QFileInfo::exists(process.spec().program))) {
            qCInfo(lcSupervision).noquote() << "the new release has no" << it->first << "any more";
            it = m_table.retire(it);
        } else {
            ++it;
        }
    }
}

void Supervisor::startExpected(const QString &name)
{
    if (m_table.isFull()) {
        qCWarning(lcSupervision).noquote()
            << name << "is not started: there are" << maxTableSize << "processes already";
        return;
    }
    for (const QString &candidate : programCandidates(name, m_rules.folder(), m_table.retired().value(name))) {
        const auto program = m_rules.check(candidate);
        if (const TableEntry *const other = program ? m_table.findByProgram(program->path) : nullptr) {
            // Once it runs it may send its heartbeats by this name.
            qCInfo(lcSupervision).noquote() << candidate << "is started as" << other->process->spec().name;
            continue;
        }
        if (program) {
            startUnlessRunning(*m_table.add(name, program->path).process);
            return;
        }
        if (program.error().code != ErrorCode::NotFound) {
            qCWarning(lcSupervision).noquote() << name << "cannot be started:" << program.error().message;
        }
    }
    qCWarning(lcSupervision).noquote() << u"found no program for %1 in %2, waiting for its heartbeat"_s.arg(
        name, m_rules.folder());
}

Outcome Supervisor::restart(const QString &name)
{
    TableEntry *const entry = m_table.find(name);
    if (entry == nullptr) {
        return fail(ErrorCode::NotFound, u"there is no process \"%1\""_s.arg(name));
    }
    if (entry->process->isHeld()) {
        return fail(ErrorCode::Busy, u"\"%1\" is held for an update"_s.arg(name));
    }
    entry->process->restart();
    return {};
}

} // namespace sgn::supervision
