// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/CommandRunner.h"

#include "agent/Logging.h"
#include "base/FileSystem.h"
#include "base/Overloaded.h"

#include <utility>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr auto uploadLogs = "upload_logs"_L1;
constexpr auto reboot = "reboot_system"_L1;
constexpr auto configUpdate = "config_update"_L1;

} // namespace

CommandRunner::CommandRunner(Settings settings, const Ports &ports, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_ports(ports)
{
    m_gather.setSingleShot(true);
    m_gather.setInterval(m_settings.gather);
    connect(&m_gather, &QTimer::timeout, this, &CommandRunner::emitGathered);
    connect(&m_ports.installer, &update::Installer::finished, this, &CommandRunner::updateEnded);
    connect(&m_ports.restart, &MachineRestart::finished, this, &CommandRunner::rebooted);
    connect(&m_ports.config, &ConfigTrial::finished, this, &CommandRunner::configTried);
    m_outcomeRetry.setSingleShot(true);
    m_outcomeRetry.setInterval(m_settings.diskPause);
    connect(&m_outcomeRetry, &QTimer::timeout, this, [this] { updateEnded(m_unrecordedOutcome); });
}

void CommandRunner::start()
{
    const update::Order *const current = m_ports.installer.current();
    if (current != nullptr && !current->stick) {
        // The power may have been cut between the two journals; a repeat has to find the command.
        beginIfUnknown({current->number, current->fingerprint, {}, current->request},
                       commandName(update::commandOf(current->task)));
    }
    if (const auto &restart = m_ports.restart.current()) {
        beginIfUnknown(*restart, reboot);
    }
    if (const auto config = m_ports.config.current()) {
        beginIfUnknown(*config, configUpdate);
    }
    for (const RecordedCommand &command : m_ports.ledger.unfinished()) {
        if (isUnderWay(command.key)) {
            continue;
        }
        m_ports.answers.give(command.key, command.name,
                             fail(ErrorCode::Internal, u"interrupted by a restart of the device"_s));
    }
}

void CommandRunner::beginIfUnknown(const CommandKey &key, const QString &name)
{
    if (m_ports.ledger.find(key) == nullptr) {
        CommandKey known = key;
        if (m_settings.mustBeSigned) {
            known.signedAt = m_ports.time.now(); // or before
        }
        m_ports.ledger.begin(known, name);
    }
}

bool CommandRunner::isUnderWay(const CommandKey &key) const
{
    const update::Order *const current = m_ports.installer.current();
    return (current != nullptr && CommandKey{current->number, current->fingerprint} == key) ||
           m_ports.restart.current() == key || m_ports.config.current() == key;
}

void CommandRunner::run(const PanelCommand &accepted)
{
    std::visit(Overloaded{
                   [&](const UpdateCommand &update) { runTask(update, accepted); },
                   [&](const VersionRequest &) {
                       if (!accepted.delayed) {
                           Q_EMIT versionRequested(accepted.command.features, true);
                           return;
                       }
                       m_gatheredVersion = true;
                       m_gatheredFeatures = accepted.command.features; // the newest request counts
                       m_gather.start();
                   },
                   [&](const UploadLogs &) { runLogs(accepted); },
                   [&](const CancelUpdate &cancel) { cancelUpdate(cancel, accepted.key); },
                   [&](const RestartProcess &restart) { restartProcess(restart, accepted.key); },
                   [&](const CaCertUpdate &update) { runTask(update, accepted); },
                   [&](const Rollback &rollback) { runTask(rollback, accepted); },
                   [&](const RebootSystem &) { rebootSystem(accepted.key); },
                   [&](const ConfigUpdate &update) { updateConfig(update, accepted.key); },
               },
               accepted.command.body);
}

void CommandRunner::emitGathered()
{
    if (std::exchange(m_gatheredVersion, false)) {
        Q_EMIT versionRequested(std::exchange(m_gatheredFeatures, {}), false);
    }
    if (std::exchange(m_gatheredLogs, false)) {
        Q_EMIT logsRequested();
    }
}

void CommandRunner::runTask(const update::Task &task, const PanelCommand &accepted)
{
    const QString name = commandName(update::commandOf(task));
    const Outcome begun = m_ports.installer.begin({.number = accepted.key.number,
                                                   .fingerprint = accepted.key.fingerprint,
                                                   .task = task,
                                                   .progress = accepted.command.progress,
                                                   .notAfter = accepted.command.notAfter,
                                                   .request = accepted.key.request,
                                                   .window = accepted.command.window});
    if (!begun) {
        m_ports.answers.give(accepted.key, name, begun);
        return;
    }
    // The update's journal has it already, and a restart finds it there; this is for recognising a repeat.
    m_ports.ledger.begin(accepted.key, name);
}

void CommandRunner::updateEnded(const update::UpdateOutcome &outcome)
{
    if (outcome.order.stick) {
        return; // StickUpdates', of which the panel knows no number
    }
    CommandResult result;
    result.number = outcome.order.number;
    result.from = m_settings.from;
    result.success = outcome.success;
    result.remarks = outcome.remarks;
    result.command = commandName(update::commandOf(outcome.order.task));
    result.error = outcome.error ? std::optional(wireCode(*outcome.error)) : std::nullopt;
    result.durationS = outcome.durationS;
    result.bytes = outcome.bytes;
    result.rolledBack = outcome.rolledBack;
    result.log = outcome.log;
    result.request = outcome.order.request;
    // Both quote the output of processes, which may contain anything.
    if (!m_settings.secret.isEmpty()) {
        result.remarks.replace(m_settings.secret, u"***"_s);
        result.log.replaceInStrings(m_settings.secret, u"***"_s);
    }
    qCInfo(lcAgent).noquote() << "update" << result.number << (result.success ? "succeeded" : "failed:")
                              << result.remarks;
    const CommandKey key{outcome.order.number, outcome.order.fingerprint, {}, outcome.order.request};
    if (m_ports.ledger.answer(key, result.command, encode(result))) {
        m_ports.installer.close();
        return;
    }
    // Until the reply is durable, the update's journal keeps the result.
    m_unrecordedOutcome = outcome;
    m_outcomeRetry.start();
}

void CommandRunner::runLogs(const PanelCommand &accepted)
{
    if (accepted.command.number) {
        m_ports.ledger.begin(accepted.key, uploadLogs);
        m_numberedLogs += accepted.key;
    } else {
        m_plainLogs = true;
    }
    if (accepted.delayed) {
        m_gatheredLogs = true;
        m_gather.start();
    } else {
        Q_EMIT logsRequested();
    }
}

void CommandRunner::logsUploaded(const LogsReply &reply)
{
    if (std::exchange(m_plainLogs, false)) {
        m_ports.sender.post(uploadLogs, encode(reply));
    }
    const auto keys = std::exchange(m_numberedLogs, {});
    for (const CommandKey &key : keys) {
        LogsReply numbered = reply;
        numbered.number = key.number;
        numbered.request = key.request;
        m_ports.ledger.answer(key, uploadLogs, encode(numbered));
    }
}

void CommandRunner::cancelUpdate(const CancelUpdate &cancel, const CommandKey &key)
{
    const Outcome cancelled = m_ports.installer.cancel(cancel.cancels);
    m_ports.answers.give(key, u"cancel_update"_s, cancelled, u"update %1 is cancelled"_s.arg(cancel.cancels));
}

void CommandRunner::rebootSystem(const CommandKey &key)
{
    if (m_ports.installer.isSwapping()) {
        m_ports.answers.give(key, reboot,
                             fail(ErrorCode::Busy, nameOf(*m_ports.installer.current()) + u" is being swapped in"_s));
        return;
    }
    if (isReadOnlyFileSystem(m_settings.root)) {
        // No record made now outlives the restart, and a command without a reply is repeated again and again.
        m_ports.answers.give(key, reboot, {},
                             u"reported before the restart, because the device's card is read-only and keeps no record "
                             "of it"_s);
        m_ports.restart.beginUnrecorded();
        return;
    }
    // Its own journal first, as with an update.
    if (const Outcome begun = m_ports.restart.begin(key); !begun) {
        m_ports.answers.give(key, reboot, begun);
        return;
    }
    m_ports.ledger.begin(key, reboot);
}

void CommandRunner::rebooted(const CommandKey &key, const std::optional<Error> &failure)
{
    if (m_ports.answers.give(key, reboot, failure ? Outcome(fail(*failure)) : Outcome())) {
        m_ports.restart.close();
        return;
    }
    // As with an update: until then its own journal keeps the result.
    QTimer::singleShot(m_settings.diskPause, this, [this, key, failure] { rebooted(key, failure); });
}

void CommandRunner::updateConfig(const ConfigUpdate &update, const CommandKey &key)
{
    // An update needs the connection that a wrong configuration would take from it.
    if (const update::Order *const current = m_ports.installer.current()) {
        m_ports.answers.give(key, configUpdate, fail(ErrorCode::Busy, nameOf(*current) + u" is under way"_s));
        return;
    }
    // Its own journal first, as with an update.
    if (const Outcome begun = m_ports.config.begin(key, update, m_settings.from); !begun) {
        m_ports.answers.give(key, configUpdate, begun);
        return;
    }
    m_ports.ledger.begin(key, configUpdate);
}

void CommandRunner::configTried(const CommandKey &key, const std::optional<Error> &failure)
{
    if (m_ports.answers.give(key, configUpdate, failure ? Outcome(fail(*failure)) : Outcome())) {
        m_ports.config.close();
        return;
    }
    QTimer::singleShot(m_settings.diskPause, this, [this, key, failure] { configTried(key, failure); });
}

void CommandRunner::restartProcess(const RestartProcess &restart, const CommandKey &key)
{
    const QString name = u"restart_process"_s;
    m_ports.ledger.begin(key, name);
    m_ports.watchdog.ask(control::Restart{restart.processName}, this,
                         [this, key, name](const Result<control::ReplyBody> &reply) {
                             m_ports.answers.give(key, name, reply ? Outcome() : fail(reply.error()));
                         });
}

} // namespace sgn::agent
