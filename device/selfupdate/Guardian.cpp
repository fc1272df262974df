// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/Guardian.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"
#include "selfupdate/Logging.h"
#include "selfupdate/Probation.h"
#include "selfupdate/ProbationWatch.h"
#include "system/FolderExchange.h"
#include "system/ProcFs.h"
#include "system/ProgramExec.h"

#include <algorithm>
#include <csignal>
#include <QFile>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

constexpr MonotonicTime pause = std::chrono::milliseconds(250);
constexpr MonotonicTime retryPause = std::chrono::seconds(10); // before another attempt at what the disk refused

// Another process of this user that runs the program. A watchdog borrows the device's owner's rights for its work on
// files, so its real user counts.
bool isOurs(const system::ProcStat &stat, const QByteArray &program, bool isScript)
{
    const bool runsIt = system::readExecutable(stat.pid) == program ||
                        (isScript && system::readArguments(stat.pid).mid(1, 2).contains(program));
    return stat.state != 'Z' && stat.pid != ::getpid() && runsIt && system::readRealUser(stat.pid) == ::getuid();
}

std::optional<system::ProcessHandle> findOurs(const QString &path)
{
    const QByteArray program = QFile::encodeName(path);
    const bool isScript = system::readProcFile(program).startsWith("#!");
    QList<system::ProcStat> matches = system::readAllProcesses();
    matches.removeIf([&](const system::ProcStat &stat) { return !isOurs(stat, program, isScript); });
    for (const system::ProcStat &match : std::as_const(matches)) {
        // A child on its way to become another program looks the same for a moment.
        const bool isChild =
            std::ranges::any_of(matches, [&](const system::ProcStat &other) { return other.pid == match.parent; });
        auto handle = system::ProcessHandle::open(match.pid, system::ProcessHandle::Kind::Other);
        if (!isChild && handle && handle->startTime() == match.startTime) {
            return *std::move(handle);
        }
    }
    return std::nullopt;
}

std::optional<system::FileIdentity> identityOf(const QByteArray &path)
{
    struct stat info
    {
    };
    return ::stat(path.constData(), &info) == 0 ? std::optional(system::FileIdentity::of(info)) : std::nullopt;
}

} // namespace

QString findProblem(const SwapJournal &journal, const ProbeAnswer &answer, const QList<WatchedProcess> &alive)
{
    if (answer.version != journal.request.version) {
        return u"it has version %1 and not %2"_s.arg(answer.version).arg(journal.request.version);
    }
    bool anyRan = false;
    bool anyRuns = false;
    for (const WatchedProcess &process : alive) {
        if (process.name.isEmpty()) {
            continue; // the agent is in no report; it connects to the socket by itself
        }
        const auto report = std::ranges::find(answer.processes, process.name, &ProcessReport::name);
        if (report == answer.processes.end() || report->pid != process.identity->pid) {
            return u"it doesn't know \"%1\", which still runs as process %2"_s.arg(process.name)
                .arg(process.identity->pid);
        }
        anyRan = anyRan || process.wasRunning;
        anyRuns = anyRuns || report->state == ProcessState::Running;
    }
    return anyRan && !anyRuns ? u"it receives no heartbeats"_s : QString();
}

Guardian::Guardian(GuardianSettings settings, const Clock &clock)
    : m_settings(std::move(settings))
    // Before the folders change places again.
    , m_ownProgram(identityOf(QFile::encodeName(m_settings.ownProgram)))
    , m_file(m_settings.release.journal(), 0600)
    , m_clock(clock)
{}

void Guardian::run()
{
    // Before the lock, for which the watchdog waits before it hands over: a new one that ends at once has to be seen to
    // end.
    if (!load()) {
        return;
    }
    findTarget();
    if (!takeLock() || !load()) {
        return;
    }
    goOnAfterCut();
    if (m_journal.phase == SwapPhase::Confirming) {
        watch();
    } else if (m_journal.phase == SwapPhase::RollingBack) {
        findTarget();
        exchangeBack();
    }
}

void Guardian::goOnAfterCut()
{
    const auto installed = system::folderId(m_settings.release.installed());
    InPlace disk = InPlace::Other;
    if (installed == m_journal.newFolder) {
        disk = InPlace::New;
    } else if (installed == m_journal.oldFolder) {
        disk = InPlace::Old;
    }
    const SwapPhase saved = m_journal.phase;
    // This is the guardian, so no other one decides. What is neither release is left to whatever put it there.
    m_journal.phase = disk == InPlace::Other ? saved : phaseAfterCut(saved, disk, false);
    if (m_journal.phase == saved) {
        return;
    }
    if (m_journal.phase == SwapPhase::Confirming) {
        m_journal.handOver.process = {};
        m_target.reset();
        save();
    } else {
        m_journal.error = ErrorCode::NotHealthy;
        m_journal.remarks = u"the new watchdog was not confirmed, and the reason could not be saved"_s;
    }
}

bool Guardian::load()
{
    auto journal = m_file.load();
    if (!journal) {
        return false;
    }
    m_journal = *std::move(journal);
    return true;
}

bool Guardian::takeLock()
{
    // The watchdog holds it for a moment, too, when it checks whether there is a guardian.
    constexpr int tries = 10;
    constexpr auto between = std::chrono::milliseconds(20);
    auto lock = system::FileLock::tryLock(m_settings.release.guardLock(), tries, between);
    if (!lock) {
        return false;
    }
    m_lock = *std::move(lock);
    return true;
}

// If that fails, the folders' inodes show the next watchdog where the swap stands.
bool Guardian::save()
{
    return m_file.save(m_journal).has_value();
}

void Guardian::watch()
{
    const std::chrono::seconds timeout(m_journal.request.timeoutS);
    ProbationWatch probation({timeout, m_settings.settle, m_settings.hiccup}, m_clock.monotonic());
    QString problem = u"it doesn't start"_s;
    for (;;) {
        findTarget();
        if (m_target && m_target->hasEnded()) {
            rollBack(ErrorCode::NotHealthy, probation.wasHealthy() ? u"the new watchdog answered and then ended"_s
                                                                   : u"the new watchdog ended: "_s + problem);
            return;
        }
        const MonotonicTime now = m_clock.monotonic();
        if (m_target) {
            problem = probe();
        }
        switch (probation.observe(m_target && problem.isEmpty(), now)) {
        case ProbationWatch::Verdict::Confirmed:
            confirm();
            return;
        case ProbationWatch::Verdict::Expired:
            rollBack(ErrorCode::NotHealthy, u"the new watchdog was not confirmed within %1 s: %2"_s.arg(timeout.count())
                                                .arg(problem.isEmpty() ? u"it answers only now and then"_s : problem));
            return;
        case ProbationWatch::Verdict::Undecided:
            wait(pause);
        }
    }
}

// The process that was handed over to, or, after a boot, whatever runs the installed program.
void Guardian::findTarget()
{
    if (m_target) {
        return;
    }
    auto handle = system::ProcessHandle::open(static_cast<pid_t>(m_journal.handOver.process.pid),
                                              system::ProcessHandle::Kind::Other);
    if (handle && handle->startTime() == m_journal.handOver.process.startTime) {
        m_target = *std::move(handle);
    } else {
        m_target = findOurs(m_settings.release.installedProgram());
    }
}

QString Guardian::probe()
{
    if (isOldProgram()) {
        return u"the old watchdog has not handed over"_s;
    }
    const auto answer = probeWatchdog(m_settings.socket, m_target->pid(), m_settings.probeLimit);
    return answer ? findProblem(m_journal, *answer, alive()) : answer.error().message;
}

// Until it hands over, the process that becomes the new watchdog runs the guardian's own program.
bool Guardian::isOldProgram() const
{
    return m_ownProgram && identityOf("/proc/" + QByteArray::number(m_target->pid()) + "/exe") == m_ownProgram;
}

QList<WatchedProcess> Guardian::alive() const
{
    QList<WatchedProcess> alive;
    std::ranges::copy_if(m_journal.handOver.processes, std::back_inserter(alive), [](const WatchedProcess &process) {
        if (!process.identity) {
            return false;
        }
        const auto handle =
            system::ProcessHandle::open(static_cast<pid_t>(process.identity->pid), system::ProcessHandle::Kind::Other);
        return handle && handle->startTime() == process.identity->startTime && !handle->hasEnded();
    });
    return alive;
}

void Guardian::confirm()
{
    qCInfo(lcSelfUpdate).noquote() << "watchdog confirmed (version" << m_journal.request.version << ")";
    m_journal.advance(SwapEvent::Healthy);
    finishConfirmed();
}

void Guardian::finishConfirmed()
{
    // Not before it is durable: tidying up removes what the next guardian would need to roll back.
    while (!save()) {
        // Not needed since the exchange, and it may be what fills the card.
        [[maybe_unused]] const auto freed = removeFileDurably(m_settings.release.zip());
        wait(retryPause);
    }
    tidyAfterSwap(m_settings.release, m_journal);
}

void Guardian::rollBack(ErrorCode error, const QString &why)
{
    qCWarning(lcSelfUpdate).noquote() << "watchdog swap rolls back (version" << m_journal.request.version
                                      << "):" << why;
    m_journal.advance(SwapEvent::Failed);
    m_journal.error = error;
    m_journal.remarks = why;
    save();
    exchangeBack();
}

void Guardian::exchangeBack()
{
    // Before the new one ends, so that whoever starts a watchdog after that starts the old one.
    while (system::folderId(m_settings.release.installed()) == m_journal.newFolder) {
        if (system::isGone(m_settings.release.staged(), m_journal.oldFolder)) {
            keepNew();
            return;
        }
        if (const auto done = system::exchangeFolders(m_settings.release.installed(), m_settings.release.staged());
            !done) {
            qCCritical(lcSelfUpdate).noquote() << "watchdog not rolled back yet:" << done.error().message;
            wait(retryPause);
        }
    }
    terminateNew();
    m_journal.advance(SwapEvent::Reverted);
    const bool isSaved = save();
    tidyAfterSwap(m_settings.release, m_journal);
    if (!isSaved) {
        save(); // there may be room now
    }
    makeInstalledRun();
}

void Guardian::keepNew()
{
    qCCritical(lcSelfUpdate).noquote() << "the new watchdog stays, because the old one is no longer in"
                                       << m_settings.release.staged();
    m_journal.advance(SwapEvent::OldIsGone);
    m_journal.remarks += u"; it stays, because the old one is gone"_s;
    finishConfirmed();
    if (!m_target || m_target->hasEnded()) {
        makeInstalledRun();
    }
}

void Guardian::terminateNew()
{
    if (m_target && !isOldProgram()) {
        terminate(*m_target);
    }
    // Or a process that systemd or cron has started in the meantime.
    if (const auto other = findOurs(m_settings.release.stagedProgram())) {
        terminate(*other);
    }
}

void Guardian::terminate(const system::ProcessHandle &process) const
{
    process.signal(SIGTERM);
    process.signal(SIGCONT);
    if (!process.waitForEnd(m_settings.stopGrace)) {
        process.signal(SIGKILL);
        process.waitForEnd(m_settings.stopGrace);
    }
}

void Guardian::makeInstalledRun()
{
    const MonotonicTime end = m_clock.monotonic() + m_settings.initLimit;
    while (m_journal.handOver.hasInit && m_clock.monotonic() < end) {
        if (isListening(m_settings.socket)) {
            return;
        }
        wait(pause);
    }
    qCInfo(lcSelfUpdate) << "becoming the installed watchdog";
    m_lock.reset();
    const Error error = system::executeProgram(m_settings.release.installedProgram(), m_journal.handOver.arguments);
    qCCritical(lcSelfUpdate).noquote() << error.message;
}

// Returns early when the target ends.
void Guardian::wait(MonotonicTime time) const
{
    if (m_target && !m_target->hasEnded()) {
        m_target->waitForEnd(time);
    } else {
        std::this_thread::sleep_for(time);
    }
}

} // namespace sgn::selfupdate
