// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/WatchdogExchange.h"

#include "base/SystemError.h"
#include "selfupdate/Logging.h"
#include "selfupdate/PreparationResult.h"
#include "selfupdate/Probation.h"
#include "selfupdate/SelfTestRun.h"
#include "system/FolderExchange.h"
#include "system/Launcher.h"
#include "system/ProcFs.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

// A release whose check takes the watchdog down would otherwise do so at every start.
constexpr int maxPreparations = 3;

Result<system::ProcessHandle> launchOwn(const QString &program, const QStringList &arguments,
                                        const QByteArrayList &mode, int output)
{
    auto account = system::accountOf(::geteuid());
    if (!account) {
        return fail(std::move(account).error());
    }
    QByteArrayList words;
    for (const QString &argument : arguments) {
        words += argument.toLocal8Bit();
    }
    return system::launch({program, words + mode, {}, *std::move(account), output});
}

} // namespace

WatchdogExchange::WatchdogExchange(Settings settings, WatchedProcesses processes, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_processes(std::move(processes))
{
    m_preparerLimit.setSingleShot(true);
    m_preparerLimit.setInterval(m_settings.preparationLimit);
    connect(&m_preparerLimit, &QTimer::timeout, this, [this] { m_preparer->signal(SIGKILL); });
    m_guardianTimer.setInterval(m_settings.guardianPause);
    connect(&m_guardianTimer, &QTimer::timeout, this, &WatchdogExchange::lookAfterGuardian);
}

WatchdogExchange::~WatchdogExchange() = default;

std::optional<WatchdogSwapJournal> WatchdogExchange::load() const
{
    const system::OwnRights rights(m_settings.owner);
    auto journal = loadWatchdogSwap(m_settings.release.journal());
    if (journal) {
        return *std::move(journal);
    }
    if (journal.error().code != ErrorCode::NotFound) {
        qCWarning(lcSelfUpdate).noquote()
            << "the record of the watchdog's swap is unreadable and ignored:" << journal.error().message;
    }
    return std::nullopt;
}

Outcome WatchdogExchange::save(const WatchdogSwapJournal &journal) const
{
    const system::OwnRights rights(m_settings.owner);
    return saveWatchdogSwap(journal, m_settings.release.journal());
}

control::WatchdogSwapReply WatchdogExchange::status() const
{
    // From the disk, because the guardian has the last word.
    auto journal = load();
    if (journal && journal->isOver() && !isSettled(*journal)) {
        journal->phase = WatchdogPhase::Confirming;
    }
    return statusOf(journal, m_settings.version);
}

bool WatchdogExchange::isUnderWay() const
{
    const auto journal = load();
    return journal && !isSettled(*journal);
}

// The guardian writes down how it ended before it tidies up: whoever starts the next update in between would lose what
// was prepared for it, or not find the release before this one.
bool WatchdogExchange::isSettled(const WatchdogSwapJournal &journal) const
{
    return journal.isOver() && !hasGuardian();
}

void WatchdogExchange::resume()
{
    auto journal = load();
    if (!journal) {
        return;
    }
    const auto installed = [this] {
        const system::OwnRights rights(m_settings.owner);
        return system::folderId(m_settings.release.installed());
    }();
    switch (journal->phase) {
    case WatchdogPhase::Preparing:
        prepare();
        return;
    case WatchdogPhase::Swapping:
        if (installed == journal->newFolder) {
            // Cut after the exchange: whoever started us started the new release, which is us.
            journal->phase = WatchdogPhase::Confirming;
            journal->handedOver = {};
            if (const auto saved = save(*journal); !saved) {
                qCCritical(lcSelfUpdate).noquote() << saved.error().message;
            }
            lookAfterGuardian();
        } else {
            QTimer::singleShot(0, this, &WatchdogExchange::exchange);
        }
        return;
    case WatchdogPhase::Confirming:
    case WatchdogPhase::RollingBack:
        if (installed == journal->newFolder) {
            lookAfterGuardian();
            return;
        }
        if (hasGuardian()) {
            m_guardianTimer.start(); // it is about to say how it ended, and tidies up
            return;
        }
        if (journal->phase == WatchdogPhase::Confirming) {
            journal->remarks =
                u"the new watchdog did not stay up: it was started again and again without proving itself"_s;
            journal->error = ErrorCode::NotHealthy;
        }
        journal->phase = WatchdogPhase::RolledBack;
        if (const auto saved = save(*journal); !saved) {
            qCCritical(lcSelfUpdate).noquote() << saved.error().message;
        }
        over(*journal);
        return;
    case WatchdogPhase::Confirmed:
    case WatchdogPhase::RolledBack:
    case WatchdogPhase::Failed:
        if (isSettled(*journal)) {
            tidy(*journal);
        } else {
            m_guardianTimer.start();
        }
        return;
    }
}

Outcome WatchdogExchange::request(const control::SwapWatchdog &request)
{
    const system::OwnRights rights(m_settings.owner);
    if (auto opened = m_settings.release.open(); !opened) {
        return opened;
    }
    const auto before = load();
    if (before && before->request.key == request.key) {
        return {}; // asked already; nothing runs twice
    }
    if (before && !isSettled(*before)) {
        return fail(ErrorCode::Busy, u"another update of the watchdog is under way"_s);
    }
    if (m_guardianTimer.isActive()) {
        lookAfterGuardian(); // of the last update: what it has left is needed or in the way
    }
    WatchdogSwapJournal journal;
    journal.request = request;
    journal.oldVersion = m_settings.version;
    journal.arguments = m_settings.arguments;
    journal.hasInit = m_settings.hasInit;
    if (auto aimed = request.previous ? aimAtPrevious(journal) : Outcome(); !aimed) {
        return aimed;
    }
    if (auto saved = saveWatchdogSwap(journal, m_settings.release.journal()); !saved) {
        return saved;
    }
    qCInfo(lcSelfUpdate).noquote() << "checking version" << journal.request.version << "of the watchdog";
    QTimer::singleShot(0, this, &WatchdogExchange::prepare);
    return {};
}

Outcome WatchdogExchange::aimAtPrevious(WatchdogSwapJournal &journal) const
{
    const auto id = system::folderId(m_settings.release.previous());
    const int version = releaseVersionIn(m_settings.release.previous(), -1);
    if (!id || version < 0) {
        return fail(ErrorCode::Refused, u"there is no previous release of the watchdog on this device"_s);
    }
    journal.newFolder = *id;
    journal.request.version = version;
    return {};
}

void WatchdogExchange::prepare()
{
    auto journal = load();
    if (!journal || m_preparer) {
        return;
    }
    if (++journal->prepared > maxPreparations) {
        failed({ErrorCode::InstallFailed,
                u"the watchdog ended %1 times while it checked the release"_s.arg(maxPreparations)});
        return;
    }
    Outcome begun = save(*journal);
    if (begun) {
        begun = startPreparation();
    }
    if (!begun) {
        failed(begun.error());
    }
}

Outcome WatchdogExchange::startPreparation()
{
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        return fail(systemError(u"cannot check the release"_s, errno));
    }
    m_preparerOutput = Descriptor(pipe[0]);
    const Descriptor writing(pipe[1]);
    ::fcntl(m_preparerOutput.get(), F_SETFL, O_NONBLOCK);
    const system::OwnRights rights(m_settings.owner);
    auto preparer = launchOwn(m_settings.release.updateProgram(), m_settings.arguments, {}, pipe[1]);
    if (!preparer) {
        return fail(preparer.error());
    }
    m_preparer = *std::move(preparer);
    m_preparerEnd = new QSocketNotifier(m_preparer->descriptor(), QSocketNotifier::Read, this);
    connect(m_preparerEnd, &QSocketNotifier::activated, this, &WatchdogExchange::preparationEnded);
    m_preparerLimit.start();
    return {};
}

void WatchdogExchange::preparationEnded()
{
    m_preparerEnd->setEnabled(false);
    m_preparerEnd->deleteLater();
    m_preparerLimit.stop();
    const QByteArray said = readPipe(m_preparerOutput.get());
    m_preparer->killGroup(); // a self-test that was left behind
    const system::ExitStatus status = m_preparer->reap();
    m_preparer.reset();
    m_preparerOutput = Descriptor();
    if (status.code == 0) {
        exchange();
    } else if (status.code) {
        failed(preparationError(said));
    } else {
        failed({ErrorCode::InstallFailed, u"the check of the release crashed or took too long"_s});
    }
}

void WatchdogExchange::failed(const Error &error)
{
    auto journal = load();
    if (!journal) {
        return;
    }
    qCWarning(lcSelfUpdate).noquote() << "the watchdog is not updated:" << error.message;
    journal->phase = WatchdogPhase::Failed;
    // The others never leave the machine.
    journal->error = error.code < ErrorCode::Internal ? error.code : ErrorCode::InstallFailed;
    journal->remarks = error.message;
    if (const auto saved = save(*journal); !saved) {
        qCCritical(lcSelfUpdate).noquote() << saved.error().message;
    }
    over(*journal);
}

void WatchdogExchange::exchange()
{
    auto journal = load();
    if (!journal) {
        return;
    }
    if (const auto exchanged = exchangeNow(*journal); !exchanged) {
        takeBack(*journal, exchanged.error());
        return;
    }
    qCInfo(lcSelfUpdate).noquote() << "handing over to version" << journal->request.version << "of the watchdog";
    Q_EMIT handOver();
}

Outcome WatchdogExchange::exchangeNow(WatchdogSwapJournal &journal)
{
    const system::OwnRights rights(m_settings.owner);
    const OwnRelease &release = m_settings.release;
    const auto newFolder = system::folderId(release.staged());
    const auto oldFolder = system::folderId(release.installed());
    const auto self = system::readProcStat(::getpid());
    if (!newFolder || !oldFolder || !self) {
        return fail(ErrorCode::InstallFailed, u"the checked release is gone"_s);
    }
    journal.phase = WatchdogPhase::Swapping;
    journal.newFolder = *newFolder;
    journal.oldFolder = *oldFolder;
    journal.handedOver = {self->pid, self->startTime};
    journal.processes = m_processes();
    if (auto saved = saveWatchdogSwap(journal, release.journal()); !saved) {
        return saved;
    }
    if (auto begun = beginTrial(release, journal); !begun) {
        return begun;
    }
    if (auto exchanged = system::exchangeFolders(release.installed(), release.staged()); !exchanged) {
        return exchanged;
    }
    journal.phase = WatchdogPhase::Confirming;
    if (auto saved = saveWatchdogSwap(journal, release.journal()); !saved) {
        return saved;
    }
    if (auto started = startGuardian(journal); !started) {
        return started;
    }
    awaitGuardian();
    return {};
}

// The old program, wherever its folder is.
Outcome WatchdogExchange::startGuardian(const WatchdogSwapJournal &journal) const
{
    const OwnRelease &release = m_settings.release;
    const bool isStaged = system::folderId(release.staged()) == journal.oldFolder;
    const auto guardian =
        launchOwn(isStaged ? release.stagedProgram() : release.installedProgram(), journal.arguments, {"--guard"}, -1);
    return guardian ? Outcome() : fail(guardian.error());
}

void WatchdogExchange::takeBack(const WatchdogSwapJournal &journal, const Error &error)
{
    bool back = false;
    {
        const system::OwnRights rights(m_settings.owner);
        const OwnRelease &release = m_settings.release;
        back = system::folderId(release.installed()) != journal.newFolder ||
               system::exchangeFolders(release.installed(), release.staged()).has_value();
    }
    if (back) {
        failed(error);
    } else {
        // We are the old watchdog still; the next start tries again.
        qCCritical(lcSelfUpdate).noquote() << "the old watchdog cannot be put back:" << error.message;
    }
}

bool WatchdogExchange::hasGuardian() const
{
    const system::OwnRights rights(m_settings.owner);
    const Descriptor lock(::open(QFile::encodeName(m_settings.release.guardLock()).constData(),
                                 O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    return lock.isValid() && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0;
}

// So that it sees how the new release begins. One that is slow or ended will be seen to later.
void WatchdogExchange::awaitGuardian() const
{
    QElapsedTimer waited;
    waited.start();
    while (!hasGuardian() && !waited.hasExpired(m_settings.guardianStart.count())) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

// Should the guardian have ended before its work was done, a power cut or somebody's kill, there has to be another one.
void WatchdogExchange::lookAfterGuardian()
{
    const auto journal = load();
    if (!journal) {
        m_guardianTimer.stop();
        return;
    }
    if (isSettled(*journal)) {
        m_guardianTimer.stop();
        over(*journal);
        return;
    }
    m_guardianTimer.start();
    if (journal->isOver() || hasGuardian()) {
        return;
    }
    const system::OwnRights rights(m_settings.owner);
    if (const auto guarded = startGuardian(*journal); !guarded) {
        qCCritical(lcSelfUpdate).noquote() << "nobody watches over the new watchdog:" << guarded.error().message;
    }
}

void WatchdogExchange::over(const WatchdogSwapJournal &journal)
{
    if (journal.phase == WatchdogPhase::Confirmed) {
        qCInfo(lcSelfUpdate).noquote() << "version" << journal.request.version << "of the watchdog has proved itself";
    } else if (journal.phase == WatchdogPhase::RolledBack) {
        qCWarning(lcSelfUpdate).noquote() << "the old watchdog was put back:" << journal.remarks;
    }
    tidy(journal);
}

void WatchdogExchange::tidy(const WatchdogSwapJournal &journal) const
{
    const system::OwnRights rights(m_settings.owner);
    tidyAfterSwap(m_settings.release, journal);
}

} // namespace sgn::selfupdate
