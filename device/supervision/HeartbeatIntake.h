// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Heartbeat.h"
#include "supervision/ProcessTable.h"
#include "supervision/Refusals.h"
#include "supervision/SenderSearch.h"

#include <functional>
#include <QObject>

namespace sgn::supervision {

// What a heartbeat makes of the table: a sign of life, a confirmed version, a new or renamed process, or a refusal that
// becomes a problem when it comes again. Who has sent it decides (README).
class HeartbeatIntake : public QObject
{
    Q_OBJECT

public:
    // All references outlive the object. `isHeld`: whether a process that is taken in now has to stop again.
    HeartbeatIntake(ProcessTable &table, const ProgramRules &rules, const Clock &clock, std::function<bool()> isHeld,
                    QObject *parent = nullptr);

    // Refused or NotFound with the reason; the table has not changed then.
    [[nodiscard]] Result<Credit> take(const Heartbeat &heartbeat, const HeartbeatSender &sender);
    // A datagram that is no heartbeat, and why; `name` of its process if it shows one. If a process of the table has
    // sent it, that is its problem, else the device's.
    void takeUnreadable(const HeartbeatSender &sender, const QString &name, const QString &why);

    // What is wrong with programs that aren't in the table, a sentence; empty when nothing is.
    [[nodiscard]] QString problem() const { return m_refusals.problem(m_clock.monotonic()); }

Q_SIGNALS:
    // What is reported of a process changed, without a change of its state.
    void processChanged(const sgn::ProcessReport &process);
    // problem() changed.
    void problemChanged();
    // ProcessTable::saved() changed.
    void recordChanged();
    // A process has another name.
    void renamed();

private:
    [[nodiscard]] static Claim claimOf(const TableEntry *entry, qint64 pid);
    [[nodiscard]] static bool isOwn(const TableEntry *entry, qint64 pid);
    [[nodiscard]] Result<Credit> judge(const Heartbeat &heartbeat, const HeartbeatSender &sender);
    [[nodiscard]] Result<Credit> takeIn(const Heartbeat &heartbeat, Attestation attestation);
    [[nodiscard]] Outcome admit(const Heartbeat &heartbeat, const Program &program, Admission admission,
                                system::ProcessHandle handle);
    [[nodiscard]] Result<Credit> takeAsLife(TableEntry *entry, const Heartbeat &heartbeat);
    void accept(TableEntry &entry, int version);
    void rename(const QString &from, const QString &to);
    void followName(TableEntry &entry, const QString &command);
    [[nodiscard]] TableEntry *senderAmong(const HeartbeatSender &sender);
    void noteRefusal(const HeartbeatSender &sender, const Heartbeat &heartbeat, const QString &why);
    void blame(TableEntry &entry, const QString &problem);
    void remember(const HeartbeatSender &sender, const QString &name, const QString &why);

    ProcessTable &m_table;
    const ProgramRules &m_rules;
    const Clock &m_clock;
    std::function<bool()> m_isHeld;
    SenderSearch m_senders;
    Refusals m_refusals;
};

} // namespace sgn::supervision
