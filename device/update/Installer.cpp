// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Installer.h"

#include "update/AgentSwap.h"
#include "update/FolderSwap.h"
#include "update/Logging.h"
#include "update/MeterSwap.h"
#include "update/PartFile.h"
#include "update/PersistentRequest.h"

#include <algorithm>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

constexpr auto alreadyInstalled = "already installed"_L1;

bool hasStarted(State state)
{
    return state == State::Swapping || state == State::Confirming || state == State::RollingBack;
}

} // namespace

Installer::Installer(InstallerSettings settings, WatchdogPort &watchdog, DownloadFactory downloads,
                     std::function<bool()> isOnline, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_watchdog(watchdog)
    , m_downloadFactory(std::move(downloads))
    , m_isOnline(std::move(isOnline))
    , m_clock(clock)
    , m_journal(m_settings.journal)
{
    m_progressTimer.setSingleShot(true);
    m_progressTimer.setInterval(std::chrono::seconds(1));
    connect(&m_progressTimer, &QTimer::timeout, this, &Installer::offerProgress);
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

ReleasePaths Installer::paths() const
{
    return {m_settings.root, m_settings.downloads, m_record->order.command.component};
}

Outcome Installer::begin(const Order &order)
{
    if (m_record) {
        return fail(ErrorCode::Busy, u"update %1 is still running"_s.arg(m_record->order.number));
    }
    auto trusted = trustRelease(order.command, m_settings.policy);
    if (!trusted) {
        return fail(std::move(trusted).error());
    }
    Record record;
    record.order = order;
    // From here on the hash and size that were signed count, whether or not the command names them.
    record.order.command = trusted->command;
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
    qCInfo(lcUpdate).noquote()
        << u"update %1 of %2 accepted"_s.arg(order.number).arg(folderName(order.command.component));
    Q_EMIT stateEntered(State::Accepted);
    work();
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
    ++m_record->starts;
    if (!save()) {
        return;
    }
    if (m_record->starts > maxStarts(m_record->state)) {
        failed({ErrorCode::Internal,
                u"gave up after %1 restarts while %2"_s.arg(m_record->starts - 1).arg(nameOf(m_record->state))});
        return;
    }
    Q_EMIT stateEntered(m_record->state);
    work();
}

void Installer::enter(State state)
{
    m_record->state = state;
    m_record->starts = 0;
    m_record->elapsedMs = elapsedMs();
    m_percent = 0;
    if (state == State::Confirming) {
        // For the agent the swap follows; the watchdog's word on it comes before any other.
        m_record->swapped = true;
    } else if (state == State::RollingBack) {
        // Of the meter's folder we know; it may be back already when a restart repeats this.
        const bool wasIn = m_record->swapped && m_record->order.command.component == Component::SmartMeter;
        const auto installed = folderId(paths().installed());
        m_record->swapped = wasIn || (installed && *installed == m_record->stagedId);
    }
    if (!save()) {
        return;
    }
    qCInfo(lcUpdate).noquote() << u"update %1: %2"_s.arg(m_record->order.number).arg(nameOf(state));
    Q_EMIT stateEntered(state);
    if (isFinal(state)) {
        tellEnding();
        return;
    }
    offerProgress();
    work();
}

bool Installer::save()
{
    const Outcome saved = m_journal.save(*m_record);
    if (saved) {
        return true;
    }
    qCWarning(lcUpdate) << "the update journal can't be written:" << saved.error();
    if (hasStarted(m_record->state) && m_record->state != State::Swapping) {
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
        (void)PartFile::remove(paths().zip());
    } else {
        tidyUp(paths(), State::Failed);
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
        startSwap(&ComponentSwap::prepare);
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

void Installer::happened(Event event, const std::optional<Error> &reason)
{
    const auto next = nextState(m_record->state, event);
    if (!next) {
        qCCritical(lcUpdate).noquote()
            << u"event %1 makes no sense while %2"_s.arg(static_cast<int>(event)).arg(nameOf(m_record->state));
        return;
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
    const auto trusted = trustRelease(m_record->order.command, m_settings.policy);
    if (m_record->order.command.component != Component::SmartMeter || !trusted ||
        trusted->downgrade == Downgrade::Allowed) {
        judgeInstalled(control::ReplyBody(control::StatusReply{}));
        return;
    }
    auto *const asking =
        new PersistentRequest(m_watchdog, control::Status{}, m_settings.statusLimit, std::chrono::seconds(1), this);
    const int run = m_run;
    connect(asking, &PersistentRequest::finished, this, [this, run](const Result<control::ReplyBody> &reply) {
        if (run == m_run) {
            judgeInstalled(reply);
        }
    });
}

void Installer::judgeInstalled(const Result<control::ReplyBody> &status)
{
    // Once more, because the keys in the configuration may be others since it was accepted.
    const auto trusted = trustRelease(m_record->order.command, m_settings.policy);
    if (!trusted) {
        failed(trusted.error());
        return;
    }
    const auto processes = replyAs<control::StatusReply>(status);
    if (!processes && !m_settings.policy.releaseKeys.isEmpty()) {
        // An old release is signed as well.
        failed({ErrorCode::InstallFailed,
                u"whether an older release would replace a newer one is unknown: "_s + processes.error().message});
        return;
    }
    if (!processes) {
        // It may be away for a moment only, and the swap waits for it; till then nothing depends on it.
        qCInfo(lcUpdate) << "what is installed is unknown:" << processes.error();
    }
    const auto admission =
        admit(*trusted, {processes ? processes->processes : QList<ProcessReport>(), m_settings.agentVersion});
    if (!admission) {
        failed(admission.error());
    } else if (*admission == Admission::AlreadyInstalled) {
        m_record->remarks = alreadyInstalled;
        happened(Event::NothingToDo);
    } else {
        happened(Event::Admitted);
    }
}

void Installer::download()
{
    const UpdateCommand &command = m_record->order.command;
    m_download = m_downloadFactory({command.url, paths().zip(), command.size, m_settings.policy.allowHttp});
    connect(m_download.get(), &Download::progress, this, &Installer::tellProgress);
    connect(m_download.get(), &Download::finished, this, [this](const Result<Downloaded> &result) {
        m_download.reset();
        if (!result) {
            failed(result.error());
            return;
        }
        m_record->bytes = result->bytes;
        m_record->sha256 = result->sha256;
        happened(Event::Downloaded);
    });
    m_download->start();
}

void Installer::verify()
{
    // The hash was taken while the bytes went to the disk, which was synced before this state was saved.
    if (const auto checked = checkDownload(m_record->order.command, m_record->bytes, m_record->sha256); !checked) {
        failed(checked.error());
        return;
    }
    happened(Event::Verified);
}

void Installer::stage()
{
    const UpdateCommand &command = m_record->order.command;
    const auto trusted = trustRelease(command, m_settings.policy);
    if (!trusted) {
        failed(trusted.error());
        return;
    }
    m_stager = std::make_unique<Stager>(
        StageRequest{command.component, command.version, paths().zip(), paths().stage(), trusted->files, {}, {}},
        m_settings.root, m_settings.selfTestLimit);
    connect(m_stager.get(), &Stager::progress, this, &Installer::tellProgress);
    connect(m_stager.get(), &Stager::finished, this, [this](const Result<Staged> &staged) {
        m_stager.release()->deleteLater();
        if (!staged) {
            failed(staged.error());
            return;
        }
        m_record->stagedId = staged->folderId;
        happened(Event::Staged);
    });
    m_stager->start();
}

void Installer::startSwap(void (ComponentSwap::*work)())
{
    if (!m_swap) {
        if (m_record->order.command.component == Component::SmartMeter) {
            m_swap = std::make_unique<MeterSwap>(m_watchdog, paths(), *m_record, m_settings.times, m_clock);
        } else {
            m_swap = std::make_unique<AgentSwap>(m_watchdog, paths(), *m_record, m_settings.times, m_isOnline);
        }
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
    // A hold runs out by itself, but sooner is better for the meter.
    const bool mayHold = m_record->state == State::Waiting || m_record->state == State::Swapping;
    if (m_swap && mayHold && m_record->order.command.component == Component::SmartMeter) {
        m_watchdog.ask(control::Release{Component::SmartMeter, m_record->before}, this, [](const auto &) {});
    }
    m_swap.reset();
}

void Installer::tellProgress(qint64 done, qint64 total)
{
    if (total > 0) {
        m_percent = static_cast<int>(std::clamp<qint64>(done * 100 / total, 0, 100));
        offerProgress();
    }
}

void Installer::offerProgress()
{
    if (!m_record || !m_record->order.progress || isFinal(m_record->state)) {
        return;
    }
    if (m_progressGate.allow(m_record->state, m_percent, m_clock.monotonic())) {
        Q_EMIT progress(m_record->order.number, m_record->state, m_percent);
    } else if (!m_progressTimer.isActive()) {
        // So that a state entered within a second of the last message is told a little later.
        m_progressTimer.start();
    }
}

void Installer::tellEnding()
{
    m_progressTimer.stop();
    m_download.reset();
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (m_record && isFinal(m_record->state)) {
                Q_EMIT finished(endingOf(*m_record));
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
    tidyUp(paths(), m_record->state);
    // Last, so that a power cut before it leads here again.
    if (const auto removed = m_journal.remove(); !removed) {
        qCWarning(lcUpdate) << removed.error();
    }
    m_record.reset();
}

qint64 Installer::elapsedMs() const
{
    return m_elapsedBefore + (m_clock.monotonic() - m_startedAt).count();
}

} // namespace sgn::update
