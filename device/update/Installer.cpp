// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Installer.h"

#include "download/PartFile.h"
#include "system/FolderExchange.h"
#include "update/Logging.h"

#include <QDirIterator>
#include <QFileInfo>
#include <utility>

namespace sgn::update {

using namespace Qt::StringLiterals;

namespace {

bool hasStarted(State state)
{
    return state == State::Swapping || state == State::Confirming || state == State::RollingBack;
}

void warnIfFailed(const Outcome &outcome)
{
    if (!outcome) {
        qCWarning(lcUpdate) << outcome.error();
    }
}

// On the disk, of a download that was interrupted: in a zip, or in a staging folder.
qint64 fetchedBytes(const ReleasePaths &paths)
{
    qint64 bytes = QFileInfo(paths.zip()).size();
    QDirIterator files(paths.stage(), QDir::Files | QDir::Hidden | QDir::NoSymLinks, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        files.next();
        bytes += files.fileInfo().size();
    }
    return bytes;
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
    , m_progress(clock)
{
    connect(&m_progress, &ProgressReporter::due, this, [this](State state, int percent, const Wait &wait) {
        Q_EMIT progress(m_record->order, state, percent, wait);
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

Outcome Installer::begin(const Order &order)
{
    if (m_record) {
        return fail(ErrorCode::Busy, nameOf(m_record->order) + u" is still running"_s);
    }
    auto trusted = trustRelease(order.task, m_settings.policyFor(order));
    if (!trusted) {
        return fail(std::move(trusted).error());
    }
    Record record;
    record.order = order;
    // From here on the hash and size that were signed count, whether or not the command names them.
    record.order.task = trusted->task;
    if (componentOf(order.task) == Component::SitePackages) {
        auto folder = findSitePackages(m_settings.locations());
        if (!folder) {
            return fail(ErrorCode::InstallFailed, folder.error().message);
        }
        record.sitePackages = *std::move(folder);
    }
    if (auto saved = m_journal.save(record); !saved) {
        // The journal may be written but not durable; an order that is refused must not begin at the next start.
        warnIfFailed(m_journal.remove());
        return saved;
    }
    startWork(std::move(record));
    qCInfo(lcUpdate).noquote() << u"%1 of %2 accepted"_s.arg(nameOf(order), subjectOf(order.task));
    beginState();
    return {};
}

void Installer::resume()
{
    auto record = m_journal.load();
    if (!record) {
        if (record.error().code != ErrorCode::NotFound) {
            qCWarning(lcUpdate) << "the update journal can't be read:" << record.error();
        } else {
            tidyUpForgotten(m_settings.downloads);
        }
        return;
    }
    startWork(*std::move(record));
    qCInfo(lcUpdate).noquote() << u"%1 continues: %2"_s.arg(nameOf(m_record->order), nameOf(m_record->state));
    if (isFinal(m_record->state)) {
        reportOutcome();
        return;
    }
    pickUpAgain();
}

void Installer::startWork(Record record)
{
    m_record = std::move(record);
    m_startedAt = m_clock.monotonic();
    m_elapsedBefore = m_record->elapsedMs;
    m_work = std::make_unique<UpdateWork>(
        m_settings, UpdateWork::Ports{m_watchdog, m_downloadFactory, m_clock, m_progress}, *m_record);
    connect(m_work.get(), &UpdateWork::ended, this, &Installer::handle);
}

void Installer::pickUpAgain()
{
    // While users work on the device it may be restarted any number of times.
    if (m_record->state != State::Waiting || !m_work->isHeldLocally()) {
        ++m_record->starts;
    }
    if (m_record->state == State::Downloading) {
        const qint64 bytes = fetchedBytes(pathsOf(*m_record, m_settings));
        m_record->fruitlessStarts = bytes > m_record->bytesAtStart ? 0 : m_record->fruitlessStarts + 1;
        m_record->bytesAtStart = bytes;
    }
    if (!save()) {
        return;
    }
    if (m_record->starts > maxStarts(m_record->state) || m_record->fruitlessStarts > maxFruitlessStarts) {
        handle(Event::Failed,
               Error{ErrorCode::Internal,
                     u"gave up after %1 restarts while %2"_s.arg(m_record->starts - 1).arg(nameOf(m_record->state))});
        return;
    }
    beginState();
}

void Installer::beginState()
{
    if (m_record->order.progress) {
        m_progress.begin(m_record->state);
    }
    Q_EMIT stateEntered(m_record->state);
    m_work->begin();
}

void Installer::handle(Event event, const std::optional<Error> &reason)
{
    const auto next = nextState(m_record->state, event);
    if (!next) {
        qCCritical(lcUpdate).noquote()
            << u"event %1 is unexpected while %2"_s.arg(static_cast<int>(event)).arg(nameOf(m_record->state));
        return;
    }
    if (reason) {
        m_work->note(reason->message);
    }
    if (reason && !m_record->error) {
        m_record->error = reason;
    } else if (reason) {
        m_record->error->message += u"; "_s + reason->message;
    }
    enter(*next);
}

void Installer::enter(State state)
{
    m_record->state = state;
    m_record->starts = 0;
    m_record->fruitlessStarts = 0;
    m_record->bytesAtStart = 0;
    m_record->elapsedMs = elapsedMs();
    noteWhetherSwapped();
    m_work->note(nameOf(state));
    if (!save()) {
        return;
    }
    Q_EMIT stateEntered(state);
    if (isFinal(state)) {
        reportOutcome();
        return;
    }
    if (m_record->order.progress) {
        m_progress.enter(state);
    }
    m_work->begin();
}

void Installer::noteWhetherSwapped()
{
    if (m_record->state == State::Confirming) {
        // For the agent the exchange follows; the watchdog's report of it precedes any other.
        m_record->swapped = true;
    } else if (m_record->state == State::RollingBack) {
        // An exchange of our own was recorded when it was done; it may be rolled back already when a restart repeats
        // this.
        const auto component = componentOf(m_record->order.task);
        const bool isOurs = component != Component::JabberClient && component != Component::WatchDog;
        const bool wasIn = m_record->swapped && isOurs;
        const auto installed = system::inodeOf(pathsOf(*m_record, m_settings).installed());
        m_record->swapped = wasIn || (installed && *installed == m_record->stagedId);
    }
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
    failUnsaved(saved.error());
    return false;
}

// Ends an update whose state can't be saved, without doing the state's work.
void Installer::failUnsaved(const Error &reason)
{
    if (!isFinal(m_record->state)) {
        // Nothing has been changed yet. The download may be what fills the card.
        m_work->stop();
        m_record->state = State::Failed;
        m_record->error = reason;
    }
    // What a swap has moved stays: the next start may need it.
    if (m_record->swapped) {
        (void)download::PartFile::remove(pathsOf(*m_record, m_settings).zip());
    } else {
        [[maybe_unused]] const Outcome tidied = tidyUp(pathsOf(*m_record, m_settings), *m_record);
    }
    Outcome recorded = m_journal.save(*m_record);
    if (!recorded && !m_record->swapped) {
        // A full disk still removes files. The older entry would repeat what is about to be reported as failed; only
        // after a swap it leads to the same end.
        recorded = m_journal.remove();
    }
    warnIfFailed(recorded);
    reportOutcome();
}

Outcome Installer::cancel(CommandNo number)
{
    if (!m_record || m_record->order.number != number || m_record->order.stick || isFinal(m_record->state)) {
        return fail(ErrorCode::NotFound, u"update %1 is not running"_s.arg(number));
    }
    if (!nextState(m_record->state, Event::Cancelled)) {
        return fail(ErrorCode::Busy, u"update %1 is being swapped in and can't be cancelled any more"_s.arg(number));
    }
    m_work->stop();
    handle(Event::Cancelled, Error{ErrorCode::Cancelled, u"cancelled while %1"_s.arg(nameOf(m_record->state))});
    return {};
}

void Installer::repeatProgress()
{
    m_progress.repeat();
}

void Installer::reportOutcome()
{
    m_progress.stop();
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
    m_work.reset();
    // The journal last, so that a power cut before it leads here again, as does an old release that couldn't be kept.
    if (tidyUp(pathsOf(*m_record, m_settings), *m_record)) {
        warnIfFailed(m_journal.remove());
    }
    m_record.reset();
}

qint64 Installer::elapsedMs() const
{
    return m_elapsedBefore + (m_clock.monotonic() - m_startedAt).count();
}

} // namespace sgn::update
