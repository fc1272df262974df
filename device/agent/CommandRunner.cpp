// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/CommandRunner.h"

#include "agent/Logging.h"
#include "base/FileSystem.h"
#include "base/Overloaded.h"
#include "control/PersistentRequest.h"

#include <utility>

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr auto uploadLogs = "upload_logs"_L1;
constexpr auto reboot = "reboot_system"_L1;

} // namespace

CommandRunner::CommandRunner(Settings settings, const Ports &ports, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_ports(ports)
{
    m_gather.setSingleShot(true);
    m_gather.setInterval(m_settings.gather);
    connect(&m_gather, &QTimer::timeout, this, &CommandRunner::tellGathered);
    connect(&m_ports.installer, &update::Installer::finished, this, &CommandRunner::updateEnded);
    connect(&m_ports.restart, &MachineRestart::finished, this, &CommandRunner::rebooted);
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
    if (const auto &restart = m_ports.restart.current()) {
        beginIfUnknown(*restart, reboot);
    }
    for (const RecordedCommand &command : m_ports.book.unfinished()) {
        if (isUnderWay(command.key)) {
            continue;
        }
        m_ports.answers.give(command.key, command.name,
                             fail(ErrorCode::Internal, u"interrupted by a restart of the device"_s));
    }
}

void CommandRunner::beginIfUnknown(const CommandKey &key, const QString &name)
{
    if (m_ports.book.find(key) == nullptr) {
        CommandKey known = key;
        if (m_settings.mustBeSigned) {
            known.signedAt = m_ports.time.now(); // or before
        }
        m_ports.book.begin(known, name);
    }
}

bool CommandRunner::isUnderWay(const CommandKey &key) const
{
    const update::Order *const current = m_ports.installer.current();
    return (current != nullptr && CommandKey{current->number, current->fingerprint} == key) ||
           m_ports.restart.current() == key;
}

void CommandRunner::run(const AcceptedCommand &accepted)
{
    std::visit(Overloaded{
                   [&](const UpdateCommand &update) { runTask(update, accepted); },
                   [&](const VersionRequest &) {
                       if (!accepted.delayed) {
                           Q_EMIT versionRequested(accepted.command.features);
                           return;
                       }
                       m_gatheredVersion = true;
                       m_gatheredFeatures = accepted.command.features; // the newest word counts
                       m_gather.start();
                   },
                   [&](const UploadLogs &) { runLogs(accepted); },
                   [&](const CancelUpdate &cancel) { cancelUpdate(cancel, accepted.key); },
                   [&](const RestartProcess &restart) { restartProcess(restart, accepted.key); },
                   [&](const CaCertUpdate &update) { runTask(update, accepted); },
                   [&](const Rollback &back) { runTask(back, accepted); },
                   [&](const RebootSystem &) { rebootSystem(accepted.key); },
               },
               accepted.command.body);
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

void CommandRunner::runTask(const update::Task &task, const AcceptedCommand &accepted)
{
    const QString name = commandName(update::commandOf(task));
    const Outcome begun = m_ports.installer.begin(
        {accepted.key.number, accepted.key.fingerprint, task, accepted.command.progress, accepted.command.notAfter});
    if (!begun) {
        m_ports.answers.give(accepted.key, name, begun);
        return;
    }
    // The journal has it already, and a restart finds it there; this is for knowing a repeat.
    m_ports.book.begin(accepted.key, name);
}

void CommandRunner::updateEnded(const update::UpdateOutcome &ending)
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

void CommandRunner::runLogs(const AcceptedCommand &accepted)
{
    if (accepted.command.number) {
        m_ports.book.begin(accepted.key, uploadLogs);
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
    m_ports.answers.give(key, u"cancel_update"_s, cancelled, u"update %1 is cancelled"_s.arg(cancel.cancels));
}

void CommandRunner::rebootSystem(const CommandKey &key)
{
    if (m_ports.installer.isSwapping()) {
        m_ports.answers.give(
            key, reboot,
            fail(ErrorCode::Busy, u"update %1 is being swapped in"_s.arg(m_ports.installer.current()->number)));
        return;
    }
    if (isReadOnlyFileSystem(m_settings.root)) {
        rebootForgetfully(key);
        return;
    }
    // Its own journal first, as with an update.
    if (const Outcome begun = m_ports.restart.begin(key); !begun) {
        m_ports.answers.give(key, reboot, begun);
        return;
    }
    m_ports.book.begin(key, reboot);
}

// Nothing that is noted now outlives the restart, and a command that isn't answered comes again and again: it is
// answered before.
void CommandRunner::rebootForgetfully(const CommandKey &key)
{
    m_ports.answers.give(key, reboot, {},
                         u"said before the restart, which the device won't remember: its card is read-only"_s);
    // Not by way of Reboot, which would want to note it first.
    QTimer::singleShot(m_settings.rebootPause, this, [this] {
        auto *const asking = new control::PersistentRequest(m_ports.watchdog, control::Reboot{},
                                                            std::chrono::minutes(1), std::chrono::seconds(1), this);
        connect(asking, &control::PersistentRequest::finished, this, [](const Result<control::ReplyBody> &reply) {
            if (!reply) {
                qCWarning(lcAgent) << "the machine can't be restarted:" << reply.error();
            }
        });
    });
}

void CommandRunner::rebooted(const CommandKey &key, const std::optional<Error> &failure)
{
    if (m_ports.answers.give(key, reboot, failure ? Outcome(fail(*failure)) : Outcome())) {
        m_ports.restart.close();
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
                             m_ports.answers.give(key, name, reply ? Outcome() : fail(reply.error()));
                         });
}

} // namespace sgn::agent
