// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/CommandRunner.h"

#include "agent/Logging.h"
#include "base/Overloaded.h"

#include <algorithm>
#include <utility>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr int logLinesPerMinute = 5;
constexpr int refusalsPerMinute = 30;
constexpr qsizetype maxWaiting = 100;
constexpr auto uploadLogs = "upload_logs"_L1;
constexpr auto reboot = "reboot_system"_L1;

// The codes that never leave the machine, in the words of the protocol.
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

// What everyone may ask; but a signature that is there has to be right.
bool isUnsignedVersionRequest(const QByteArray &body)
{
    const auto command = parseCommand(body);
    return command && !command->isOperatorSigned && std::holds_alternative<VersionRequest>(command->body);
}

} // namespace

std::optional<QString> whyNotObeyed(const xmpp::IncomingMessage &message, const QString &panelJid)
{
    if (message.carbon) {
        return u"it is a carbon copy"_s;
    }
    if (message.fromArchive) {
        return u"it is from the archive"_s;
    }
    if (message.fromBare != panelJid || panelJid.isEmpty()) {
        return u"the sender is not the control panel"_s;
    }
    return std::nullopt;
}

CommandRunner::CommandRunner(Settings settings, const Ports &ports, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_ports(ports)
    , m_dropLog(logLinesPerMinute, std::chrono::minutes(1))
    , m_refusals(refusalsPerMinute, std::chrono::minutes(1))
{
    m_timeLimit.setSingleShot(true);
    m_timeLimit.setInterval(m_settings.serverTimeLimit);
    connect(&m_timeLimit, &QTimer::timeout, this, &CommandRunner::answerWaiting);
    m_gather.setSingleShot(true);
    m_gather.setInterval(m_settings.gather);
    connect(&m_gather, &QTimer::timeout, this, &CommandRunner::tellGathered);
    connect(&m_ports.installer, &update::Installer::finished, this, &CommandRunner::updateEnded);
    connect(&m_ports.reboot, &Reboot::finished, this, &CommandRunner::rebooted);
    m_tryEndingAgain.setSingleShot(true);
    m_tryEndingAgain.setInterval(m_settings.diskPause);
    connect(&m_tryEndingAgain, &QTimer::timeout, this, [this] { updateEnded(m_unsafeEnding); });
}

void CommandRunner::start()
{
    const update::Order *const current = m_ports.installer.current();
    if (current != nullptr) {
        // The power may have gone between the journal and the record; a repeat has to find the command.
        beginIfUnknown({current->number, current->fingerprint}, commandName(update::commandOf(current->task)));
    }
    if (const auto &restart = m_ports.reboot.current()) {
        beginIfUnknown(*restart, reboot);
    }
    for (const RecordedCommand &command : m_ports.book.unfinished()) {
        if (isUnderWay(command.key)) {
            continue;
        }
        const QString remarks = u"interrupted by a restart of the device"_s;
        if (command.name == uploadLogs) {
            LogsReply reply{m_settings.from, false, {}, {}, {}, remarks, command.key.number};
            m_ports.book.answer(command.key, command.name, encode(reply));
        } else {
            answer(command.key, command.name, fail(ErrorCode::Internal, remarks));
        }
    }
}

void CommandRunner::beginIfUnknown(const CommandKey &key, const QString &name)
{
    if (m_ports.book.find(key) == nullptr) {
        CommandKey known = key;
        if (m_settings.operators.isRequired()) {
            known.signedAt = m_ports.time.now(); // or before
        }
        m_ports.book.begin(known, name);
    }
}

bool CommandRunner::isUnderWay(const CommandKey &key) const
{
    const update::Order *const current = m_ports.installer.current();
    return (current != nullptr && CommandKey{current->number, current->fingerprint} == key) ||
           m_ports.reboot.current() == key;
}

void CommandRunner::receive(const xmpp::IncomingMessage &message)
{
    if (const auto why = whyNotObeyed(message, m_settings.panelJid)) {
        drop(message.from, *why);
        return;
    }
    if (message.delayed) {
        m_ports.time.raiseFloor(message.stamp);
    }
    if (!m_settings.operators.isRequired()) {
        take(message.body, message.delayed, {});
        return;
    }
    const auto signedCommand = m_settings.operators.open(message.body);
    if (signedCommand) {
        take(signedCommand->body, message.delayed, signedCommand->claims);
    } else if (isUnsignedVersionRequest(message.body)) {
        take(message.body, message.delayed, {});
    } else {
        refuseUntrusted(message.body, signedCommand.error());
    }
}

void CommandRunner::take(const QByteArray &body, bool delayed, const std::optional<CommandClaims> &claims)
{
    auto command = parseCommand(body);
    if (!command) {
        refuse(command.error(), body);
        return;
    }
    CommandKey key{command->number.value_or(0), commandFingerprint(body)};
    if (claims) {
        // Not later than now: one operator whose clock is years ahead would else make all others' signatures too old.
        key.signedAt = std::min(claims->issuedAt, m_ports.time.latestNow());
    }
    if (command->number) {
        if (const RecordedCommand *const known = m_ports.book.find(key)) {
            qCInfo(lcAgent).noquote() << "command" << key.number << known->name << "is a repeat";
            if (!known->reply.isEmpty()) {
                m_ports.book.repeat(*known);
            }
            return;
        }
        if (m_ports.book.mayBeForgotten(key)) {
            refuseUntrusted(body, {ErrorCode::Expired, u"the command was signed before others that this device has "
                                                       "forgotten by now, and may be one of them; sign it anew"_s});
            return;
        }
    }
    if (claims) {
        command->notAfter = command->notAfter ? std::min(*command->notAfter, claims->expiresAt) : claims->expiresAt;
    }
    const Waiting waiting{*command, key, delayed, claims};
    if (command->notAfter && !m_ports.time.isKnown() && m_waiting.size() < maxWaiting) {
        m_waiting += waiting;
        if (!m_timeLimit.isActive()) {
            m_timeLimit.start();
        }
        return;
    }
    judge(waiting);
}

// The answer is neither recorded nor kept for later: whoever can't sign must not be able to push what was done out of
// the record, or to fill the card.
void CommandRunner::refuseUntrusted(const QByteArray &body, const Error &error)
{
    const auto command = parseCommand(body);
    const QString name = command ? commandName(command->body) : command.error().name;
    const std::optional<CommandNo> number = command ? command->number : command.error().number;
    drop(m_settings.panelJid, error.message);
    if (!m_refusals.allow(m_ports.clock.monotonic())) {
        return;
    }
    if (name == uploadLogs) {
        m_ports.mail.say(encode(LogsReply{m_settings.from, false, {}, {}, {}, error.message, number}));
    } else if (number) {
        CommandResult result;
        result.number = *number;
        result.from = m_settings.from;
        result.command = name;
        result.remarks = error.message;
        result.error = wireCode(error.code);
        m_ports.mail.say(encode(result));
    }
}

void CommandRunner::drop(const QString &from, const QString &why)
{
    if (m_dropLog.allow(m_ports.clock.monotonic())) {
        const quint64 more = m_dropLog.takeSuppressed();
        qCWarning(lcAgent).noquote() << "dropped a message from" << from << "because" << why
                                     << (more > 0 ? u"(and %1 before it)"_s.arg(more) : QString());
    }
}

void CommandRunner::refuse(const RejectedCommand &rejected, const QByteArray &body)
{
    if (!rejected.number) {
        drop(m_settings.panelJid, rejected.error.message);
        return;
    }
    const CommandKey key{*rejected.number, commandFingerprint(body)};
    if (const RecordedCommand *const known = m_ports.book.find(key)) {
        m_ports.book.repeat(*known);
        return;
    }
    answer(key, rejected.name, fail(rejected.error));
}

void CommandRunner::serverTimeKnown()
{
    m_timeLimit.stop();
    answerWaiting();
}

void CommandRunner::answerWaiting()
{
    const auto waiting = std::exchange(m_waiting, {});
    for (const Waiting &one : waiting) {
        // The same command may have come twice meanwhile.
        if (!one.command.number || m_ports.book.find(one.key) == nullptr) {
            judge(one);
        }
    }
}

void CommandRunner::judge(const Waiting &waiting)
{
    if (waiting.claims && m_ports.time.isYetToCome(waiting.claims->issuedAt)) {
        refuseWhole(waiting, {ErrorCode::BadSignature, u"the command was signed in the future, on %1"_s.arg(
                                                           waiting.claims->issuedAt.toString(Qt::ISODate))});
    } else if (waiting.command.notAfter && m_ports.time.isPast(*waiting.command.notAfter)) {
        refuseWhole(waiting, {ErrorCode::Expired, u"the command was valid until %1"_s.arg(
                                                      waiting.command.notAfter->toString(Qt::ISODate))});
    } else {
        run(waiting);
    }
}

void CommandRunner::refuseWhole(const Waiting &waiting, const Error &error)
{
    const QString name = commandName(waiting.command.body);
    qCWarning(lcAgent).noquote() << "refused" << name << "-" << error.message;
    if (std::holds_alternative<UploadLogs>(waiting.command.body)) {
        LogsReply reply{m_settings.from, false, {}, {}, {}, error.message, waiting.command.number};
        m_ports.mail.post(uploadLogs, encode(reply));
    } else if (waiting.command.number) {
        answer(waiting.key, name, fail(error));
    }
}

void CommandRunner::run(const Waiting &waiting)
{
    std::visit(Overloaded{
                   [&](const UpdateCommand &update) { runTask(update, waiting); },
                   [&](const VersionRequest &) {
                       if (!waiting.delayed) {
                           Q_EMIT versionRequested(waiting.command.features);
                           return;
                       }
                       m_gatheredVersion = true;
                       m_gatheredFeatures = waiting.command.features; // the newest word counts
                       m_gather.start();
                   },
                   [&](const UploadLogs &) { runLogs(waiting); },
                   [&](const CancelUpdate &cancel) { cancelUpdate(cancel, waiting.key); },
                   [&](const RestartProcess &restart) { restartProcess(restart, waiting.key); },
                   [&](const CaCertUpdate &update) { runTask(update, waiting); },
                   [&](const Rollback &back) { runTask(back, waiting); },
                   [&](const RebootSystem &) { rebootSystem(waiting.key); },
               },
               waiting.command.body);
}

void CommandRunner::tellGathered()
{
    if (std::exchange(m_gatheredVersion, false)) {
        Q_EMIT versionRequested(std::exchange(m_gatheredFeatures, {}));
    }
    if (std::exchange(m_gatheredLogs, false)) {
        Q_EMIT logsRequested();
    }
}

void CommandRunner::runTask(const update::Task &task, const Waiting &waiting)
{
    const QString name = commandName(update::commandOf(task));
    const Outcome begun = m_ports.installer.begin(
        {waiting.key.number, waiting.key.fingerprint, task, waiting.command.progress, waiting.command.notAfter});
    if (!begun) {
        answer(waiting.key, name, begun);
        return;
    }
    // The journal has it already, and a restart finds it there; this is for knowing a repeat.
    m_ports.book.begin(waiting.key, name);
}

void CommandRunner::updateEnded(const update::Ending &ending)
{
    CommandResult result;
    result.number = ending.order.number;
    result.from = m_settings.from;
    result.success = ending.success;
    result.remarks = ending.remarks;
    result.command = commandName(update::commandOf(ending.order.task));
    result.error = ending.error ? std::optional(wireCode(*ending.error)) : std::nullopt;
    result.durationS = ending.durationS;
    result.bytes = ending.bytes;
    result.rolledBack = ending.rolledBack;
    result.log = ending.log;
    // Both quote what processes have written, and nobody knows what that is.
    if (!m_settings.secret.isEmpty()) {
        result.remarks.replace(m_settings.secret, u"***"_s);
        result.log.replaceInStrings(m_settings.secret, u"***"_s);
    }
    qCInfo(lcAgent).noquote() << "update" << result.number << (result.success ? "succeeded" : "failed:")
                              << result.remarks;
    if (m_ports.book.answer({ending.order.number, ending.order.fingerprint}, result.command, encode(result))) {
        m_ports.installer.close();
        return;
    }
    // As long as the disk doesn't take the answer, the journal is what remembers it.
    m_unsafeEnding = ending;
    m_tryEndingAgain.start();
}

void CommandRunner::runLogs(const Waiting &waiting)
{
    if (waiting.command.number) {
        m_ports.book.begin(waiting.key, uploadLogs);
        m_numberedLogs += waiting.key;
    } else {
        m_plainLogs = true;
    }
    if (waiting.delayed) {
        m_gatheredLogs = true;
        m_gather.start();
    } else {
        Q_EMIT logsRequested();
    }
}

void CommandRunner::logsUploaded(const LogsReply &reply)
{
    if (std::exchange(m_plainLogs, false)) {
        m_ports.mail.post(uploadLogs, encode(reply));
    }
    const auto keys = std::exchange(m_numberedLogs, {});
    for (const CommandKey &key : keys) {
        LogsReply numbered = reply;
        numbered.number = key.number;
        m_ports.book.answer(key, uploadLogs, encode(numbered));
    }
}

void CommandRunner::cancelUpdate(const CancelUpdate &cancel, const CommandKey &key)
{
    const Outcome cancelled = m_ports.installer.cancel(cancel.cancels);
    answer(key, u"cancel_update"_s, cancelled, u"update %1 is cancelled"_s.arg(cancel.cancels));
}

void CommandRunner::rebootSystem(const CommandKey &key)
{
    if (m_ports.installer.isSwapping()) {
        answer(key, reboot,
               fail(ErrorCode::Busy, u"update %1 is being swapped in"_s.arg(m_ports.installer.current()->number)));
        return;
    }
    // Its own journal first, as with an update.
    if (const Outcome begun = m_ports.reboot.begin(key); !begun) {
        answer(key, reboot, begun);
        return;
    }
    m_ports.book.begin(key, reboot);
}

void CommandRunner::rebooted(const CommandKey &key, const std::optional<Error> &failure)
{
    if (answer(key, reboot, failure ? Outcome(fail(*failure)) : Outcome())) {
        m_ports.reboot.close();
        return;
    }
    // As with an update: till then its journal is what remembers it.
    QTimer::singleShot(m_settings.diskPause, this, [this, key, failure] { rebooted(key, failure); });
}

void CommandRunner::restartProcess(const RestartProcess &restart, const CommandKey &key)
{
    const QString name = u"restart_process"_s;
    m_ports.book.begin(key, name);
    m_ports.watchdog.ask(control::Restart{restart.processName}, this,
                         [this, key, name](const Result<control::ReplyBody> &reply) {
                             answer(key, name, reply ? Outcome() : fail(reply.error()));
                         });
}

bool CommandRunner::answer(const CommandKey &key, const QString &name, const Outcome &outcome, const QString &remarks)
{
    CommandResult result;
    result.number = key.number;
    result.from = m_settings.from;
    result.command = name;
    result.success = outcome.has_value();
    if (outcome) {
        result.remarks = remarks;
    } else {
        qCWarning(lcAgent).noquote() << "command" << key.number << name << "failed:" << outcome.error().message;
        result.remarks = outcome.error().message;
        result.error = wireCode(outcome.error().code);
    }
    return m_ports.book.answer(key, name, encode(result));
}

} // namespace sgn::agent
