// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agent/CommandLedger.h"

#include <optional>

namespace sgn::agent {

// The codes that never leave the machine, in the words of the protocol (section 3).
[[nodiscard]] ErrorCode wireCode(ErrorCode code);

// Answers commands in the shape that each of them has (protocol section 3): `upload_logs` with its own, all others with
// a result, which needs the number of what it answers.
class Answers
{
public:
    // `from`: rpi_unique_id. Both references outlive the object.
    Answers(QString from, CommandLedger &book, OutboxSender &mail);

    // On record, and kept until the server has it. Whether it is safe on disk.
    bool give(const CommandKey &key, const QString &name, const Outcome &outcome, const QString &remarks = {});
    // The failure of a command that needn't have a number; without one it isn't on record.
    void refuse(const CommandKey &key, const QString &name, const Error &error);
    // The failure of what isn't even worth remembering, once, now or never.
    void brushOff(std::optional<CommandNo> number, const QString &name, const Error &error);

private:
    [[nodiscard]] QByteArray failure(std::optional<CommandNo> number, const QString &name, const Error &error) const;

    QString m_from;
    CommandLedger &m_book;
    OutboxSender &m_mail;
};

} // namespace sgn::agent
