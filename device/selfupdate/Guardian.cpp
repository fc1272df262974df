// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/Guardian.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"
#include "selfupdate/Logging.h"
#include "selfupdate/Probation.h"
#include "system/FolderExchange.h"
#include "system/ProcFs.h"
#include "system/ProgramExec.h"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <QFile>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

constexpr MonotonicTime pause = std::chrono::milliseconds(250);
constexpr MonotonicTime retryPause = std::chrono::seconds(10); // after what the card didn't let us do

// Another process of ours that runs the program. A watchdog borrows the device's owner's rights for its work on files,
// so its real user counts.
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

} // namespace

QString findProblem(const WatchdogSwapJournal &journal, const ProbeAnswer &answer, const QList<WatchedProcess> &alive)
{
    if (answer.version != journal.request.version) {
        return u"it says it is version %1 and not %2"_s.arg(answer.version).arg(journal.request.version);
    }
    bool anyRan = false;
    bool anyRuns = false;
    for (const WatchedProcess &process : alive) {
        if (process.name.isEmpty()) {
            continue; // the agent is in no report; it comes back to the socket by itself
        }
        const auto report = std::ranges::find(answer.processes, process.name, &ProcessReport::name);
        if (report == answer.processes.end() || report->pid != process.identity->pid) {
            return u"it doesn't know \"%1\", which still runs as process %2"_s.arg(process.name)
                .arg(process.identity->pid);
        }
        anyRan = anyRan || process.wasRunning;
        anyRuns = anyRuns || report->state == ProcessState::Running;
    }
    return anyRan && !anyRuns ? u"it hears no heartbeats"_s : QString();
}

Guardian::Guardian(GuardianSettings settings, const Clock &clock)
    : m_settings(std::move(settings))
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
    if (m_journal.phase == WatchdogPhase::Swapping &&
        system::folderId(m_settings.release.installed()) == m_journal.newFolder) {
        // Cut after the exchange, before that was written down.
        m_journal.phase = WatchdogPhase::Confirming;
        m_journal.handedOver = {};
        m_target.reset();
        save();
    }
    if (m_journal.phase == WatchdogPhase::Confirming &&
        system::folderId(m_settings.release.installed()) == m_journal.oldFolder) {
        // Put back already, by a guardian that couldn't write that down or by the rescue script.
        m_journal.phase = WatchdogPhase::RollingBack;
        m_journal.error = ErrorCode::NotHealthy;
        m_journal.remarks = u"the new watchdog did not prove itself, and nobody could note down why"_s;
    }
    if (m_journal.phase == WatchdogPhase::Confirming) {
        watch();
    } else if (m_journal.phase == WatchdogPhase::RollingBack) {
        findTarget();
        exchangeBack();
    }
}

bool Guardian::load()
{
    auto journal = loadWatchdogSwap(m_settings.release.journal());
    if (!journal) {
        return false;
    }
    m_journal = *std::move(journal);
    return true;
}

bool Guardian::takeLock()
{
    m_lock = Descriptor(::open(QFile::encodeName(m_settings.release.guardLock()).constData(),
                               O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    // The watchdog holds it for a moment, too, when it looks whether there is a guardian.
    constexpr int tries = 10;
    for (int i = 0; m_lock.isValid() && i < tries; ++i) {
        if (::flock(m_lock.get(), LOCK_EX | LOCK_NB) == 0) {
            return true;
        }
        wait(std::chrono::milliseconds(20));
    }
    return false;
}

bool Guardian::save()
{
    const auto saved = saveWatchdogSwap(m_journal, m_settings.release.journal());
    if (!saved) {
        // The folders' inodes will tell the next watchdog where things stand.
        qCCritical(lcSelfUpdate).noquote() << saved.error().message;
    }
    return saved.has_value();
}

void Guardian::watch()
{
    MonotonicTime end = m_clock.monotonic() + std::chrono::seconds(m_journal.request.timeoutS);
    const MonotonicTime last = end + m_settings.settle + m_settings.hiccup;
    std::optional<MonotonicTime> healthySince;
    bool hasAnswered = false;
    QString problem = u"it doesn't start"_s;
    for (;;) {
        findTarget();
        if (m_target && m_target->hasEnded()) {
            rollBack(ErrorCode::NotHealthy, hasAnswered ? u"the new watchdog answered and then ended"_s
                                                        : u"the new watchdog ended: "_s + problem);
            return;
        }
        const MonotonicTime now = m_clock.monotonic();
        if (m_target) {
            problem = look();
        }
        if (!m_target || !problem.isEmpty()) {
            healthySince.reset();
        } else if (!healthySince) {
            healthySince = now;
            hasAnswered = true;
            end = std::min(last, std::max(end, now + m_settings.settle + m_settings.hiccup));
        } else if (now - *healthySince >= m_settings.settle) {
            confirm();
            return;
        }
        if (now >= end) {
            rollBack(ErrorCode::NotHealthy,
                     u"the new watchdog has not proved itself within %1 s: %2"_s.arg(m_journal.request.timeoutS)
                         .arg(problem.isEmpty() ? u"it answers only now and then"_s : problem));
            return;
        }
        wait(pause);
    }
}

// The process that was handed over to, or, after a boot, whatever runs the installed program.
void Guardian::findTarget()
{
    if (m_target) {
        return;
    }
    auto handle =
        system::ProcessHandle::open(static_cast<pid_t>(m_journal.handedOver.pid), system::ProcessHandle::Kind::Other);
    if (handle && handle->startTime() == m_journal.handedOver.startTime) {
        m_target = *std::move(handle);
    } else {
        m_target = findOurs(m_settings.release.installedProgram());
    }
}

QString Guardian::look()
{
    if (isOldProgram()) {
        return u"the old watchdog has not handed over"_s;
    }
    const auto answer = probeWatchdog(m_settings.socket, m_target->pid(), m_settings.probeLimit);
    return answer ? findProblem(m_journal, *answer, alive()) : answer.error().message;
}

// Until it hands over, the process that becomes the new watchdog runs what we run.
bool Guardian::isOldProgram() const
{
    struct stat own
    {
    };
    struct stat its
    {
    };
    const QByteArray link = "/proc/" + QByteArray::number(m_target->pid()) + "/exe";
    return ::stat("/proc/self/exe", &own) == 0 && ::stat(link.constData(), &its) == 0 && own.st_ino == its.st_ino &&
           own.st_dev == its.st_dev;
}

QList<WatchedProcess> Guardian::alive() const
{
    QList<WatchedProcess> alive;
    std::ranges::copy_if(m_journal.processes, std::back_inserter(alive), [](const WatchedProcess &process) {
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
    qCInfo(lcSelfUpdate).noquote() << "version" << m_journal.request.version << "of the watchdog has proved itself";
    endConfirmed();
}

void Guardian::endConfirmed()
{
    m_journal.phase = WatchdogPhase::Confirmed;
    // Not before it is safe: tidying up takes away what a guardian that came after us would need to go back.
    while (!save()) {
        // It isn't needed since the exchange, and may be what fills the card.
        [[maybe_unused]] const auto freed = removeFileDurably(m_settings.release.zip());
        wait(retryPause);
    }
    tidyAfterSwap(m_settings.release, m_journal);
}

void Guardian::rollBack(ErrorCode error, const QString &why)
{
    qCWarning(lcSelfUpdate).noquote() << "putting the old watchdog back:" << why;
    m_journal.phase = WatchdogPhase::RollingBack;
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
            stay();
            return;
        }
        if (const auto done = system::exchangeFolders(m_settings.release.installed(), m_settings.release.staged());
            !done) {
            qCCritical(lcSelfUpdate).noquote() << "the old watchdog cannot be put back yet:" << done.error().message;
            wait(retryPause);
        }
    }
    endNew();
    m_journal.phase = WatchdogPhase::RolledBack;
    const bool isSaved = save();
    tidyAfterSwap(m_settings.release, m_journal);
    if (!isSaved) {
        save(); // there may be room now
    }
    makeInstalledRun();
}

// The old watchdog is gone, and there is nothing to go back to.
void Guardian::stay()
{
    qCCritical(lcSelfUpdate).noquote() << "the new watchdog stays, because the old one is no longer in"
                                       << m_settings.release.staged();
    m_journal.remarks += u"; it stays, because the old one is gone"_s;
    endConfirmed();
    if (!m_target || m_target->hasEnded()) {
        makeInstalledRun();
    }
}

void Guardian::endNew()
{
    if (m_target && !isOldProgram()) {
        end(*m_target);
    }
    // One that systemd or cron has started again in the meantime.
    if (const auto other = findOurs(m_settings.release.stagedProgram())) {
        end(*other);
    }
}

void Guardian::end(const system::ProcessHandle &process) const
{
    process.signal(SIGTERM);
    process.signal(SIGCONT);
    pollfd ended{process.descriptor(), POLLIN, 0};
    if (::poll(&ended, 1, static_cast<int>(m_settings.stopGrace.count())) == 0) {
        process.signal(SIGKILL);
        ::poll(&ended, 1, static_cast<int>(m_settings.stopGrace.count()));
    }
}

void Guardian::makeInstalledRun()
{
    const MonotonicTime end = m_clock.monotonic() + m_settings.initLimit;
    while (m_journal.hasInit && m_clock.monotonic() < end) {
        if (isListening(m_settings.socket)) {
            return;
        }
        wait(pause);
    }
    qCInfo(lcSelfUpdate) << "becoming the installed watchdog";
    m_lock = Descriptor();
    const Error error = system::executeProgram(m_settings.release.installedProgram(), m_journal.arguments);
    qCCritical(lcSelfUpdate).noquote() << error.message;
}

// The target's end cuts it short.
void Guardian::wait(MonotonicTime time) const
{
    pollfd ended{m_target ? m_target->descriptor() : -1, POLLIN, 0};
    ::poll(&ended, m_target && !m_target->hasEnded() ? 1 : 0, static_cast<int>(time.count()));
}

} // namespace sgn::selfupdate
