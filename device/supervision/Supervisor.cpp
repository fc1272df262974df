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
    , m_settings(std::move(settings))
    , m_rules(rules)
    , m_clock(clock)
    , m_holdTimer(clock, this)
    , m_senders(m_rules.user(), clock)
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
    m_isRecalling = true;
    for (const RegistryEntry &saved : registry.processes) {
        recall(saved);
    }
    m_isRecalling = false;
    // Only now, when it is known which of the running processes belong to others.
    for (const auto &[name, entry] : m_entries) {
        SupervisedProcess &process = *entry.process;
        if (registry.sameBoot) {
            startUnlessRunning(process);
        } else {
            QTimer::singleShot(m_settings.bootGrace, &process, [this, &process] { startUnlessRunning(process); });
        }
    }
}

void Supervisor::recall(const RegistryEntry &saved)
{
    Entry &entry = add(saved.name, saved.runCommand);
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
    auto running = program ? findRunning(*program, process.spec().outputFile, othersThan(process.spec().name))
                           : fail(program.error());
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
    spec.environment = {"SGN_HEARTBEAT_PORT=" + QByteArray::number(m_settings.heartbeatPort),
                        "SGN_DATA_DIR=" + QFile::encodeName(m_settings.tree.data())};
    spec.outputFile = m_settings.tree.processOutput(name);
    spec.groups = m_settings.groups;
    m_retired.remove(name);
    Entry &entry = m_entries[name];
    spec.others = [this, &entry] {
        return othersThan(entry.process->spec().name);
    };
    entry.process = std::make_unique<SupervisedProcess>(spec, m_rules, m_settings.limits, m_clock);
    entry.version = 0;
    SupervisedProcess *const process = entry.process.get();
    // With its number, so that the next watchdog knows it again whatever it shows of itself.
    connect(process, &SupervisedProcess::adopted, this, [this] {
        if (!m_isRecalling) {
            Q_EMIT essentialsChanged();
        }
    });
    connect(process, &SupervisedProcess::changed, this, [this, &entry] { Q_EMIT processChanged(report(entry)); });
    connect(process, &SupervisedProcess::recordChanged, this, &Supervisor::recordChanged);
    connect(process, &SupervisedProcess::startFailed, this, [this, &entry, process] {
        if (process->cannotStart()) {
            Q_EMIT processChanged(report(entry));
        }
    });
    connect(process, &SupervisedProcess::ended, this, [this, &entry] {
        entry.announced = false;
        entry.attestedInode = 0;
        entry.onlyShowsLife = false;
        entry.refused.clear();
        entry.isRefusedAgain = false;
        checkGone();
    });
    return entry;
}

QSet<pid_t> Supervisor::pids() const
{
    return othersThan({}) - m_settings.others();
}

QSet<pid_t> Supervisor::othersThan(const QString &name) const
{
    QSet<pid_t> pids = m_settings.others();
    for (const auto &[other, entry] : m_entries) {
        const auto identity = entry.process->identity();
        if (other != name && identity) {
            pids.insert(static_cast<pid_t>(identity->pid));
        }
    }
    return pids;
}

bool Supervisor::isOwn(const Entry *entry, qint64 pid)
{
    return claimOf(entry, pid).isOwn();
}

Claim Supervisor::claimOf(const Entry *entry, qint64 pid)
{
    const auto identity = entry == nullptr ? std::nullopt : entry->process->identity();
    return {pid, identity ? std::optional(static_cast<pid_t>(identity->pid)) : std::nullopt,
            entry == nullptr ? 0 : entry->attestedInode};
}

Result<Credit> Supervisor::heartbeat(const Heartbeat &heartbeat, const HeartbeatSender &sender)
{
    auto credit = judge(heartbeat, sender);
    if (!credit) {
        refused(sender, heartbeat, credit.error().message);
    } else if (m_refusals.accepted(heartbeat.processName, m_clock.monotonic())) {
        Q_EMIT problemChanged();
    }
    return credit;
}

Result<Credit> Supervisor::judge(const Heartbeat &heartbeat, const HeartbeatSender &sender)
{
    Entry *const entry = find(heartbeat.processName);
    const SenderSearch::Finding finding = m_senders.attest(claimOf(entry, heartbeat.pid), sender);
    if (finding.inode != 0) {
        entry->attestedInode = finding.inode;
    }
    switch (finding.attestation) {
    case Attestation::Stranger:
        return fail(ErrorCode::Refused, u"it was sent by a process of user number %1 that isn't process %2 and belongs "
                                        "to none that this one started"_s.arg(sender.sockets.constFirst().user)
                                            .arg(heartbeat.pid));
    case Attestation::Unknown:
        return takeAsLife(entry, heartbeat);
    case Attestation::Process:
        // What it is was decided when it was started or taken in; what it names as its program doesn't change that.
        if (isOwn(entry, heartbeat.pid)) {
            followName(*entry, heartbeat.runCommand);
            accept(*entry, heartbeat.version);
            return Credit::Full;
        }
        break;
    case Attestation::User:
        if (entry != nullptr && entry->process->identity() && entry->process->identity()->pid == heartbeat.pid &&
            entry->process->spec().program == heartbeat.runCommand) {
            accept(*entry, heartbeat.version);
            return Credit::Full;
        }
        break;
    }
    return takeIn(heartbeat, finding.attestation);
}

QString Supervisor::knownAs(qint64 pid) const
{
    const auto it = std::ranges::find_if(m_entries, [pid](const auto &item) {
        const auto identity = item.second.process->identity();
        return identity && identity->pid == pid;
    });
    return it == m_entries.end() ? QString() : it->first;
}

QList<KnownProcess> Supervisor::knownProcesses() const
{
    QList<KnownProcess> known;
    for (const auto &[name, entry] : m_entries) {
        const auto identity = entry.process->identity();
        const QString program = entry.process->spec().program;
        known += {name, program, QFileInfo(program).canonicalFilePath(),
                  identity ? std::optional(identity->pid) : std::nullopt, entry.announced};
    }
    return known;
}

Result<Credit> Supervisor::takeIn(const Heartbeat &heartbeat, Attestation attestation)
{
    const auto program = m_rules.check(heartbeat.runCommand);
    if (!program) {
        return fail(program.error());
    }
    const auto admission = admissionOf(heartbeat, *program, knownProcesses());
    if (!admission) {
        return fail(admission.error());
    }
    auto handle = system::ProcessHandle::open(static_cast<pid_t>(heartbeat.pid));
    if (!handle) {
        return fail(std::move(handle).error());
    }
    // A process that sends its heartbeats itself is what it claims to be. Of others it has to show.
    const bool isSender = attestation == Attestation::Process;
    if (const auto runs = isSender ? checkUser(*handle, *program) : checkRuns(*handle, *program); !runs) {
        return fail(runs.error());
    }
    if (const auto admitted = admit(heartbeat, *program, *admission, *std::move(handle)); !admitted) {
        return fail(admitted.error());
    }
    return Credit::Full;
}

Outcome Supervisor::admit(const Heartbeat &heartbeat, const Program &program, Admission admission,
                          system::ProcessHandle handle)
{
    Entry *entry = find(heartbeat.processName);
    if (admission == Admission::Proof) {
        if (!isOwn(entry, heartbeat.pid)) {
            return fail(ErrorCode::Refused, u"it runs already as process %1, and process %2 is another copy"_s
                                                .arg(entry->process->identity()->pid)
                                                .arg(heartbeat.pid));
        }
        accept(*entry, heartbeat.version);
        return {};
    }
    if (admission == Admission::Rename) {
        rename(knownAs(heartbeat.pid), heartbeat.processName);
        accept(*find(heartbeat.processName), heartbeat.version);
        return {};
    }
    system::ProcessHandle process = outermost(std::move(handle), program);
    if (othersThan(heartbeat.processName).contains(process.pid())) {
        return fail(ErrorCode::Refused,
                    u"process %1, which started it, is known under another name"_s.arg(process.pid()));
    }
    if (admission == Admission::NewRow) {
        m_entries.erase(heartbeat.processName);
        entry = &add(heartbeat.processName, program.path);
        if (m_holdUntil) {
            entry->process->hold();
        }
    }
    entry->process->setProgram(program.path);
    entry->process->adopt(std::move(process), program);
    accept(*entry, heartbeat.version);
    return {};
}

Result<Credit> Supervisor::takeAsLife(Entry *entry, const Heartbeat &heartbeat)
{
    if (!isOwn(entry, heartbeat.pid)) {
        return fail(ErrorCode::Refused,
                    u"its sender can't be known, as it closed its socket at once; only of a known process, that is a "
                    "sign of life"_s);
    }
    const auto stat = system::readProcStat(static_cast<pid_t>(heartbeat.pid));
    if (!stat || stat->state == 'T' || stat->state == 't' || stat->state == 'Z') {
        return fail(ErrorCode::Refused, u"process %1 is stopped and can't have sent it"_s.arg(heartbeat.pid));
    }
    if (!std::exchange(entry->onlyShowsLife, true)) {
        qCWarning(lcSupervision).noquote()
            << heartbeat.processName
            << "closes its socket after each heartbeat: without the packet filter (device/packaging) that is only a "
               "sign of life, its version doesn't count";
    }
    entry->process->showLife();
    return Credit::Life;
}

Supervisor::Entry *Supervisor::senderAmong(const HeartbeatSender &sender)
{
    QList<Suspect> suspects;
    QList<Entry *> entries;
    for (auto &[name, entry] : m_entries) {
        if (const auto identity = entry.process->identity()) {
            suspects += {static_cast<pid_t>(identity->pid), othersThan(name)};
            entries += &entry;
        }
    }
    const auto found = m_senders.senderAmong(suspects, sender);
    return found ? entries[*found] : nullptr;
}

void Supervisor::unreadable(const HeartbeatSender &sender, const QString &name, const QString &why)
{
    if (Entry *const entry = senderAmong(sender)) {
        blame(*entry, u"what it sends is no heartbeat: "_s + why);
    } else {
        note(sender, name, why);
    }
}

void Supervisor::refused(const HeartbeatSender &sender, const Heartbeat &heartbeat, const QString &why)
{
    const QString &name = heartbeat.processName;
    const Entry *const named = find(name);
    if (named != nullptr && named->announced) {
        return; // its own heartbeats count; this is a second copy, or another program that uses its name
    }
    Entry *const entry = senderAmong(sender);
    if (entry != nullptr && !entry->announced) {
        blame(*entry, u"its heartbeats as \"%1\" are refused: %2"_s.arg(name, why));
    } else {
        note(sender, name, why);
    }
}

void Supervisor::blame(Entry &entry, const QString &problem)
{
    // One may come before the program has its numbers together; more than one, for some seconds, is how it is.
    constexpr auto patience = std::chrono::seconds(2);
    const MonotonicTime now = m_clock.monotonic();
    if (entry.refused != problem) {
        entry.refused = problem;
        entry.refusedSince = now;
        entry.isRefusedAgain = false;
        Q_EMIT processChanged(report(entry));
    } else if (!entry.isRefusedAgain && now - entry.refusedSince >= patience) {
        entry.isRefusedAgain = true;
        Q_EMIT processChanged(report(entry));
    }
}

void Supervisor::note(const HeartbeatSender &sender, const QString &name, const QString &why)
{
    const auto from = m_senders.nameOf(sender);
    if (from && m_refusals.add({name, from->process, why, from->isOwners}, m_clock.monotonic())) {
        Q_EMIT problemChanged();
    }
}

// The object of the process stays the same, so that its exit status and its output stay known.
void Supervisor::rename(const QString &from, const QString &to)
{
    qCInfo(lcSupervision).noquote() << from << "sends its heartbeats as" << to << "now, and is known by that name";
    m_entries.erase(to);
    auto node = m_entries.extract(from);
    node.key() = to;
    Entry &entry = m_entries.insert(std::move(node)).position->second;
    m_retired.remove(to);
    entry.process->rename(to, m_settings.tree.processOutput(to));
    Q_EMIT essentialsChanged();
}

// A process that is known under another name of its file, as earlier watchdogs kept it, is started by its own name from
// now on.
void Supervisor::followName(Entry &entry, const QString &command)
{
    SupervisedProcess &process = *entry.process;
    if (process.spec().program == command || entry.lastCommand == command) {
        return;
    }
    entry.lastCommand = command;
    const auto program = m_rules.check(command);
    const bool isTaken = program && std::ranges::any_of(m_entries, [&](const auto &item) {
                             return item.second.process->spec().program == program->path;
                         });
    if (program && !isTaken && program->file == QFileInfo(process.spec().program).canonicalFilePath()) {
        process.setProgram(program->path);
        Q_EMIT recordChanged();
    }
}

void Supervisor::setLimits(const SupervisionLimits &limits)
{
    m_settings.limits = limits;
    for (const auto &[name, entry] : m_entries) {
        entry.process->setLimits(limits);
    }
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
    entry.onlyShowsLife = false;
    entry.refused.clear();
    entry.isRefusedAgain = false;
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
    if (!entry.refused.isEmpty()) {
        report.problem = entry.refused;
        report.isHopeless = entry.isRefusedAgain;
    } else if (!process.startProblem().isEmpty()) {
        report.problem = process.startProblem();
        report.isHopeless = process.cannotStart();
    } else if (entry.onlyShowsLife && !entry.announced) {
        report.problem = u"it closes its socket after each heartbeat, which only counts in full with the packet filter "
                         "(device/packaging)"_s;
    }
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
        const auto other = std::ranges::find_if(m_entries, [&](const auto &item) {
            return program && item.second.process->spec().program == program->path;
        });
        if (other != m_entries.end()) {
            // Once it runs it may send its heartbeats by this name.
            qCInfo(lcSupervision).noquote() << candidate << "is started as" << other->first;
            continue;
        }
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
