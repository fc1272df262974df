// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/Answers.h"

#include "agent/Logging.h"
#include "protocol/Reply.h"

namespace sgn::agent {

namespace {

constexpr QLatin1StringView uploadLogs("upload_logs");

} // namespace

ErrorCode wireCode(ErrorCode code)
{
    switch (code) {
    case ErrorCode::NotFound:
    case ErrorCode::Refused:
        return ErrorCode::BadRequest;
    case ErrorCode::Io:
    case ErrorCode::BadFile:
    case ErrorCode::Network:
    case ErrorCode::Authentication:
    case ErrorCode::Timeout:
        return ErrorCode::Internal;
    default:
        return code;
    }
}

Answers::Answers(QString from, CommandLedger &ledger, OutboxSender &sender)
    : m_from(std::move(from))
    , m_ledger(ledger)
    , m_sender(sender)
{}

bool Answers::give(const CommandKey &key, const QString &name, const Outcome &outcome, const QString &remarks)
{
    if (!outcome) {
        qCWarning(lcAgent).noquote() << "command" << key.number << name << "failed:" << outcome.error().message;
        return m_ledger.answer(key, name, failure(key, name, outcome.error()));
    }
    CommandResult result;
    result.number = key.number;
    result.from = m_from;
    result.command = name;
    result.success = true;
    result.remarks = remarks;
    result.request = key.request;
    return m_ledger.answer(key, name, encode(result));
}

void Answers::refuse(const CommandKey &key, const QString &name, const Error &error)
{
    if (key.number != 0) {
        give(key, name, fail(error));
    } else if (name == uploadLogs) {
        m_sender.post(name, failure(key, name, error));
    }
}

void Answers::refuseUnrecorded(const CommandKey &key, const QString &name, const Error &error)
{
    if (key.number != 0 || name == uploadLogs) {
        m_sender.sendOnce(failure(key, name, error));
    }
}

QByteArray Answers::failure(const CommandKey &key, const QString &name, const Error &error) const
{
    if (name == uploadLogs) {
        const std::optional<CommandNo> number = key.number != 0 ? std::optional(key.number) : std::nullopt;
        return encode(LogsReply{m_from, false, {}, {}, {}, error.message, number, key.request});
    }
    CommandResult result;
    result.number = key.number;
    result.from = m_from;
    result.request = key.request;
    result.command = name;
    result.remarks = error.message;
    result.error = wireCode(error.code);
    return encode(result);
}

} // namespace sgn::agent
