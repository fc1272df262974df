// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "core/ReplyMatch.h"
#include "protocol/Reply.h"
#include "records/Problem.h"

#include <QObject>

namespace sgn::core {

class CommandLog;

// The commands that ask for logs: sends them, finds the request that a device's reply belongs to, and moves its target
// in the CommandLog. What becomes of the logs themselves is the LogService's.
class LogRequests : public QObject
{
    Q_OBJECT

public:
    // A device that gets the request later does nothing.
    static constexpr std::chrono::hours lifetime{24};

    // Both outlive this.
    LogRequests(CommandLog &commands, const Clock &clock, QObject *parent = nullptr);

    // One numbered request to all of them. Errors as of CommandLog::submit().
    [[nodiscard]] records::Expected<CommandNo> submit(const QStringList &jids, const QString &requestedBy);
    // Whether the device's reply is still missing, or its logs are on their way.
    [[nodiscard]] bool isOpen(CommandNo number, const QString &jid);

    // A device's reply. One without a number belongs to the oldest request that has no reply yet. Returns the request's
    // number if its logs concern this program: it asked for them and was not answered before; else 0. A success with
    // an address leaves the target running until finish().
    CommandNo apply(const QString &jid, const LogsReply &reply, const Arrival &arrival);
    // The logs are here, or why they aren't; does nothing for a target that is finished.
    void finish(CommandNo number, const QString &jid, const records::Expected<> &outcome);

Q_SIGNALS:
    // A request of this store has an unfinished target; may come again for the same.
    void opened(sgn::CommandNo number, const QString &jid);
    // Its target ended without logs.
    void failed(sgn::CommandNo number, const QString &jid, const sgn::records::Problem &why);

private:
    // A request for logs that this store's programs sent, not another client of the account.
    [[nodiscard]] bool isOwn(CommandNo number) const;
    [[nodiscard]] bool isRequest(CommandNo number) const;
    [[nodiscard]] CommandNo oldestUnanswered(const QString &jid);
    void onCommandAdded(CommandNo number);
    void onTargetChanged(CommandNo number, const QString &jid);

    CommandLog &m_commands;
    const Clock &m_clock;
};

} // namespace sgn::core
