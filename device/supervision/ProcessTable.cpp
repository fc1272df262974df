// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/ProcessTable.h"

#include <algorithm>
#include <QFile>
#include <QFileInfo>

namespace sgn::supervision {

using namespace Qt::StringLiterals;

void TableEntry::forgetHeartbeats()
{
    announced = false;
    attestedInode = 0;
    onlyShowsLife = false;
    complaint.clear();
}

ProcessTable::ProcessTable(Settings settings, const ProgramRules &rules, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_rules(rules)
    , m_clock(clock)
{}

ProcessTable::~ProcessTable() = default;

TableEntry *ProcessTable::find(const QString &name)
{
    const auto it = m_entries.find(name);
    return it == m_entries.end() ? nullptr : &it->second;
}

TableEntry *ProcessTable::findByProgram(const QString &path)
{
    const auto it = std::ranges::find_if(
        m_entries, [&path](const auto &item) { return item.second.process->spec().program == path; });
    return it == m_entries.end() ? nullptr : &it->second;
}

QString ProcessTable::nameOf(qint64 pid) const
{
    const auto it = std::ranges::find_if(m_entries, [pid](const auto &item) {
        const auto identity = item.second.process->identity();
        return identity && identity->pid == pid;
    });
    return it == m_entries.end() ? QString() : it->first;
}

TableEntry &ProcessTable::add(const QString &name, const QString &program)
{
    m_entries.erase(name);
    m_retired.remove(name);
    TableEntry &entry = m_entries[name];
    SupervisedProcess::Spec spec;
    spec.name = name;
    spec.program = program;
    spec.environment = {"SGN_HEARTBEAT_PORT=" + QByteArray::number(m_settings.heartbeatPort),
                        "SGN_DATA_DIR=" + QFile::encodeName(m_settings.tree.data())};
    spec.outputFile = m_settings.tree.processOutput(name);
    spec.groups = m_settings.groups;
    spec.others = [this, &entry] {
        return othersThan(entry.process->spec().name);
    };
    entry.process = std::make_unique<SupervisedProcess>(spec, m_rules, m_settings.limits, m_clock);
    connectProcess(entry);
    return entry;
}

void ProcessTable::connectProcess(TableEntry &entry)
{
    SupervisedProcess *const process = entry.process.get();
    connect(process, &SupervisedProcess::adopted, this, &ProcessTable::adopted);
    connect(process, &SupervisedProcess::changed, this, [this, &entry] { Q_EMIT processChanged(report(entry)); });
    connect(process, &SupervisedProcess::recordChanged, this, &ProcessTable::recordChanged);
    connect(process, &SupervisedProcess::startFailed, this, [this, &entry, process] {
        if (process->cannotStart()) {
            Q_EMIT processChanged(report(entry));
        }
    });
    connect(process, &SupervisedProcess::ended, this, [this, &entry] {
        entry.forgetHeartbeats();
        Q_EMIT ended();
    });
}

void ProcessTable::rename(const QString &from, const QString &to)
{
    m_entries.erase(to);
    m_retired.remove(to);
    auto node = m_entries.extract(from);
    node.key() = to;
    m_entries.insert(std::move(node)).position->second.process->rename(to, m_settings.tree.processOutput(to));
}

ProcessTable::Entries::iterator ProcessTable::retire(Entries::iterator entry)
{
    m_retired.insert(entry->first, entry->second.process->spec().program);
    if (m_retired.size() > maxTableSize) {
        m_retired.erase(m_retired.begin());
    }
    return m_entries.erase(entry);
}

void ProcessTable::setLimits(const SupervisionLimits &limits)
{
    m_settings.limits = limits;
    for (const auto &[name, entry] : m_entries) {
        entry.process->setLimits(limits);
    }
}

QSet<pid_t> ProcessTable::pids() const
{
    return othersThan({}) - m_settings.others();
}

QSet<pid_t> ProcessTable::othersThan(const QString &name) const
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

QList<KnownProcess> ProcessTable::known() const
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

ProcessReport ProcessTable::report(const TableEntry &entry) const
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
    if (!entry.complaint.text().isEmpty()) {
        report.problem = entry.complaint.text();
        report.isHopeless = entry.complaint.isLasting();
    } else if (!process.startProblem().isEmpty()) {
        report.problem = process.startProblem();
        report.isHopeless = process.cannotStart();
    } else if (entry.onlyShowsLife && !entry.announced) {
        report.problem = u"it closes its socket after each heartbeat, which only counts in full with the packet filter "
                         "(device/packaging)"_s;
    }
    return report;
}

QList<ProcessReport> ProcessTable::reports() const
{
    QList<ProcessReport> all;
    for (const auto &[name, entry] : m_entries) {
        all += report(entry);
    }
    return all;
}

QList<RegistryEntry> ProcessTable::saved() const
{
    QList<RegistryEntry> all;
    for (const auto &[name, entry] : m_entries) {
        const SupervisedProcess &process = *entry.process;
        all +=
            {name, process.spec().program, entry.version, process.identity(), process.lastExit(), process.restarts()};
    }
    return all;
}

} // namespace sgn::supervision
