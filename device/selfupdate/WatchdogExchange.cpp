// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/WatchdogExchange.h"

#include "base/VersionFile.h"
#include "selfupdate/Logging.h"
#include "selfupdate/PreparationResult.h"
#include "selfupdate/Probation.h"
#include "system/FileLock.h"
#include "system/FolderExchange.h"
#include "system/ProcFs.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <thread>
#include <unistd.h>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

// A release whose check takes the watchdog down would otherwise do so at every start.
constexpr int maxPreparations = 3;

} // namespace

WatchdogExchange::WatchdogExchange(Settings settings, WatchedProcesses processes, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_file(m_settings.release.journal(), 0600)
    , m_processes(std::move(processes))
    , m_preparer(m_settings.preparationLimit)
{
    connect(&m_preparer, &HelperProcess::ended, this, &WatchdogExchange::preparationEnded);
    m_guardianTimer.setInterval(m_settings.guardianPause);
    connect(&m_guardianTimer, &QTimer::timeout, this, &WatchdogExchange::checkGuardian);
}

WatchdogExchange::~WatchdogExchange() = default;

std::optional<SwapJournal> WatchdogExchange::load() const
{
    const system::OwnRights rights(m_settings.owner);
    return m_file.load();
}

Outcome WatchdogExchange::save(const SwapJournal &journal) const
{
    const system::OwnRights rights(m_settings.owner);
    return m_file.save(journal);
}

InPlace WatchdogExchange::inPlace(const SwapJournal &journal) const
{
    const system::OwnRights rights(m_settings.owner);
    const auto installed = system::folderId(m_settings.release.installed());
    if (installed == journal.newFolder) {
        return InPlace::New;
    }
    return installed == journal.oldFolder ? InPlace::Old : InPlace::Other;
}

control::SwapStatusReply WatchdogExchange::status() const
{
    // From the disk, because the guardian writes the result.
    const auto journal = load();
    auto reply = statusOf(journal, Component::WatchDog, m_settings.version);
    if (journal && journal->isOver() && !isSettled(*journal)) {
        reply.progress = control::SwapProgress::Confirming;
    }
    return reply;
}

bool WatchdogExchange::isUnderWay() const
{
    const auto journal = load();
    return journal && !isSettled(*journal);
}

// The guardian saves the result before it tidies up: an update that starts in between would lose what was prepared for
// it, or not find the release before this one.
bool WatchdogExchange::isSettled(const SwapJournal &journal) const
{
    return journal.isOver() && !hasGuardian();
}

void WatchdogExchange::resume()
{
    auto journal = load();
    if (!journal) {
        return;
    }
    const SwapPhase saved = journal->phase;
    const InPlace disk = inPlace(*journal);
    journal->phase = phaseAfterCut(saved, disk, hasGuardian());
    switch (journal->phase) {
    case SwapPhase::Preparing:
        prepare();
        return;
    case SwapPhase::Exchanging:
        QTimer::singleShot(0, this, &WatchdogExchange::exchange);
        return;
    case SwapPhase::Confirming:
        if (saved == SwapPhase::Exchanging) {
            // Whatever started this watchdog has started the new release.
            journal->handOver.process = {};
            [[maybe_unused]] const auto written = save(*journal);
        }
        checkGuardian();
        return;
    case SwapPhase::RollingBack:
        if (disk == InPlace::New || hasGuardian()) {
            checkGuardian();
            return;
        }
        if (saved == SwapPhase::Confirming) {
            journal->error = ErrorCode::NotHealthy;
            journal->remarks =
                u"the new watchdog did not stay up: it was started again and again without being confirmed"_s;
        }
        concludeRollBack(*journal);
        return;
    case SwapPhase::Confirmed:
    case SwapPhase::RolledBack:
    case SwapPhase::Failed:
        if (isSettled(*journal)) {
            tidy(*journal);
        } else {
            m_guardianTimer.start();
        }
        return;
    }
}

void WatchdogExchange::concludeRollBack(SwapJournal &journal)
{
    journal.advance(SwapEvent::Reverted);
    [[maybe_unused]] const auto written = save(journal);
    conclude(journal);
}

Outcome WatchdogExchange::request(const control::Swap &request)
{
    const system::OwnRights rights(m_settings.owner);
    if (auto opened = m_settings.release.open(); !opened) {
        return opened;
    }
    const auto before = load();
    if (before && before->request.key == request.key) {
        return {}; // a repeat; nothing runs twice
    }
    if (before && !isSettled(*before)) {
        return fail(ErrorCode::Busy, u"another update of the watchdog is under way"_s);
    }
    if (m_guardianTimer.isActive()) {
        checkGuardian(); // of the last update: tidies up what it has left
    }
    SwapJournal journal;
    journal.request = request;
    journal.handOver.arguments = m_settings.arguments;
    journal.handOver.hasInit = m_settings.hasInit;
    if (std::holds_alternative<control::SwapFolder>(request.source)) {
        return fail(ErrorCode::BadRequest, u"a watchdog comes as a zip"_s);
    }
    if (std::holds_alternative<control::SwapPrevious>(request.source)) {
        if (auto aimed = aimAtPrevious(journal); !aimed) {
            return aimed;
        }
    }
    if (auto saved = m_file.save(journal); !saved) {
        return saved;
    }
    qCInfo(lcSelfUpdate).noquote() << "watchdog swap begins (version" << journal.request.version << ")";
    QTimer::singleShot(0, this, &WatchdogExchange::prepare);
    return {};
}

Outcome WatchdogExchange::aimAtPrevious(SwapJournal &journal) const
{
    const auto id = system::folderId(m_settings.release.previous());
    const int version = readReleaseVersion(m_settings.release.previous()).value_or(-1);
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
    if (!journal || m_preparer.isRunning()) {
        return;
    }
    if (++journal->attempts > maxPreparations) {
        endFailed(*journal, SwapEvent::Failed,
                  {ErrorCode::InstallFailed,
                   u"the watchdog ended %1 times while it checked the release"_s.arg(maxPreparations)});
        return;
    }
    Outcome begun = save(*journal);
    if (begun) {
        const system::OwnRights rights(m_settings.owner);
        begun = m_preparer.start(m_settings.release.updateProgram(), m_settings.arguments);
    }
    if (!begun) {
        endFailed(*journal, SwapEvent::Failed, begun.error());
    }
}

void WatchdogExchange::preparationEnded(const system::ExitStatus &status, const QByteArray &output)
{
    if (status.code == 0) {
        exchange();
        return;
    }
    if (auto journal = load()) {
        endFailed(*journal, SwapEvent::Failed,
                  status.code
                      ? preparationError(output)
                      : Error{ErrorCode::InstallFailed, u"the check of the release crashed or took too long"_s});
    }
}

// Before anything of the new release has run.
void WatchdogExchange::endFailed(SwapJournal &journal, SwapEvent event, const Error &error)
{
    qCWarning(lcSelfUpdate).noquote() << "watchdog swap failed:" << error.message;
    journal.advance(event);
    // The others never leave the machine.
    journal.error = error.code < ErrorCode::Internal ? error.code : ErrorCode::InstallFailed;
    journal.remarks = error.message;
    [[maybe_unused]] const auto written = save(journal);
    conclude(journal);
}

void WatchdogExchange::exchange()
{
    auto journal = load();
    if (!journal) {
        return;
    }
    if (journal->phase == SwapPhase::Preparing) {
        journal->advance(SwapEvent::Prepared);
    }
    if (const auto exchanged = exchangeNow(*journal); !exchanged) {
        rollBackExchange(*journal, exchanged.error());
        return;
    }
    qCInfo(lcSelfUpdate).noquote() << "handing over to the new watchdog (version" << journal->request.version << ")";
    Q_EMIT handOver();
}

Outcome WatchdogExchange::exchangeNow(SwapJournal &journal)
{
    const system::OwnRights rights(m_settings.owner);
    const OwnRelease &release = m_settings.release;
    const auto newFolder = system::folderId(release.staged());
    const auto oldFolder = system::folderId(release.installed());
    const auto self = system::readProcStat(::getpid());
    if (!newFolder || !oldFolder || !self) {
        return fail(ErrorCode::InstallFailed, u"the checked release is gone"_s);
    }
    journal.newFolder = *newFolder;
    journal.oldFolder = *oldFolder;
    journal.handOver.process = {self->pid, self->startTime};
    journal.handOver.processes = m_processes();
    if (auto saved = m_file.save(journal); !saved) {
        return saved;
    }
    if (auto begun = beginProbation(release, journal); !begun) {
        return begun;
    }
    if (auto exchanged = system::exchangeFolders(release.installed(), release.staged()); !exchanged) {
        return exchanged;
    }
    journal.advance(SwapEvent::Exchanged);
    if (auto saved = m_file.save(journal); !saved) {
        return saved;
    }
    if (auto started = startGuardian(journal); !started) {
        return started;
    }
    awaitGuardian();
    return {};
}

// The old program, wherever its folder is.
Outcome WatchdogExchange::startGuardian(const SwapJournal &journal) const
{
    const OwnRelease &release = m_settings.release;
    const bool isStaged = system::folderId(release.staged()) == journal.oldFolder;
    const auto guardian = launchOwn(isStaged ? release.stagedProgram() : release.installedProgram(),
                                    journal.handOver.arguments + QStringList{u"--guard"_s}, -1);
    return guardian ? Outcome() : fail(guardian.error());
}

// This is still the old watchdog, and nothing has started the new one.
void WatchdogExchange::rollBackExchange(SwapJournal &journal, const Error &error)
{
    journal.advance(SwapEvent::Failed);
    bool isBack = inPlace(journal) != InPlace::New;
    if (!isBack) {
        const system::OwnRights rights(m_settings.owner);
        isBack = system::exchangeFolders(m_settings.release.installed(), m_settings.release.staged()).has_value();
    }
    if (isBack) {
        endFailed(journal, SwapEvent::Untouched, error);
    } else {
        // The journal still shows the phase before; the next start goes on from there.
        qCCritical(lcSelfUpdate).noquote() << "watchdog not rolled back:" << error.message;
    }
}

bool WatchdogExchange::hasGuardian() const
{
    const system::OwnRights rights(m_settings.owner);
    return system::FileLock::isHeld(m_settings.release.guardLock());
}

// So that the guardian sees how the new release begins. checkGuardian() finds one that is slow or has ended.
void WatchdogExchange::awaitGuardian() const
{
    QElapsedTimer waited;
    waited.start();
    while (!hasGuardian() && !waited.hasExpired(m_settings.guardianStart.count())) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

// A power cut or a kill may have ended the guardian before its work was done; then another one starts.
void WatchdogExchange::checkGuardian()
{
    const auto journal = load();
    if (!journal) {
        m_guardianTimer.stop();
        return;
    }
    if (isSettled(*journal)) {
        m_guardianTimer.stop();
        conclude(*journal);
        return;
    }
    m_guardianTimer.start();
    if (journal->isOver() || hasGuardian()) {
        return;
    }
    const system::OwnRights rights(m_settings.owner);
    if (const auto guarded = startGuardian(*journal); !guarded) {
        qCCritical(lcSelfUpdate).noquote() << "guardian not started:" << guarded.error().message;
    }
}

void WatchdogExchange::conclude(const SwapJournal &journal)
{
    if (journal.phase == SwapPhase::Confirmed) {
        qCInfo(lcSelfUpdate).noquote() << "watchdog confirmed (version" << journal.request.version << ")";
    } else if (journal.phase == SwapPhase::RolledBack) {
        qCWarning(lcSelfUpdate).noquote() << "watchdog rolled back:" << journal.remarks;
    }
    tidy(journal);
}

void WatchdogExchange::tidy(const SwapJournal &journal) const
{
    const system::OwnRights rights(m_settings.owner);
    tidyAfterSwap(m_settings.release, journal);
}

} // namespace sgn::selfupdate
