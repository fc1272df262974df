// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/AgentExchange.h"

#include "base/AtomicFile.h"
#include "selfupdate/Logging.h"
#include "system/FolderExchange.h"

#include <cstdio>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

// A new agent that ends as often as this while it should prove itself won't do better the next time.
constexpr int maxDeaths = 3;
// A release that takes the whole device down with it would otherwise get its time again at every boot.
constexpr int maxResumed = 3;
// After what the card didn't let us do.
constexpr auto retryPause = std::chrono::seconds(10);

bool isConfirming(const std::optional<SwapJournal> &journal)
{
    return journal && journal->phase == SwapPhase::Confirming;
}

QString howItEnded(const std::optional<LastExit> &exit)
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

} // namespace

AgentExchange::AgentExchange(Settings settings, supervision::AgentSupervisor &keeper, const Clock &clock,
                             QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_keeper(keeper)
    , m_timer(clock, this)
    , m_clock(clock)
{
    connect(&m_keeper, &supervision::AgentSupervisor::helloReceived, this, &AgentExchange::helloReceived);
    connect(&m_keeper, &supervision::AgentSupervisor::ended, this, &AgentExchange::agentEnded);
    connect(&m_keeper, &supervision::AgentSupervisor::startFailed, this, &AgentExchange::agentCannotStart);
    m_saveRetry.setSingleShot(true);
    m_saveRetry.setInterval(retryPause);
    connect(&m_saveRetry, &QTimer::timeout, this, &AgentExchange::sayConfirmed);
    m_backRetry.setSingleShot(true);
    m_backRetry.setInterval(retryPause);
    connect(&m_backRetry, &QTimer::timeout, this, &AgentExchange::exchangeBack);
    connect(&m_timer, &system::DeadlineTimer::reached, this, [this] {
        rollBack(m_helloSeen ? u"the new agent did not reach the server within %1 s"_s.arg(m_journal->timeoutS)
                             : u"the new agent did not report within %1 s"_s.arg(m_journal->timeoutS));
    });
}

bool AgentExchange::load()
{
    const auto object = readJsonFile(m_settings.journal);
    auto journal = object ? swapJournalFromJson(*object) : Result<SwapJournal>(fail(object.error()));
    if (journal) {
        m_journal = *std::move(journal);
    } else if (journal.error().code != ErrorCode::NotFound) {
        // It is written atomically, so this is a damaged disk. Both releases are whole; what is installed stays.
        const QByteArray path = QFile::encodeName(m_settings.journal);
        const bool kept = std::rename(path.constData(), (path + ".damaged").constData()) == 0;
        qCWarning(lcSelfUpdate).noquote()
            << "the record of the agent's swap is unreadable and ignored:" << journal.error().message
            << (kept ? "(set aside)" : "");
    }
    return m_journal && !m_journal->isOver();
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
    qCInfo(lcSelfUpdate) << "going on with the swap of the agent";
    if (m_journal->phase == SwapPhase::Confirming) {
        if (system::folderId(m_settings.installed) != m_journal->newFolder) {
            m_journal->phase = SwapPhase::RollingBack;
            m_journal->remarks = u"the swap was interrupted"_s;
        } else if (++m_journal->resumed > maxResumed) {
            rollBack(u"the device or its watchdog restarted %1 times while the new agent should prove itself"_s.arg(
                m_journal->resumed));
            return;
        } else if (!save()) {
            rollBack(u"the progress of the swap cannot be saved"_s);
            return;
        }
    }
    proceed();
}

bool AgentExchange::save()
{
    const QByteArray content = QJsonDocument(toJson(*m_journal)).toJson(QJsonDocument::Compact);
    const auto written = writeFileAtomically(m_settings.journal, content);
    if (!written) {
        qCCritical(lcSelfUpdate).noquote() << written.error().message;
    }
    return written.has_value();
}

Outcome AgentExchange::request(const control::SwapAgent &request)
{
    if (m_journal && (!m_journal->isOver() || m_saveRetry.isActive())) {
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
    qCInfo(lcSelfUpdate).noquote() << "exchanging the agent for version" << m_journal->version;
    QTimer::singleShot(0, this, &AgentExchange::proceed);
    return {};
}

Result<SwapJournal> AgentExchange::plan(const control::SwapAgent &request) const
{
    const QString staged = request.stagedFolder;
    const QString downloads = QFileInfo(m_settings.downloads).canonicalFilePath();
    if (downloads.isEmpty() || !staged.startsWith(u'/') ||
        !QFileInfo(staged).canonicalFilePath().startsWith(downloads + u'/')) {
        return fail(ErrorCode::BadRequest, u"%1 is not below %2"_s.arg(staged, m_settings.downloads));
    }
    SwapJournal journal;
    // Without links and dots, so that what was checked is what will be moved.
    journal.stagedFolder = QFileInfo(staged).canonicalFilePath();
    journal.version = request.version;
    journal.timeoutS = request.timeoutS;
    journal.needsOnline = request.needsOnline;
    const auto newFolder = system::folderId(journal.stagedFolder);
    const auto oldFolder = system::folderId(m_settings.installed);
    if (!newFolder || !oldFolder) {
        return fail(ErrorCode::InstallFailed, (newFolder ? oldFolder : newFolder).error().message);
    }
    journal.newFolder = *newFolder;
    journal.oldFolder = *oldFolder;
    const supervision::ProgramRules rules(journal.stagedFolder, m_settings.treeOwner, m_settings.treeGroup,
                                          supervision::ProgramRules::RunAs::TreeOwner);
    if (const auto program = rules.check(journal.stagedFolder + u"/sgn-agent"_s); !program) {
        return fail(ErrorCode::InstallFailed, program.error().message);
    }
    return journal;
}

void AgentExchange::proceed()
{
    switch (m_journal->phase) {
    case SwapPhase::Swapping:
        m_keeper.stop([this] { exchange(); });
        return;
    case SwapPhase::Confirming:
        confirm();
        return;
    case SwapPhase::RollingBack:
        m_keeper.stop([this] { exchangeBack(); });
        return;
    case SwapPhase::Confirmed:
    case SwapPhase::RolledBack:
        return;
    }
}

void AgentExchange::exchange()
{
    if (system::folderId(m_settings.installed) == m_journal->oldFolder) {
        if (const auto done = system::exchangeFolders(m_settings.installed, m_journal->stagedFolder); !done) {
            rollBack(done.error().message);
            return;
        }
    }
    if (system::folderId(m_settings.installed) != m_journal->newFolder) {
        rollBack(u"somebody else has changed %1"_s.arg(m_settings.installed));
        return;
    }
    m_journal->phase = SwapPhase::Confirming;
    if (!save()) {
        rollBack(u"the progress of the swap cannot be saved"_s);
        return;
    }
    proceed();
}

void AgentExchange::confirm()
{
    m_helloSeen = false;
    m_deaths = 0;
    m_timer.set(m_clock.monotonic() + std::chrono::seconds(m_journal->timeoutS));
    m_keeper.start();
}

void AgentExchange::helloReceived(int version)
{
    if (!isConfirming(m_journal)) {
        return;
    }
    if (version != m_journal->version) {
        rollBack(u"the new agent is version %1 and not %2"_s.arg(version).arg(m_journal->version));
        return;
    }
    m_helloSeen = true;
    if (!m_journal->needsOnline) {
        confirmed();
    }
}

void AgentExchange::online()
{
    if (isConfirming(m_journal) && m_helloSeen) {
        confirmed();
    }
}

void AgentExchange::agentEnded()
{
    if (!isConfirming(m_journal)) {
        return;
    }
    m_helloSeen = false;
    if (++m_deaths >= maxDeaths) {
        rollBack(u"the new agent ended %1 times%2"_s.arg(m_deaths).arg(howItEnded(m_keeper.lastExit())));
    }
}

void AgentExchange::agentCannotStart()
{
    if (isConfirming(m_journal)) {
        rollBack(u"the new agent cannot be started: "_s + m_keeper.startProblem());
    }
}

void AgentExchange::confirmed()
{
    m_timer.set(std::nullopt);
    qCInfo(lcSelfUpdate).noquote() << "version" << m_journal->version << "of the agent has proved itself";
    m_journal->phase = SwapPhase::Confirmed;
    sayConfirmed();
}

void AgentExchange::sayConfirmed()
{
    // Not before it is safe: the next watchdog would put the agent to the test once more, and whoever was told may have
    // put away what is needed to go back.
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
    qCWarning(lcSelfUpdate).noquote() << "putting the old agent back:" << why;
    m_journal->phase = SwapPhase::RollingBack;
    m_journal->remarks = why;
    // Goes on even if that fails: the folders' ids will tell the next watchdog where things stand.
    [[maybe_unused]] const bool saved = save();
    proceed();
}

void AgentExchange::exchangeBack()
{
    if (system::folderId(m_settings.installed) == m_journal->newFolder) {
        if (system::isGone(m_journal->stagedFolder, m_journal->oldFolder)) {
            stay();
            return;
        }
        if (const auto done = system::exchangeFolders(m_settings.installed, m_journal->stagedFolder); !done) {
            qCCritical(lcSelfUpdate).noquote() << "the old agent cannot be put back yet:" << done.error().message;
            m_backRetry.start();
            // Meanwhile one that may be no good is better than none.
            m_keeper.start();
            return;
        }
    }
    m_keeper.stop([this] { rolledBack(); });
}

// The old agent is gone, and there is nothing to go back to.
void AgentExchange::stay()
{
    qCCritical(lcSelfUpdate).noquote() << "the new agent stays, because the old one is no longer in"
                                       << m_journal->stagedFolder;
    m_journal->phase = SwapPhase::Confirmed;
    m_journal->remarks += u"; it stays, because the old one is gone"_s;
    m_journal->tidied = true;
    m_keeper.start();
    sayConfirmed();
}

void AgentExchange::rolledBack()
{
    m_journal->phase = SwapPhase::RolledBack;
    [[maybe_unused]] const bool saved = save();
    m_keeper.start();
    Q_EMIT finished(status());
}

void AgentExchange::tidy()
{
    if (m_journal->phase != SwapPhase::Confirmed || m_journal->tidied) {
        return;
    }
    // A rollback to the previous release has left the other one in its place already.
    const QString previous = QFileInfo(m_settings.downloads).canonicalFilePath() + u"/previous-JabberClient"_s;
    if (m_journal->stagedFolder != previous) {
        if (const auto moved = system::moveReplacing(m_journal->stagedFolder, previous, m_journal->oldFolder); !moved) {
            qCWarning(lcSelfUpdate).noquote() << "the old agent stays where it is:" << moved.error().message;
        }
    }
    m_journal->tidied = true;
    [[maybe_unused]] const bool saved = save();
}

control::SwapStatusReply AgentExchange::status() const
{
    if (!m_journal) {
        return {};
    }
    control::SwapState state = control::SwapState::Confirming;
    if (m_journal->phase == SwapPhase::Confirmed && !m_saveRetry.isActive()) {
        state = control::SwapState::Confirmed;
    } else if (m_journal->phase == SwapPhase::RolledBack) {
        state = control::SwapState::RolledBack;
    }
    return {state, m_journal->version, m_journal->remarks};
}

} // namespace sgn::selfupdate
