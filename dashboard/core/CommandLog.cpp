// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/CommandLog.h"

#include "protocol/Json.h"
#include "store/CommandStore.h"

#include <algorithm>
#include <QFutureWatcher>
#include <QLoggingCategory>
#include <QRandomGenerator>

Q_LOGGING_CATEGORY(lcCommands, "sgn.commands")

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::FactCode;

namespace {

records::Facts sentBy(const QString &whom)
{
    return whom.isEmpty() ? records::Facts() : records::Facts{{records::FactCode::SentBy, {whom}}};
}

// Empty where it waits for nothing, or for what only its remarks name.
records::Facts waitFacts(const ProgressReport &progress, const Command &command)
{
    if (progress.waitsFor == ProgressReport::Wait::Hold) {
        return {{FactCode::HeldAtDevice, {}}};
    }
    if (progress.waitsFor == ProgressReport::Wait::Window && command.window) {
        return {{FactCode::RolloutWindow,
                 {command.window->from.toString(u"HH:mm"), command.window->to.toString(u"HH:mm")}}};
    }
    return {};
}

constexpr std::chrono::milliseconds collectFor{50};
// What a command has beside its body: number, request, time...
constexpr qsizetype roomForTheRest = 512;
// How much of the past is at hand without asking the store.
constexpr int commandsInMemory = 500;

// What another program has sent.
records::CommandTarget sentAt(const QString &jid, const QDateTime &stamp)
{
    records::CommandTarget target;
    target.jid = jid;
    target.state = records::TargetState::Sent;
    target.attempts = 1;
    target.sentAt = stamp;
    target.firstSentAt = stamp;
    return target;
}

} // namespace

CommandLog::CommandLog(store::CommandStore &store, const Clock &clock, CommandNumbers numbers, QObject *parent)
    : QObject(parent)
    , m_store(store)
    , m_clock(clock)
    , m_numbers(std::move(numbers))
    , m_issued(store)
{
    m_flushTimer.setSingleShot(true);
    m_flushTimer.setInterval(collectFor);
    connect(&m_flushTimer, &QTimer::timeout, this, &CommandLog::flush);
}

CommandLog::~CommandLog()
{
    flush();
}

void CommandLog::restore()
{
    m_dirty.clear();
    m_issued.restore(commandsInMemory);
    for (const CommandNo number : m_store.openCommands()) {
        if (Entry *entry = entryOf(number)) {
            m_issued.loaded(*entry);
        }
    }
    Q_EMIT reset();
}

records::Expected<CommandNo> CommandLog::submit(const CommandBody &body, const QStringList &jids,
                                                const SubmitOptions &options)
{
    if (jids.isEmpty()) {
        return fail(ErrorCode::BadRequest, FactCode::NoDeviceChosen);
    }
    records::IssuedCommand record;
    record.command.body = body;
    if (const qsizetype size = encode(record.command).size(); size > maxBodySize - roomForTheRest) {
        return fail(ErrorCode::TooLarge, FactCode::CommandTooLarge,
                    {QString::number(size), QString::number(maxBodySize - roomForTheRest)});
    }
    const CommandNo number = reserveNumber();
    record.number = number;
    record.command.number = number;
    record.command.request = newRequest();
    record.command.by = options.requestedBy;
    record.command.notAfter = options.notAfter;
    record.command.progress = records::isInstallation(body);
    record.createdAt = m_clock.wallUtc();
    record.requestedBy = options.requestedBy;
    record.title = options.title;
    Entry &entry = m_issued.insert(record);
    entry.isLoaded = true;
    for (const QString &jid : jids) {
        if (!entry.rows.contains(jid)) {
            records::CommandTarget target;
            target.jid = jid;
            addTarget(entry, target);
        }
    }
    const bool isForOne = entry.targets.size() == 1;
    Q_EMIT commandAdded(number);
    Q_EMIT happened({0, record.createdAt, records::ActivityKind::CommandSent,
                     isForOne ? entry.targets.front().jid : QString(), number, commandName(body), record.title,
                     sentBy(record.requestedBy)});
    sendWhenStored(number);
    return number;
}

CommandNo CommandLog::reserveNumber()
{
    return m_numbers.take(
        [this](CommandNo candidate) { return m_issued.isAtHand(candidate) || m_store.command(candidate); });
}

QString CommandLog::newRequest()
{
    return u"%1"_s.arg(QRandomGenerator::system()->generate64(), 16, 16, QLatin1Char('0'));
}

void CommandLog::enlist(const Agreed &agreed, const QStringList &jids)
{
    Entry *entry = entryOf(agreed.number);
    if (!entry) {
        records::IssuedCommand record;
        record.number = agreed.number;
        record.command = agreed.command;
        record.command.number = agreed.number;
        record.command.progress = records::isInstallation(agreed.command.body);
        record.createdAt = agreed.createdAt;
        record.requestedBy = agreed.command.by;
        record.title = agreed.title;
        entry = &m_issued.insert(record);
        entry->isLoaded = true;
        Q_EMIT commandAdded(agreed.number);
        Q_EMIT happened({0,
                         m_clock.wallUtc(),
                         records::ActivityKind::CommandSent,
                         {},
                         agreed.number,
                         commandName(agreed.command.body),
                         agreed.title,
                         sentBy(agreed.command.by)});
    }
    entry->record.isOwn = true;
    entry->record.title = agreed.title;
    m_issued.loaded(*entry);
    for (const QString &jid : jids) {
        if (!entry->rows.contains(jid)) {
            records::CommandTarget target;
            target.jid = jid;
            addTarget(*entry, target);
        }
    }
    sendWhenStored(agreed.number);
}

void CommandLog::sendWhenStored(CommandNo number)
{
    flush();
    // A watcher and not a continuation, because a continuation must not outlive its object.
    auto *watcher = new QFutureWatcher<Outcome>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, number] {
        watcher->deleteLater();
        onStored(number, watcher->result());
    });
    watcher->setFuture(m_store.flush());
}

void CommandLog::onStored(CommandNo number, const Outcome &outcome)
{
    if (outcome) {
        Q_EMIT targetsQueued(number);
        return;
    }
    // What isn't persisted is not sent: after a restart it would be unknown.
    for (const int row : openRows(number)) {
        const Place place{entryOf(number), row};
        finish(place, records::Problem(outcome.error()).withContext(FactCode::NotPersisted));
    }
}

QStringList CommandLog::withdraw(CommandNo number)
{
    QStringList others;
    for (const int row : openRows(number)) {
        const Place place{entryOf(number), row};
        records::CommandTarget &target = place.target();
        if (target.state == records::TargetState::Queued && target.attempts == 0) {
            finish(place, {ErrorCode::Cancelled, FactCode::Withdrawn});
        } else {
            others += target.jid;
        }
    }
    return others;
}

const records::IssuedCommand *CommandLog::find(CommandNo number) const
{
    const Entry *entry = m_issued.find(number);
    return entry ? &entry->record : nullptr;
}

const QList<records::CommandTarget> &CommandLog::targets(CommandNo number)
{
    static const QList<records::CommandTarget> none;
    Entry *entry = entryOf(number);
    return entry ? m_issued.loaded(*entry).targets : none;
}

const records::CommandTarget *CommandLog::target(CommandNo number, const QString &jid)
{
    const Place place = placeOf(number, jid);
    return place ? &place.target() : nullptr;
}

QSet<int> CommandLog::openRows(CommandNo number) const
{
    const Entry *entry = m_issued.find(number);
    return entry ? entry->open : QSet<int>();
}

void CommandLog::markHandedOver(CommandNo number, const QString &jid)
{
    if (const Place place = openPlaceOf(number, jid)) {
        records::CommandTarget &target = place.target();
        ++target.attempts;
        target.sentAt = m_clock.wallUtc();
        if (!target.firstSentAt.isValid()) {
            target.firstSentAt = target.sentAt;
        }
        changed(place);
    }
}

void CommandLog::markSent(CommandNo number, const QString &jid, bool deviceOnline)
{
    const Place place = openPlaceOf(number, jid);
    if (place && place.target().state == records::TargetState::Queued) {
        setState(place, deviceOnline ? records::TargetState::Delivered : records::TargetState::Sent);
    }
}

void CommandLog::markNotSent(CommandNo number, const QString &jid)
{
    const Place place = openPlaceOf(number, jid);
    if (place && place.target().state < records::TargetState::Running) {
        setState(place, records::TargetState::Queued);
    }
}

void CommandLog::markDelivered(CommandNo number, const QString &jid)
{
    const Place place = openPlaceOf(number, jid);
    if (place && place.target().state == records::TargetState::Sent) {
        setState(place, records::TargetState::Delivered);
    }
}

void CommandLog::markUndeliverable(CommandNo number, const QString &jid, const QString &why)
{
    const Place place = openPlaceOf(number, jid);
    if (place && place.target().state < records::TargetState::Running) {
        finish(place, {ErrorCode::NotFound, FactCode::Undeliverable, {}, why});
    }
}

void CommandLog::markDone(CommandNo number, const QString &jid)
{
    if (const Place place = openPlaceOf(number, jid)) {
        finish(place, records::TargetState::Done, m_clock.wallUtc());
    }
}

void CommandLog::markFailed(CommandNo number, const QString &jid, const records::Problem &why)
{
    if (const Place place = openPlaceOf(number, jid)) {
        finish(place, why);
    }
}

void CommandLog::markExpired(CommandNo number, const QString &jid)
{
    if (const Place place = openPlaceOf(number, jid)) {
        place.target().remarks.clear();
        place.target().facts = {{FactCode::NotAnswered, {}}};
        place.target().error = ErrorCode::Expired;
        finish(place, records::TargetState::Expired, m_clock.wallUtc());
    }
}

bool CommandLog::apply(const QString &jid, const CommandResult &result, const Arrival &arrival)
{
    const Place place = answeredPlace(result.number, jid, {result.command, result.request, arrival});
    if (!place) {
        return false;
    }
    records::CommandTarget &target = place.target();
    if (target.state == records::TargetState::Done ||
        (target.state == records::TargetState::Failed && target.repliedAt.isValid())) {
        return false;
    }
    target.repliedAt = arrival.stamp;
    target.remarks = result.remarks;
    target.facts.clear();
    target.log = result.log;
    target.error = result.success ? std::nullopt : std::optional(result.error.value_or(ErrorCode::Internal));
    finish(place, result.success ? records::TargetState::Done : records::TargetState::Failed, arrival.stamp);
    return true;
}

bool CommandLog::apply(const QString &jid, const ProgressReport &progress, const Arrival &arrival)
{
    const Place place = answeredPlace(progress.number, jid, {{}, progress.request, arrival});
    if (!place || isFinal(place.target().state)) {
        return false;
    }
    records::CommandTarget &target = place.target();
    target.repliedAt = arrival.stamp;
    target.deviceState = progress.state;
    // Steps without a measure stay at 0; "confirming, 0 %" would look like a standstill.
    target.percent = progress.percent > 0 ? progress.percent : -1;
    target.facts = waitFacts(progress, place.entry->record.command);
    target.remarks = target.facts.isEmpty() ? progress.remarks : QString();
    setState(place, records::TargetState::Running);
    return true;
}

void CommandLog::observe(const Command &command, const QString &toJid, const QDateTime &stamp, const QString &byWhom)
{
    if (!command.number) {
        return;
    }
    const CommandNo number = *command.number;
    Entry *entry = entryOf(number);
    if (!entry) {
        m_numbers.avoid(number);
        records::IssuedCommand record;
        record.number = number;
        record.command = command;
        record.createdAt = stamp;
        // An older program names no operator.
        record.requestedBy = command.by.isEmpty() ? byWhom : command.by;
        record.isOwn = false;
        entry = &m_issued.insert(record);
        entry->isLoaded = true;
        Q_EMIT commandAdded(number);
        Q_EMIT happened({0,
                         stamp,
                         records::ActivityKind::CommandSent,
                         toJid,
                         number,
                         commandName(command.body),
                         {},
                         sentBy(record.requestedBy)});
    } else if (entry->record.command.body != command.body || entry->record.command.request != command.request) {
        m_numbers.avoid(number);
        qCWarning(lcCommands).noquote() << "command" << number << "to" << toJid << "from" << byWhom
                                        << "is another one than the command known under this number";
        return;
    }
    if (m_issued.loaded(*entry).rows.contains(toJid)) {
        // Our own program, or one that shares the store: the server has it now.
        if (const Place place = openPlaceOf(number, toJid); place && !place.target().firstSentAt.isValid()) {
            place.target().attempts = std::max(1, place.target().attempts);
            place.target().sentAt = stamp;
            place.target().firstSentAt = stamp;
            changed(place);
        }
        markSent(number, toJid, false);
        return;
    }
    addTarget(*entry, sentAt(toJid, stamp));
}

CommandLog::Entry *CommandLog::entryOf(CommandNo number)
{
    const bool isAtHand = m_issued.isAtHand(number);
    Entry *entry = m_issued.entryOf(number);
    if (entry && !isAtHand) {
        Q_EMIT commandAdded(number);
    }
    return entry;
}

CommandLog::Place CommandLog::placeOf(CommandNo number, const QString &jid)
{
    Entry *entry = entryOf(number);
    const int row = entry ? m_issued.loaded(*entry).rows.value(jid, -1) : -1;
    return row < 0 ? Place{} : Place{entry, row};
}

CommandLog::Place CommandLog::openPlaceOf(CommandNo number, const QString &jid)
{
    const Place place = placeOf(number, jid);
    return place && !isFinal(place.target().state) ? place : Place{};
}

CommandLog::Place CommandLog::answeredPlace(CommandNo number, const QString &jid, const ReplyMark &mark)
{
    Place place = placeOf(number, jid);
    if (Entry *entry = place ? nullptr : entryOf(number);
        entry && !mark.request.isEmpty() && mark.request == entry->record.command.request) {
        // Nothing is known of the sending to this device, as when the archive has lost it; the reply proves it.
        place = addTarget(*entry, sentAt(jid, mark.arrival.stamp));
    }
    if (!place) {
        m_numbers.avoid(number);
        return {};
    }
    if (!place.target().firstSentAt.isValid()) {
        learnOfSending(place);
    }
    if (!canAnswer(mark, place.entry->record, place.target())) {
        qCDebug(lcCommands).noquote() << jid << "sent a reply under the number" << number
                                      << "that answers another command";
        return {};
    }
    return place;
}

// By a program that shares the store.
void CommandLog::learnOfSending(const Place &place)
{
    const QList<records::CommandTarget> stored = m_store.targets(place.number());
    const auto it = std::ranges::find(stored, place.target().jid, &records::CommandTarget::jid);
    if (it != stored.end() && it->firstSentAt.isValid()) {
        place.target().attempts = it->attempts;
        place.target().sentAt = it->sentAt;
        place.target().firstSentAt = it->firstSentAt;
    }
}

CommandLog::Place CommandLog::addTarget(Entry &entry, const records::CommandTarget &target)
{
    const Place place = m_issued.addTarget(entry, target);
    changed(place);
    return place;
}

void CommandLog::setState(const Place &place, records::TargetState state)
{
    m_issued.setState(place, state);
    changed(place);
}

void CommandLog::finish(const Place &place, records::TargetState state, const QDateTime &at)
{
    records::CommandTarget &target = place.target();
    target.finishedAt = at;
    target.percent = -1;
    target.deviceState.clear();
    m_issued.close(place);
    const records::ActivityKind kind = state == records::TargetState::Done     ? records::ActivityKind::CommandDone
                                       : state == records::TargetState::Failed ? records::ActivityKind::CommandFailed
                                                                               : records::ActivityKind::CommandExpired;
    const records::ActivityEntry entry{0,
                                       at,
                                       kind,
                                       target.jid,
                                       place.number(),
                                       commandName(place.entry->record.command.body),
                                       target.remarks,
                                       target.facts};
    setState(place, state);
    Q_EMIT happened(entry);
}

void CommandLog::finish(const Place &place, const records::Problem &problem)
{
    place.target().facts = problem.facts;
    place.target().remarks = problem.text;
    place.target().error = problem.error;
    finish(place, records::TargetState::Failed, m_clock.wallUtc());
}

void CommandLog::changed(const Place &place)
{
    place.entry->dirty.insert(place.row);
    m_dirty.insert(place.number());
    if (!m_flushTimer.isActive()) {
        m_flushTimer.start();
    }
    Q_EMIT targetChanged(place.number(), place.target().jid);
}

void CommandLog::flush()
{
    m_flushTimer.stop();
    for (const CommandNo number : std::exchange(m_dirty, {})) {
        Entry &entry = *m_issued.entryOf(number);
        m_store.keep(entry.record);
        QList<int> rows = std::exchange(entry.dirty, {}).values();
        std::ranges::sort(rows);
        for (const int row : rows) {
            m_store.keep(number, row, entry.targets.at(row));
        }
        Q_EMIT commandChanged(number, rows);
    }
}

} // namespace sgn::core
