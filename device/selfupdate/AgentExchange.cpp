// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/AgentExchange.h"

#include "selfupdate/Logging.h"
#include "supervision/Program.h"
#include "system/FolderExchange.h"

#include <QDir>
#include <QFileInfo>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

// A new agent that has ended as often on probation won't do better the next time.
constexpr int maxDeaths = 3;
// A release that takes the whole device down with it would otherwise get its time again at every boot.
constexpr int maxRestarts = 3;
// Before another attempt at what the disk refused.
constexpr auto retryPause = std::chrono::seconds(10);

bool isConfirming(const std::optional<SwapJournal> &journal)
{
    return journal && journal->phase == SwapPhase::Confirming;
}

QString describe(const std::optional<LastExit> &exit)
{
    if (!exit) {
        return {};
    }
    QString text;
    if (exit->code) {
        text = u", the last time with exit code %1"_s.arg(*exit->code);
    } else if (exit->signal) {
        text = u", the last time by signal %1"_s.arg(*exit->signal);
    }
    return exit->lastLines.isEmpty() ? text : text + u": "_s + exit->lastLines.constLast();
}

QString stagedFolder(const SwapJournal &journal)
{
    const auto *const source = std::get_if<control::SwapFolder>(&journal.request.source);
    return source == nullptr ? QString() : source->path;
}

} // namespace

AgentExchange::AgentExchange(Settings settings, supervision::AgentControl &agent, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_agent(agent)
    , m_file(m_settings.journal, 0644)
    , m_timer(clock, this)
    , m_offlineSettle(clock, this)
    , m_clock(clock)
{
    connect(&m_agent, &supervision::AgentControl::helloReceived, this, &AgentExchange::helloReceived);
    connect(&m_agent, &supervision::AgentControl::ended, this, &AgentExchange::agentEnded);
    connect(&m_agent, &supervision::AgentControl::startFailed, this, &AgentExchange::agentCannotStart);
    m_saveRetry.setSingleShot(true);
    m_saveRetry.setInterval(retryPause);
    connect(&m_saveRetry, &QTimer::timeout, this, &AgentExchange::reportConfirmed);
    m_rollBackRetry.setSingleShot(true);
    m_rollBackRetry.setInterval(retryPause);
    connect(&m_rollBackRetry, &QTimer::timeout, this, &AgentExchange::exchangeBack);
    connect(&m_offlineSettle, &system::DeadlineTimer::reached, this, [this] {
        if (isConfirming(m_journal) && m_helloSeen) {
            qCInfo(lcSelfUpdate) << "the new agent runs; without a network it need not reach the server";
            confirm();
        }
    });
    connect(&m_timer, &system::DeadlineTimer::reached, this, [this] {
        rollBack(m_helloSeen ? u"the new agent did not reach the server within %1 s"_s.arg(m_journal->request.timeoutS)
                             : u"the new agent did not report within %1 s"_s.arg(m_journal->request.timeoutS));
    });
}

bool AgentExchange::load()
{
    m_journal = m_file.load();
    return isUnderWay();
}

InPlace AgentExchange::inPlace() const
{
    const auto installed = system::folderId(m_settings.installed);
    if (installed == m_journal->newFolder) {
        return InPlace::New;
    }
    return installed == m_journal->oldFolder ? InPlace::Old : InPlace::Other;
}

void AgentExchange::resume()
{
    if (!m_journal) {
        return;
    }
    if (m_journal->isOver()) {
        tidy();
        return;
    }
    const SwapPhase saved = m_journal->phase;
    m_journal->phase = phaseAfterCut(saved, inPlace(), false);
    qCInfo(lcSelfUpdate).noquote() << "agent swap continues (version" << m_journal->request.version << "phase"
                                   << nameOf(m_journal->phase) << ")";
    if (saved == SwapPhase::Confirming && m_journal->phase == SwapPhase::RollingBack) {
        m_journal->remarks = u"the swap was interrupted"_s;
    }
    if (m_journal->phase == SwapPhase::Confirming) {
        if (++m_journal->attempts > maxRestarts) {
            rollBack(u"the device or its watchdog restarted %1 times while the new agent was on probation"_s.arg(
                m_journal->attempts));
            return;
        }
        if (!save()) {
            rollBack(u"the progress of the swap cannot be saved"_s);
            return;
        }
    }
    proceed();
}

bool AgentExchange::save() const
{
    return m_file.save(*m_journal).has_value();
}

bool AgentExchange::isUnderWay() const
{
    return m_journal && (!m_journal->isOver() || m_saveRetry.isActive());
}

Outcome AgentExchange::request(const control::Swap &request)
{
    if (m_journal && m_journal->request.key == request.key) {
        return {}; // a repeat; nothing runs twice
    }
    if (isUnderWay()) {
        return fail(ErrorCode::Busy, u"another swap of the agent is under way"_s);
    }
    auto journal = plan(request);
    if (!journal) {
        return fail(std::move(journal).error());
    }
    const auto before = std::exchange(m_journal, *std::move(journal));
    if (!save()) {
        m_journal = before;
        return fail(ErrorCode::NoSpace, u"the watchdog cannot save the swap, its disk may be full"_s);
    }
    qCInfo(lcSelfUpdate).noquote() << "agent swap begins (version" << m_journal->request.version << ")";
    QTimer::singleShot(0, this, &AgentExchange::proceed);
    return {};
}

Result<SwapJournal> AgentExchange::plan(const control::Swap &request) const
{
    const auto *const source = std::get_if<control::SwapFolder>(&request.source);
    const QString downloads = QFileInfo(m_settings.downloads).canonicalFilePath();
    if (source == nullptr || downloads.isEmpty() || !source->path.startsWith(u'/') ||
        !QFileInfo(source->path).canonicalFilePath().startsWith(downloads + u'/')) {
        return fail(ErrorCode::BadRequest,
                    u"%1 is not below %2"_s.arg(source == nullptr ? QString() : source->path, m_settings.downloads));
    }
    // Without links and dots, so that what was checked is what will be moved.
    const QString staged = QFileInfo(source->path).canonicalFilePath();
    SwapJournal journal;
    journal.phase = SwapPhase::Exchanging;
    journal.request = request;
    journal.request.source = control::SwapFolder{staged};
    const auto newFolder = system::folderId(staged);
    const auto oldFolder = system::folderId(m_settings.installed);
    if (!newFolder || !oldFolder) {
        return fail(ErrorCode::InstallFailed, (newFolder ? oldFolder : newFolder).error().message);
    }
    journal.newFolder = *newFolder;
    journal.oldFolder = *oldFolder;
    const supervision::ProgramRules rules(staged, m_settings.treeOwner, m_settings.treeGroup);
    if (const auto program = rules.check(staged + u"/sgn-agent"_s); !program) {
        return fail(ErrorCode::InstallFailed, program.error().message);
    }
    return journal;
}

void AgentExchange::proceed()
{
    switch (m_journal->phase) {
    case SwapPhase::Exchanging:
        m_agent.stop([this] { exchange(); });
        return;
    case SwapPhase::Confirming:
        startProbation();
        return;
    case SwapPhase::RollingBack:
        m_agent.stop([this] { exchangeBack(); });
        return;
    case SwapPhase::Preparing:
    case SwapPhase::Confirmed:
    case SwapPhase::RolledBack:
    case SwapPhase::Failed:
        return;
    }
}

void AgentExchange::exchange()
{
    if (inPlace() == InPlace::Old) {
        if (const auto done = system::exchangeFolders(m_settings.installed, stagedFolder(*m_journal)); !done) {
            rollBack(done.error().message);
            return;
        }
    }
    if (inPlace() != InPlace::New) {
        rollBack(u"another program has changed %1"_s.arg(m_settings.installed));
        return;
    }
    m_journal->advance(SwapEvent::Exchanged);
    if (!save()) {
        rollBack(u"the progress of the swap cannot be saved"_s);
        return;
    }
    proceed();
}

void AgentExchange::startProbation()
{
    m_helloSeen = false;
    m_deaths = 0;
    m_timer.set(m_clock.monotonic() + std::chrono::seconds(m_journal->request.timeoutS));
    m_agent.start();
}

void AgentExchange::helloReceived(int version)
{
    if (!isConfirming(m_journal)) {
        return;
    }
    if (version != m_journal->request.version) {
        rollBack(u"the new agent is version %1 and not %2"_s.arg(version).arg(m_journal->request.version));
        return;
    }
    m_helloSeen = true;
    if (m_journal->request.mayBeOffline) {
        m_offlineSettle.set(m_clock.monotonic() + m_settings.offlineSettle);
    }
}

void AgentExchange::online()
{
    if (isConfirming(m_journal) && m_helloSeen) {
        confirm();
    }
}

void AgentExchange::agentEnded()
{
    if (!isConfirming(m_journal)) {
        return;
    }
    m_helloSeen = false;
    m_offlineSettle.set(std::nullopt);
    if (++m_deaths >= maxDeaths) {
        rollBack(u"the new agent ended %1 times%2"_s.arg(m_deaths).arg(describe(m_agent.lastExit())));
    }
}

void AgentExchange::agentCannotStart()
{
    if (isConfirming(m_journal)) {
        rollBack(u"the new agent cannot be started: "_s + m_agent.startProblem());
    }
}

void AgentExchange::confirm()
{
    m_timer.set(std::nullopt);
    m_offlineSettle.set(std::nullopt);
    qCInfo(lcSelfUpdate).noquote() << "agent confirmed (version" << m_journal->request.version << ")";
    m_journal->advance(SwapEvent::Healthy);
    reportConfirmed();
}

void AgentExchange::reportConfirmed()
{
    // Not before it is durable: the next watchdog would put the agent on probation once more, and whoever got the
    // report may have removed what is needed to roll back.
    if (!save()) {
        m_saveRetry.start();
        return;
    }
    tidy();
    Q_EMIT finished(status());
}

void AgentExchange::rollBack(const QString &why)
{
    m_timer.set(std::nullopt);
    m_offlineSettle.set(std::nullopt);
    qCWarning(lcSelfUpdate).noquote() << "agent swap rolls back (version" << m_journal->request.version << "):" << why;
    m_journal->advance(SwapEvent::Failed);
    m_journal->error = ErrorCode::NotHealthy;
    m_journal->remarks = why;
    // Goes on even if that fails: the folders' inodes show the next watchdog where the swap stands.
    [[maybe_unused]] const bool saved = save();
    proceed();
}

void AgentExchange::exchangeBack()
{
    if (inPlace() == InPlace::New) {
        if (system::isGone(stagedFolder(*m_journal), m_journal->oldFolder)) {
            keepNewAgent();
            return;
        }
        if (const auto done = system::exchangeFolders(m_settings.installed, stagedFolder(*m_journal)); !done) {
            qCCritical(lcSelfUpdate).noquote() << "agent not rolled back yet:" << done.error().message;
            m_rollBackRetry.start();
            // Meanwhile a doubtful agent is better than none.
            m_agent.start();
            return;
        }
    }
    m_agent.stop([this] { reportRolledBack(); });
}

void AgentExchange::keepNewAgent()
{
    qCCritical(lcSelfUpdate).noquote() << "the new agent stays, because the old one is no longer in"
                                       << stagedFolder(*m_journal);
    m_journal->advance(SwapEvent::OldIsGone);
    m_journal->remarks += u"; it stays, because the old one is gone"_s;
    m_journal->tidied = true;
    m_agent.start();
    reportConfirmed();
}

void AgentExchange::reportRolledBack()
{
    m_journal->advance(SwapEvent::Reverted);
    [[maybe_unused]] const bool saved = save();
    m_agent.start();
    Q_EMIT finished(status());
}

void AgentExchange::tidy()
{
    if (m_journal->phase != SwapPhase::Confirmed || m_journal->tidied) {
        return;
    }
    // A rollback to the previous release has left the other one in its place already.
    const QString previous = QFileInfo(m_settings.downloads).canonicalFilePath() + u"/previous-JabberClient"_s;
    if (stagedFolder(*m_journal) != previous) {
        if (const auto moved = system::moveReplacing(stagedFolder(*m_journal), previous, m_journal->oldFolder);
            !moved) {
            qCWarning(lcSelfUpdate).noquote() << "the old agent stays where it is:" << moved.error().message;
        }
    }
    m_journal->tidied = true;
    [[maybe_unused]] const bool saved = save();
}

control::SwapStatusReply AgentExchange::status() const
{
    auto reply = statusOf(m_journal, Component::JabberClient, m_settings.watchdogVersion);
    if (m_saveRetry.isActive()) {
        reply.progress = control::SwapProgress::Confirming;
    }
    return reply;
}

} // namespace sgn::selfupdate
