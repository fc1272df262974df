// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/CommandNumbers.h"
#include "core/IssuedCommands.h"
#include "core/ReplyMatch.h"
#include "protocol/Reply.h"
#include "records/Activity.h"
#include "records/CommandState.h"

#include <QObject>
#include <QSet>
#include <QTimer>

namespace sgn::core {

// What a command has beside its body and its devices.
struct SubmitOptions
{
    QString requestedBy;
    QString title;
    std::optional<QDateTime> notAfter; // UTC; unanswered then: expired
};

// Every numbered command, and how far it is on every device. Written to the store before it is sent, so that it
// survives a restart at any moment. The log decides nothing about when to send: CommandDispatcher does.
class CommandLog : public QObject
{
    Q_OBJECT

public:
    // Store and clock outlive the log.
    CommandLog(store::CommandStore &store, const Clock &clock, CommandNumbers numbers, QObject *parent = nullptr);
    ~CommandLog() override;

    // What the store knows of an earlier run.
    void restore();

    // A new command under a new number for these devices (bare JIDs). Errors: BadRequest (no target), TooLarge.
    [[nodiscard]] records::Expected<CommandNo> submit(const CommandBody &body, const QStringList &jids,
                                                      const SubmitOptions &options);
    // A command of a number and a request that several desks have agreed on, see SharedRollouts.
    struct Agreed
    {
        CommandNo number = 0;
        Command command; // without the number
        QString title;
        QDateTime createdAt; // UTC
    };
    // A number for it, which no other command of this program gets.
    [[nodiscard]] CommandNo reserveNumber();
    // Never the same for two commands, whatever numbers they have.
    [[nodiscard]] static QString newRequest();
    // From now on it is this program's to send, to these devices as well. One that another desk has sent it to already
    // stays as it is.
    void enlist(const Agreed &agreed, const QStringList &jids);
    // Gives up on those of its targets that the server hasn't got yet; returns the JIDs of the others that are open.
    [[nodiscard]] QStringList withdraw(CommandNo number);

    // Newest first.
    [[nodiscard]] QList<CommandNo> numbers() const { return m_issued.numbers(); }
    // Null for an unknown number; valid until the next change.
    [[nodiscard]] const records::IssuedCommand *find(CommandNo number) const;
    // In a fixed order; reads them from the store when they aren't in memory. Row = position in this list.
    [[nodiscard]] const QList<records::CommandTarget> &targets(CommandNo number);
    [[nodiscard]] const records::CommandTarget *target(CommandNo number, const QString &jid);

    // Numbers of commands with unfinished targets, in any order.
    [[nodiscard]] QSet<CommandNo> open() const { return m_issued.open(); }
    // The same, oldest first.
    [[nodiscard]] QList<CommandNo> openNumbers() const { return m_issued.openNumbers(); }
    // Rows of the unfinished targets; empty for an unknown number.
    [[nodiscard]] QSet<int> openRows(CommandNo number) const;

    // What happens to a target. Each is ignored for an unknown or finished target, where not noted otherwise.
    void markHandedOver(CommandNo number, const QString &jid);
    void markSent(CommandNo number, const QString &jid, bool deviceOnline);
    void markNotSent(CommandNo number, const QString &jid);
    void markDelivered(CommandNo number, const QString &jid);
    void markUndeliverable(CommandNo number, const QString &jid, const QString &why);
    // By this program, not by the device: what had to be done here is done, or why it can't be.
    void markDone(CommandNo number, const QString &jid);
    void markFailed(CommandNo number, const QString &jid, const records::Problem &why);
    void markExpired(CommandNo number, const QString &jid);

    // Messages of a device. A result counts once per (device, number), also after it had expired; false: a repeat, or
    // not the answer to what was sent under this number.
    bool apply(const QString &jid, const CommandResult &result, const Arrival &arrival);
    bool apply(const QString &jid, const ProgressReport &progress, const Arrival &arrival);

    // A command that another client of the same account sent (carbon or archive).
    void observe(const Command &command, const QString &toJid, const QDateTime &stamp, const QString &byWhom);

    // Sends what has been collected for the models now.
    void flush();

Q_SIGNALS:
    void reset();
    void commandAdded(sgn::CommandNo number);
    // Collected: the record's counts or some of its targets changed; `rows` are those.
    void commandChanged(sgn::CommandNo number, const QList<int> &rows);

    // At once: there is something to send.
    void targetsQueued(sgn::CommandNo number);
    // At once, for every change of a target.
    void targetChanged(sgn::CommandNo number, const QString &jid);
    void happened(const sgn::records::ActivityEntry &entry);

private:
    using Entry = IssuedCommands::Entry;
    using Place = IssuedCommands::Place;

    Entry *entryOf(CommandNo number);
    [[nodiscard]] Place placeOf(CommandNo number, const QString &jid);
    // Nothing for a finished target.
    [[nodiscard]] Place openPlaceOf(CommandNo number, const QString &jid);
    // The target that a device's reply settles; nothing if the reply isn't one to what was sent under this number.
    [[nodiscard]] Place answeredPlace(CommandNo number, const QString &jid, const ReplyMark &mark);
    void learnOfSending(const Place &place);
    Place addTarget(Entry &entry, const records::CommandTarget &target);
    void setState(const Place &place, records::TargetState state);
    void finish(const Place &place, records::TargetState state, const QDateTime &at);
    // Failed here, not on the device.
    void finish(const Place &place, const records::Problem &problem);
    void changed(const Place &place);
    void sendWhenStored(CommandNo number);
    void onStored(CommandNo number, const Outcome &outcome);

    store::CommandStore &m_store;
    const Clock &m_clock;
    CommandNumbers m_numbers;
    IssuedCommands m_issued;
    QSet<CommandNo> m_dirty;
    QTimer m_flushTimer;
};

} // namespace sgn::core
