// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Supervisor.h"

#include "supervision/Logging.h"
#include "system/ProcFs.h"

#include <algorithm>
#include <QFileInfo>

namespace sgn::supervision {

using namespace Qt::StringLiterals;

namespace {

// The process that an earlier watchdog saw, if it is the same one still.
std::optional<system::ProcessHandle> findSaved(const std::optional<ProcessIdentity> &identity, const Program &program)
{
    if (!identity) {
        return std::nullopt;
    }
    auto handle = system::ProcessHandle::open(static_cast<pid_t>(identity->pid));
    if (!handle || handle->startTime() != identity->startTime || handle->hasEnded() || !checkRuns(*handle, program)) {
        return std::nullopt;
    }
    return *std::move(handle);
}

} // namespace

Supervisor::Supervisor(Settings settings, const ProgramRules &rules, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_rules(rules)
    , m_clock(clock)
    , m_holdTimer(clock, this)
{
    connect(&m_holdTimer, &system::DeadlineTimer::reached, this, [this] {
        qCWarning(lcSupervision) << "the hold has expired, starting the processes";
        endHold();
    });
    m_orphanTimer.setSingleShot(true);
    connect(&m_orphanTimer, &QTimer::timeout, this, [this] {
        for (const auto &[name, entry] : m_entries) {
            entry.process->killOrphans();
        }
    });
}

Supervisor::~Supervisor() = default;

void Supervisor::begin(const Registry &registry)
{
    m_holdUntil = savedHold(registry.holdUntil, m_clock.monotonic());
    m_holdTimer.set(m_holdUntil);
    m_retired = registry.retired;
    for (const RegistryEntry &saved : registry.processes) {
        beginEntry(saved, registry.sameBoot);
    }
}

void Supervisor::beginEntry(const RegistryEntry &saved, bool sameBoot)
{
    Entry &entry = add(saved.name, saved.runCommand);
    entry.version = saved.version;
    SupervisedProcess &process = *entry.process;
    process.remember(saved.lastExit, saved.restarts);
    if (m_holdUntil) {
        process.hold();
    }
    const auto program = m_rules.check(saved.runCommand);
    if (auto running = program ? findSaved(saved.identity, *program) : std::nullopt) {
        process.adopt(*std::move(running), *program);
    } else if (sameBoot) {
        startUnlessRunning(process);
    } else {
        QTimer::singleShot(m_settings.bootGrace, &process, [this, &process] { startUnlessRunning(process); });
    }
}

void Supervisor::startUnlessRunning(SupervisedProcess &process)
{
    if (process.isAlive() || process.isHeld()) {
        return;
    }
    // The last watchdog may have been killed between starting the process and writing that down.
    const auto program = m_rules.check(process.spec().program);
    auto running = program ? findRunning(*program) : fail(program.error());
    if (running) {
        process.adopt(*std::move(running), *program);
    } else {
        process.start();
    }
}

Supervisor::Entry *Supervisor::find(const QString &name)
{
    const auto it = m_entries.find(name);
    return it == m_entries.end() ? nullptr : &it->second;
}

Supervisor::Entry &Supervisor::add(const QString &name, const QString &program)
{
    SupervisedProcess::Spec spec;
    spec.name = name;
    spec.program = program;
    spec.environment = {"SGN_HEARTBEAT_PORT=" + QByteArray::number(m_settings.heartbeatPort)};
    spec.outputFile = m_settings.tree.processOutput(name);
    spec.groups = m_settings.groups;
    m_retired.remove(name);
    Entry &entry = m_entries[name];
    entry.process = std::make_unique<SupervisedProcess>(spec, m_rules, m_settings.limits, m_clock);
    entry.version = 0;
    SupervisedProcess *const process = entry.process.get();
    connect(process, &SupervisedProcess::changed, this, [this, &entry] { Q_EMIT processChanged(report(entry)); });
    connect(process, &SupervisedProcess::recordChanged, this, &Supervisor::recordChanged);
    connect(process, &SupervisedProcess::ended, this, [this, &entry] {
        entry.announced = false;
        checkGone();
    });
    return entry;
}

Outcome Supervisor::heartbeat(const Heartbeat &heartbeat)
{
    Entry *const entry = find(heartbeat.processName);
    // The usual case, and the only one that a flood of true copies can reach, costs no system call.
    if (entry != nullptr && entry->process->identity() && entry->process->identity()->pid == heartbeat.pid &&
        entry->process->spec().program == heartbeat.runCommand) {
        accept(*entry, heartbeat.version);
        return {};
    }
    return takeIn(heartbeat);
}

Outcome Supervisor::takeIn(const Heartbeat &heartbeat)
{
    const auto program = m_rules.check(heartbeat.runCommand);
    if (!program) {
        return fail(program.error());
    }
    QList<KnownProcess> known;
    for (const auto &[name, entry] : m_entries) {
        const auto identity = entry.process->identity();
        known += {name, entry.process->spec().program, identity ? std::optional(identity->pid) : std::nullopt};
    }
    const auto admission =
        admissionOf(heartbeat, program->path, known, [](const QString &path) { return QFileInfo::exists(path); });
    if (!admission) {
        return fail(admission.error());
    }
    auto handle = system::ProcessHandle::open(static_cast<pid_t>(heartbeat.pid), system::ProcessHandle::Kind::Other);
    if (!handle) {
        return fail(std::move(handle).error());
    }
    if (auto runs = checkRuns(*handle, *program); !runs) {
        return runs;
    }
    return admit(heartbeat, *program, *admission, *std::move(handle));
}

Outcome Supervisor::admit(const Heartbeat &heartbeat, const Program &program, Admission admission,
                          system::ProcessHandle handle)
{
    Entry *entry = find(heartbeat.processName);
    if (admission == Admission::Proof) {
        if (auto worker = checkWorker(*entry->process, heartbeat.pid); !worker) {
            return worker;
        }
        accept(*entry, heartbeat.version);
        return {};
    }
    if (admission == Admission::NewRow) {
        m_entries.erase(heartbeat.processName);
        entry = &add(heartbeat.processName, program.path);
        if (m_holdUntil) {
            entry->process->hold();
        }
        Q_EMIT essentialsChanged();
    }
    entry->process->adopt(std::move(handle), program);
    accept(*entry, heartbeat.version);
    return {};
}

Outcome Supervisor::checkWorker(const SupervisedProcess &process, qint64 pid)
{
    const qint64 current = process.identity()->pid;
    if (pid == current) {
        return {};
    }
    const auto stat = system::readProcStat(static_cast<pid_t>(pid));
    if (stat && stat->session == current) {
        return {};
    }
    return fail(ErrorCode::Refused,
                u"it runs already as process %1, and process %2 is another copy"_s.arg(current).arg(pid));
}

void Supervisor::accept(Entry &entry, int version)
{
    // A process has one version for its whole life. Should a program send heartbeats with others, the disk and the
    // panel needn't follow each of them.
    constexpr auto pause = std::chrono::seconds(1);
    const MonotonicTime now = m_clock.monotonic();
    const bool otherVersion = entry.version != version && (!entry.announced || now - entry.versionSince >= pause);
    const bool news = !entry.announced || otherVersion;
    entry.announced = true;
    if (otherVersion) {
        entry.version = version;
        entry.versionSince = now;
    }
    const ProcessState before = entry.process->state();
    entry.process->prove();
    // A new state has been reported by `changed` already.
    if (news && entry.process->state() == before) {
        Q_EMIT processChanged(report(entry));
    }
    if (otherVersion) {
        Q_EMIT recordChanged();
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

ProcessReport Supervisor::report(const Entry &entry) const
{
    const SupervisedProcess &process = *entry.process;
    ProcessReport report;
    report.name = process.spec().name;
    report.version = entry.version;
    report.isDead = process.isDead();
    report.state = process.state();
    if (const auto identity = process.identity()) {
        report.pid = identity->pid;
    }
    report.since = process.since();
    report.restarts24h = process.restarts().total(m_clock.monotonic());
    report.lastExit = process.lastExit();
    return report;
}

QList<ProcessReport> Supervisor::reports() const
{
    QList<ProcessReport> all;
    for (const auto &[name, entry] : m_entries) {
        all += report(entry);
    }
    return all;
}

QList<RegistryEntry> Supervisor::entries() const
{
    QList<RegistryEntry> all;
    for (const auto &[name, entry] : m_entries) {
        const SupervisedProcess &process = *entry.process;
        all +=
            {name, process.spec().program, entry.version, process.identity(), process.lastExit(), process.restarts()};
    }
    return all;
}

void Supervisor::hold(MonotonicTime duration, WhenGone whenGone)
{
    m_holdUntil = m_clock.monotonic() + duration;
    m_holdTimer.set(m_holdUntil);
    m_waitingForGone.push_back(std::move(whenGone));
    for (auto &[name, entry] : m_entries) {
        entry.process->hold();
    }
    Q_EMIT essentialsChanged();
    checkGone();
}

void Supervisor::checkGone()
{
    if (m_holdUntil &&
        std::ranges::none_of(m_entries, [](const auto &item) { return item.second.process->isAlive(); })) {
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
        if (find(process.name) == nullptr) {
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
    for (auto &[name, entry] : m_entries) {
        entry.process->start();
    }
    Q_EMIT recordChanged();
}

void Supervisor::forgetUnexpected(const QList<ProcessVersion> &expected)
{
    for (auto it = m_entries.begin(); it != m_entries.end();) {
        const SupervisedProcess &process = *it->second.process;
        if (isRetired(it->first, expected, process.isAlive(), QFileInfo::exists(process.spec().program))) {
            qCInfo(lcSupervision).noquote() << "the new release has no" << it->first << "any more";
            m_retired.insert(it->first, process.spec().program);
            if (m_retired.size() > maxTableSize) {
                m_retired.erase(m_retired.begin());
            }
            it = m_entries.erase(it);
        } else {
            ++it;
        }
    }
}

void Supervisor::startExpected(const QString &name)
{
    if (m_entries.size() >= static_cast<std::size_t>(maxTableSize)) {
        qCWarning(lcSupervision).noquote()
            << name << "is not started: there are" << maxTableSize << "processes already";
        return;
    }
    for (const QString &candidate : programCandidates(name, m_rules.folder(), m_retired.value(name))) {
        const auto program = m_rules.check(candidate);
        if (program) {
            startUnlessRunning(*add(name, program->path).process);
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
    Entry *const entry = find(name);
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
