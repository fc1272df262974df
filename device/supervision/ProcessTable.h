// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/DeviceTree.h"
#include "supervision/Complaint.h"
#include "supervision/SenderSearch.h"
#include "supervision/SupervisedProcess.h"
#include "supervision/TableRules.h"

#include <functional>
#include <map>
#include <memory>
#include <QMap>
#include <QObject>
#include <QSet>

namespace sgn::supervision {

// A process of the table, and what its heartbeats have shown.
struct TableEntry
{
    std::unique_ptr<SupervisedProcess> process;
    int version = 0;
    MonotonicTime versionSince{};
    bool announced = false;     // the current pid has sent a heartbeat
    quint64 attestedInode = 0;  // of the current pid's: the socket that its last heartbeat came from
    QString lastCommand;        // run_command of the last heartbeat that named another program than the table
    bool onlyShowsLife = false; // so far, and that has been logged
    Complaint complaint;

    // The process has ended: what is known so far is not of the next one.
    void forgetHeartbeats();
};

// The meter's processes by their names: what there is, what is reported and what is saved of them. Decides nothing.
class ProcessTable : public QObject
{
    Q_OBJECT

public:
    using Entries = std::map<QString, TableEntry>;

    struct Settings
    {
        DeviceTree tree;
        quint16 heartbeatPort = 0;
        system::ControlGroups groups;
        SupervisionLimits limits;
        std::function<QSet<pid_t>()> others; // processes that are supervised elsewhere
    };

    // `rules` and `clock` outlive the object.
    ProcessTable(Settings settings, const ProgramRules &rules, const Clock &clock, QObject *parent = nullptr);
    ~ProcessTable() override;

    [[nodiscard]] Entries::iterator begin() { return m_entries.begin(); }
    [[nodiscard]] Entries::iterator end() { return m_entries.end(); }
    [[nodiscard]] bool isFull() const { return m_entries.size() >= static_cast<std::size_t>(maxTableSize); }

    [[nodiscard]] TableEntry *find(const QString &name);
    // The entry that is started by that program; nullptr: none.
    [[nodiscard]] TableEntry *findByProgram(const QString &path);
    // The name of the process with that number; empty: none has it.
    [[nodiscard]] QString nameOf(qint64 pid) const;

    // In place of one that may have that name.
    TableEntry &add(const QString &name, const QString &program);
    // The object of the process stays the same, so that its exit status and its output stay known. One that may have
    // the new name is gone.
    void rename(const QString &from, const QString &to);
    // Returns the entry behind it.
    Entries::iterator retire(Entries::iterator entry);
    // Programs by the names of processes that were in the table.
    [[nodiscard]] const QMap<QString, QString> &retired() const { return m_retired; }
    void setRetired(const QMap<QString, QString> &retired) { m_retired = retired; }
    // For all processes, from now on.
    void setLimits(const SupervisionLimits &limits);

    // The numbers of the processes that run.
    [[nodiscard]] QSet<pid_t> pids() const;
    // The same without that of `name`, and with those that are supervised elsewhere.
    [[nodiscard]] QSet<pid_t> othersThan(const QString &name) const;
    [[nodiscard]] QList<KnownProcess> known() const;

    [[nodiscard]] ProcessReport report(const TableEntry &entry) const;
    [[nodiscard]] QList<ProcessReport> reports() const;
    // For the registry.
    [[nodiscard]] QList<RegistryEntry> saved() const;

Q_SIGNALS:
    // A state changed, or a start failed again.
    void processChanged(const sgn::ProcessReport &process);
    // A process was taken over.
    void adopted();
    // saved() changed.
    void recordChanged();
    // A process has ended.
    void ended();

private:
    void connectProcess(TableEntry &entry);

    Settings m_settings;
    const ProgramRules &m_rules;
    const Clock &m_clock;
    Entries m_entries;
    QMap<QString, QString> m_retired; // see Registry
};

} // namespace sgn::supervision
