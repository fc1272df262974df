// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/HeartbeatIntake.h"

#include "supervision/Logging.h"
#include "system/ProcFs.h"

#include <QFileInfo>

namespace sgn::supervision {

using namespace Qt::StringLiterals;

HeartbeatIntake::HeartbeatIntake(ProcessTable &table, const ProgramRules &rules, const Clock &clock,
                                 std::function<bool()> isHeld, QObject *parent)
    : QObject(parent)
    , m_table(table)
    , m_rules(rules)
    , m_clock(clock)
    , m_isHeld(std::move(isHeld))
    , m_senders(m_rules.user(), clock)
{}

bool HeartbeatIntake::isOwn(const TableEntry *entry, qint64 pid)
{
    return claimOf(entry, pid).isOwn();
}

Claim HeartbeatIntake::claimOf(const TableEntry *entry, qint64 pid)
{
    const auto identity = entry == nullptr ? std::nullopt : entry->process->identity();
    return {pid, identity ? std::optional(static_cast<pid_t>(identity->pid)) : std::nullopt,
            entry == nullptr ? 0 : entry->attestedInode};
}

Result<Credit> HeartbeatIntake::take(const Heartbeat &heartbeat, const HeartbeatSender &sender)
{
    auto credit = judge(heartbeat, sender);
    if (!credit) {
        noteRefusal(sender, heartbeat, credit.error().message);
    } else if (m_refusals.accepted(heartbeat.processName, m_clock.monotonic())) {
        Q_EMIT problemChanged();
    }
    return credit;
}

Result<Credit> HeartbeatIntake::judge(const Heartbeat &heartbeat, const HeartbeatSender &sender)
{
    TableEntry *const entry = m_table.find(heartbeat.processName);
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

Result<Credit> HeartbeatIntake::takeIn(const Heartbeat &heartbeat, Attestation attestation)
{
    const auto program = m_rules.check(heartbeat.runCommand);
    if (!program) {
        return fail(program.error());
    }
    const auto admission = admissionOf(heartbeat, *program, m_table.known());
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

Outcome HeartbeatIntake::admit(const Heartbeat &heartbeat, const Program &program, Admission admission,
                               system::ProcessHandle handle)
{
    TableEntry *entry = m_table.find(heartbeat.processName);
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
        rename(m_table.nameOf(heartbeat.pid), heartbeat.processName);
        accept(*m_table.find(heartbeat.processName), heartbeat.version);
        return {};
    }
    system::ProcessHandle process = outermost(std::move(handle), program);
    if (m_table.othersThan(heartbeat.processName).contains(process.pid())) {
        return fail(ErrorCode::Refused,
                    u"process %1, which started it, is known under another name"_s.arg(process.pid()));
    }
    if (admission == Admission::NewRow) {
        entry = &m_table.add(heartbeat.processName, program.path);
        if (m_isHeld()) {
            entry->process->hold();
        }
    }
    entry->process->setProgram(program.path);
    entry->process->adopt(std::move(process), program);
    accept(*entry, heartbeat.version);
    return {};
}

Result<Credit> HeartbeatIntake::takeAsLife(TableEntry *entry, const Heartbeat &heartbeat)
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

void HeartbeatIntake::accept(TableEntry &entry, int version)
{
    // A process has one version for its whole life. Should a program send heartbeats with others, the disk and the
    // panel needn't follow each of them.
    constexpr auto pause = std::chrono::seconds(1);
    const MonotonicTime now = m_clock.monotonic();
    const bool otherVersion = entry.version != version && (!entry.announced || now - entry.versionSince >= pause);
    const bool news = !entry.announced || otherVersion;
    entry.announced = true;
    entry.onlyShowsLife = false;
    entry.complaint.clear();
    if (otherVersion) {
        entry.version = version;
        entry.versionSince = now;
    }
    const ProcessState before = entry.process->state();
    entry.process->prove();
    // A new state has been reported by `changed` already.
    if (news && entry.process->state() == before) {
        Q_EMIT processChanged(m_table.report(entry));
    }
    if (otherVersion) {
        Q_EMIT recordChanged();
    }
}

void HeartbeatIntake::rename(const QString &from, const QString &to)
{
    qCInfo(lcSupervision).noquote() << from << "sends its heartbeats as" << to << "now, and is known by that name";
    m_table.rename(from, to);
    Q_EMIT renamed();
}

// A process that is known under another name of its file, as earlier watchdogs kept it, is started by its own name from
// now on.
void HeartbeatIntake::followName(TableEntry &entry, const QString &command)
{
    SupervisedProcess &process = *entry.process;
    if (process.spec().program == command || entry.lastCommand == command) {
        return;
    }
    entry.lastCommand = command;
    const auto program = m_rules.check(command);
    const bool isTaken = program && m_table.findByProgram(program->path) != nullptr;
    if (program && !isTaken && program->file == QFileInfo(process.spec().program).canonicalFilePath()) {
        process.setProgram(program->path);
        Q_EMIT recordChanged();
    }
}

TableEntry *HeartbeatIntake::senderAmong(const HeartbeatSender &sender)
{
    QList<Suspect> suspects;
    QList<TableEntry *> entries;
    for (auto &[name, entry] : m_table) {
        if (const auto identity = entry.process->identity()) {
            suspects += {static_cast<pid_t>(identity->pid), m_table.othersThan(name)};
            entries += &entry;
        }
    }
    const auto found = m_senders.senderAmong(suspects, sender);
    return found ? entries[*found] : nullptr;
}

void HeartbeatIntake::takeUnreadable(const HeartbeatSender &sender, const QString &name, const QString &why)
{
    if (TableEntry *const entry = senderAmong(sender)) {
        blame(*entry, u"what it sends is no heartbeat: "_s + why);
    } else {
        remember(sender, name, why);
    }
}

void HeartbeatIntake::noteRefusal(const HeartbeatSender &sender, const Heartbeat &heartbeat, const QString &why)
{
    const QString &name = heartbeat.processName;
    const TableEntry *const named = m_table.find(name);
    if (named != nullptr && named->announced) {
        return; // its own heartbeats count; this is a second copy, or another program that uses its name
    }
    TableEntry *const entry = senderAmong(sender);
    if (entry != nullptr && !entry->announced) {
        blame(*entry, u"its heartbeats as \"%1\" are refused: %2"_s.arg(name, why));
    } else {
        remember(sender, name, why);
    }
}

void HeartbeatIntake::blame(TableEntry &entry, const QString &problem)
{
    if (entry.complaint.raise(problem, m_clock.monotonic())) {
        Q_EMIT processChanged(m_table.report(entry));
    }
}

void HeartbeatIntake::remember(const HeartbeatSender &sender, const QString &name, const QString &why)
{
    const auto from = m_senders.nameOf(sender);
    if (from && m_refusals.add({name, from->process, why, from->isOwners}, m_clock.monotonic())) {
        Q_EMIT problemChanged();
    }
}

} // namespace sgn::supervision
