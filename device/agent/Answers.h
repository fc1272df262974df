// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/CommandLedger.h"

#include <optional>

namespace sgn::agent {

// The code that the protocol (section 3) has for an error; the codes that only this program uses become Internal or
// BadRequest.
[[nodiscard]] ErrorCode wireCode(ErrorCode code);

// Answers commands in the shape that each of them has (protocol section 3): `upload_logs` with its own, all others with
// a result, which needs the number of what it answers.
class Answers
{
public:
    // `from`: rpi_unique_id. Both references outlive the object.
    Answers(QString from, CommandLedger &ledger, OutboxSender &sender);

    // Recorded, and kept until the server has it. Returns whether it is durable.
    bool give(const CommandKey &key, const QString &name, const Outcome &outcome, const QString &remarks = {});
    // The failure of a command that may have no number; without one it isn't recorded.
    void refuse(const CommandKey &key, const QString &name, const Error &error);
    // The failure of a message that isn't worth recording: sent once if the panel is online, otherwise dropped.
    void refuseUnrecorded(const CommandKey &key, const QString &name, const Error &error);

private:
    [[nodiscard]] QByteArray failure(const CommandKey &key, const QString &name, const Error &error) const;

    QString m_from;
    CommandLedger &m_ledger;
    OutboxSender &m_sender;
};

} // namespace sgn::agent
