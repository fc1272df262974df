// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Installer.h"

#include "crypto/Sha256.h"
#include "download/PartFile.h"
#include "system/FolderExchange.h"
#include "update/InstallPlan.h"
#include "update/Inventory.h"
#include "update/Logging.h"
#include "update/ReleaseFetch.h"

#include <utility>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr auto alreadyInstalled = "already installed"_L1;

bool hasStarted(State state)
{
    return state == State::Swapping || state == State::Confirming || state == State::RollingBack;
}

} // namespace

Installer::Installer(InstallerSettings settings, control::WatchdogPort &watchdog, download::DownloadFactory downloads,
                     const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_watchdog(watchdog)
    , m_downloadFactory(std::move(downloads))
    , m_clock(clock)
    , m_journal(m_settings.journal)
    , m_hold(m_settings.hold, m_settings.holdPoll)
    , m_progress(clock)
{
    connect(&m_hold, &LocalHold::looked, this, &Installer::waitForPeople);
    connect(&m_progress, &ProgressReporter::told, this, [this](State state, int percent, const QString &remarks) {
        Q_EMIT progress(m_record->order.number, state, percent, remarks);
    });
}

Installer::~Installer() = default;

const Order *Installer::current() const
{
    return m_record ? &m_record->order : nullptr;
}

std::optional<State> Installer::state() const
{
    return m_record ? std::optional(m_record->state) : std::nullopt;
}

bool Installer::isSwapping() const
{
    return m_record && hasStarted(m_record->state);
}

ReleasePaths Installer::paths() const
{
    return pathsFor(m_record->order.task,
                    {m_settings.root, m_settings.downloads, m_settings.caFile, m_settings.sitePackages},
                    m_record->sitePackages);
}

Outcome Installer::begin(const Order &order)
{
    if (m_record) {
        return fail(ErrorCode::Busy, u"update %1 is still running"_s.arg(m_record->order.number));
    }
    auto trusted = trustRelease(order.task, m_settings.policy);
    if (!trusted) {
        return fail(std::move(trusted).error());
    }
    Record record;
    record.order = order;
    // From here on the hash and size that were signed count, whether or not the command names them.
    record.order.task = trusted->task;
    if (componentOf(order.task) == Component::SitePackages) {
        auto folder = findSitePackages({m_settings.root, m_settings.downloads, {}, m_settings.sitePackages});
        if (!folder) {
            return fail(ErrorCode::InstallFailed, folder.error().message);
        }
        record.sitePackages = *std::move(folder);
    }
    if (auto saved = m_journal.save(record); !saved) {
        // It may be there and only not for certain; what is refused must not begin at the next start.
        if (const auto removed = m_journal.remove(); !removed) {
            qCWarning(lcUpdate) << removed.error();
        }
        return saved;
    }
    m_record = std::move(record);
    m_startedAt = m_clock.monotonic();
    m_elapsedBefore = 0;
    qCInfo(lcUpdate).noquote() << u"update %1 of %2 accepted"_s.arg(order.number).arg(subjectOf(order.task));
    beginWork();
    return {};
}

void Installer::resume()
{
    auto record = m_journal.load();
    if (!record) {
        if (record.error().code != ErrorCode::NotFound) {
            qCWarning(lcUpdate) << "the update journal can't be read and is set aside:" << record.error();
            if (const auto aside = m_journal.setAside(); !aside) {
                qCWarning(lcUpdate) << aside.error();
            }
        } else {
            tidyUpForgotten(m_settings.downloads);
        }
        return;
    }
    m_record = *std::move(record);
    m_startedAt = m_clock.monotonic();
    m_elapsedBefore = m_record->elapsedMs;
    qCInfo(lcUpdate).noquote() << u"update %1 goes on: %2"_s.arg(m_record->order.number).arg(nameOf(m_record->state));
    if (isFinal(m_record->state)) {
        tellEnding();
        return;
    }
    pickUpAgain();
}

void Installer::pickUpAgain()
{
    // While people work on the device it may be restarted as often as they like.
    if (m_record->state != State::Waiting || !m_hold.isSet()) {
        ++m_record->starts;
    }
    if (!save()) {
        return;
    }
    if (m_record->starts > maxStarts(m_record->state)) {
        failed({ErrorCode::Internal,
                u"gave up after %1 restarts while %2"_s.arg(m_record->starts - 1).arg(nameOf(m_record->state))});
        return;
    }
    beginWork();
}

void Installer::beginWork()
{
    if (m_record->order.progress) {
        m_progress.begin(m_record->state);
    }
    Q_EMIT stateEntered(m_record->state);
    work();
}

void Installer::enter(State state)
{
    m_record->state = state;
    m_record->starts = 0;
    m_record->elapsedMs = elapsedMs();
    if (state == State::Confirming) {
        // For the agent the swap follows; the watchdog's word on it comes before any other.
        m_record->swapped = true;
    } else if (state == State::RollingBack) {
        // Of what we exchange ourselves we know; it may be back already when a restart repeats this.
        const auto component = componentOf(m_record->order.task);
        const bool isOurs = component != Component::JabberClient && component != Component::WatchDog;
        const bool wasIn = m_record->swapped && isOurs;
        const auto installed = system::inodeOf(paths().installed());
        m_record->swapped = wasIn || (installed && *installed == m_record->stagedId);
    }
    note(nameOf(state));
    if (!save()) {
        return;
    }
    Q_EMIT stateEntered(state);
    if (isFinal(state)) {
        tellEnding();
        return;
    }
    if (m_record->order.progress) {
        m_progress.enter(state);
    }
    work();
}

bool Installer::save()
{
    const Outcome saved = m_journal.save(*m_record);
    if (saved) {
        return true;
    }
    qCWarning(lcUpdate) << "the update journal can't be written:" << saved.error();
    const bool mayHaveSwapped = m_record->state != State::Swapping || m_record->starts > 0;
    if (hasStarted(m_record->state) && mayHaveSwapped) {
        // The work of these states finds out by itself what has happened already, so an older entry does no harm.
        return true;
    }
    if (!isFinal(m_record->state)) {
        // Nothing has been changed yet. What was fetched may be what fills the card.
        stopWork();
        m_record->state = State::Failed;
        m_record->error = saved.error();
    }
    // What a swap has put aside stays: the next start may need it.
    if (m_record->swapped) {
        (void)download::PartFile::remove(paths().zip());
    } else {
        [[maybe_unused]] const Outcome tidied = tidyUp(paths(), *m_record);
    }
    Outcome recorded = m_journal.save(*m_record);
    if (!recorded && !m_record->swapped) {
        // A full disk still forgets. The older entry would try again what is about to be told as failed; only after a
        // swap it comes to the same end.
        recorded = m_journal.remove();
    }
    if (!recorded) {
        qCWarning(lcUpdate) << recorded.error();
    }
    tellEnding();
    return false;
}

void Installer::work()
{
    switch (m_record->state) {
    case State::Accepted:
        checkInstalled();
        break;
    case State::Downloading:
        download();
        break;
    case State::Verifying:
        verify();
        break;
    case State::Staging:
        stage();
        break;
    case State::Waiting:
        waitForPeople(m_hold.isSet());
        break;
    case State::Swapping:
        startSwap(&ComponentSwap::swap);
        break;
    case State::Confirming:
        startSwap(&ComponentSwap::confirm);
        break;
    case State::RollingBack:
        startSwap(&ComponentSwap::rollBack);
        break;
    case State::Done:
    case State::RolledBack:
    case State::Failed:
        break;
    }
}

void Installer::note(const QString &what)
{
    qCInfo(lcUpdate).noquote() << u"update %1: %2"_s.arg(m_record->order.number).arg(what);
    addLogLine(*m_record, now().toString(u"hh:mm:ss "_s) + what);
}

QDateTime Installer::now() const
{
    return m_settings.now ? m_settings.now() : m_clock.wallUtc();
}

void Installer::happened(Event event, const std::optional<Error> &reason)
{
    const auto next = nextState(m_record->state, event);
    if (!next) {
        qCCritical(lcUpdate).noquote()
            << u"event %1 makes no sense while %2"_s.arg(static_cast<int>(event)).arg(nameOf(m_record->state));
        return;
    }
    if (reason) {
        note(reason->message);
    }
    if (reason && !m_record->error) {
        m_record->error = reason;
    } else if (reason) {
        m_record->error->message += u"; "_s + reason->message;
    }
    enter(*next);
}

void Installer::checkInstalled()
{
    const auto trusted = trustRelease(m_record->order.task, m_settings.policy);
    const bool matters = trusted && trusted->downgrade == Downgrade::Refused;
    const int run = m_run;
    Inventory::take(m_record->order.task, paths(),
                    {m_watchdog, m_settings.agentVersion, m_settings.statusLimit, matters}, this,
                    [this, run](const Installed &installed) {
                        if (run == m_run) {
                            judgeInstalled(installed);
                        }
                    });
}

void Installer::judgeInstalled(const Installed &installed)
{
    m_record->versionBefore = installed.version;
    const auto plan = planInstall(m_record->order.task, m_settings.policy, installed, paths(), m_settings.root);
    if (!plan) {
        failed(plan.error());
        return;
    }
    m_record->created = plan->created;
    if (plan->admission == Admission::AlreadyInstalled) {
        m_record->remarks = alreadyInstalled;
        happened(Event::NothingToDo);
    } else {
        m_record->version = plan->version;
        m_record->stagedId = plan->stagedId;
        // The way back finds its release staged.
        happened(std::holds_alternative<Rollback>(m_record->order.task) ? Event::Staged : Event::Admitted);
    }
}

void Installer::download()
{
    m_download = std::make_unique<ReleaseFetch>(m_record->order.task, paths(), m_settings.policy, m_downloadFactory);
    connect(m_download.get(), &download::Download::progress, &m_progress, &ProgressReporter::advance);
    connect(m_download.get(), &download::Download::interrupted, this,
            [this](const QString &why) { note(u"download interrupted: "_s + why); });
    connect(m_download.get(), &download::Download::finished, this, [this](const Result<download::Downloaded> &result) {
        m_download.reset();
        if (!result) {
            failed(result.error());
            return;
        }
        m_record->bytes = result->bytes;
        m_record->sha256 = result->sha256;
        m_record->assembled = result->assembled;
        happened(Event::Downloaded);
    });
    m_download->start();
}

void Installer::verify()
{
    if (m_record->assembled) {
        // It isn't the zip that was signed, only its content, which staging checks file by file.
        happened(Event::Verified);
        return;
    }
    // The hash was taken while the bytes went to the disk, which was synced before this state was saved.
    const Source source = sourceOf(m_record->order.task).value_or(Source{});
    if (const auto checked = checkDownload(source, m_record->bytes, m_record->sha256); !checked) {
        failed(checked.error());
        return;
    }
    // A CA file has no version; whether it is there already shows only now.
    if (!componentOf(m_record->order.task) && sha256OfFile(paths().installed()) == m_record->sha256) {
        m_record->remarks = alreadyInstalled;
        happened(Event::NothingToDo);
        return;
    }
    happened(Event::Verified);
}

void Installer::stage()
{
    m_stager =
        std::make_unique<Stager>(Stager::Request{m_record->order.task, paths(), m_settings.policy, m_record->assembled,
                                                 m_settings.root, m_settings.selfTestLimit, now()});
    connect(m_stager.get(), &Stager::progress, &m_progress, &ProgressReporter::advance);
    connect(m_stager.get(), &Stager::finished, this, [this](const Result<Staged> &result) {
        m_stager.release()->deleteLater();
        staged(result);
    });
    m_stager->start();
}

void Installer::staged(const Result<Staged> &staged)
{
    if (!staged) {
        failed(staged.error());
        return;
    }
    m_record->stagedId = staged->folderId;
    happened(Event::Staged);
}

void Installer::waitForPeople(bool isHeld)
{
    if (!isHeld) {
        m_hold.stop();
        if (m_progress.isWaiting()) {
            note(u"the hold is gone"_s);
            m_progress.setWaitingFor({});
        }
        startSwap(&ComponentSwap::prepare);
        return;
    }
    const auto &notAfter = m_record->order.notAfter;
    if (notAfter && m_settings.isPast && m_settings.isPast(*notAfter)) {
        m_hold.stop();
        failed({ErrorCode::Expired, u"the command was valid until %1, and the device was %2 till then"_s.arg(
                                        notAfter->toString(Qt::ISODate), m_hold.remarks())});
        return;
    }
    if (!m_progress.isWaiting()) {
        note(m_hold.remarks());
        m_hold.watch();
        m_progress.setWaitingFor(m_hold.remarks());
    }
}

void Installer::startSwap(void (ComponentSwap::*work)())
{
    if (!m_swap) {
        m_swap = makeSwap({m_watchdog, m_clock, m_settings.trial}, paths(), *m_record, m_settings.times);
        connect(m_swap.get(), &ComponentSwap::ended, this, &Installer::happened);
    }
    (m_swap.get()->*work)();
}

Outcome Installer::cancel(CommandNo number)
{
    if (!m_record || m_record->order.number != number || isFinal(m_record->state)) {
        return fail(ErrorCode::NotFound, u"update %1 is not running"_s.arg(number));
    }
    if (!nextState(m_record->state, Event::Cancelled)) {
        return fail(ErrorCode::Busy, u"update %1 is being swapped in and can't be cancelled any more"_s.arg(number));
    }
    stopWork();
    happened(Event::Cancelled, Error{ErrorCode::Cancelled, u"cancelled while %1"_s.arg(nameOf(m_record->state))});
    return {};
}

void Installer::stopWork()
{
    ++m_run;
    m_download.reset();
    m_stager.reset();
    m_hold.stop();
    if (m_swap && (m_record->state == State::Waiting || m_record->state == State::Swapping)) {
        m_swap->abandon();
    }
    m_swap.reset();
}

void Installer::repeatProgress()
{
    m_progress.repeat();
}

void Installer::tellEnding()
{
    m_progress.stop();
    m_download.reset();
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (m_record && isFinal(m_record->state)) {
                Q_EMIT finished(outcomeOf(*m_record));
            }
        },
        Qt::QueuedConnection);
}

void Installer::close()
{
    if (!m_record || !isFinal(m_record->state)) {
        return;
    }
    stopWork();
    // The journal last, so that a power cut before it leads here again, as does an old release that couldn't be kept.
    if (tidyUp(paths(), *m_record)) {
        if (const auto removed = m_journal.remove(); !removed) {
            qCWarning(lcUpdate) << removed.error();
        }
    }
    m_record.reset();
}

qint64 Installer::elapsedMs() const
{
    return m_elapsedBefore + (m_clock.monotonic() - m_startedAt).count();
}

} // namespace sgn::update
