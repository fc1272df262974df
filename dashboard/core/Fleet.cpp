// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/Fleet.h"

#include "core/ProcessTransition.h"

#include <algorithm>
#include <QSet>

namespace sgn::core {

namespace {

constexpr std::chrono::milliseconds collectFor{50};
constexpr qsizetype maxUnreadable = 300;

} // namespace

Fleet::Fleet(const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
{
    m_flushTimer.setSingleShot(true);
    m_flushTimer.setInterval(collectFor);
    connect(&m_flushTimer, &QTimer::timeout, this, &Fleet::flush);
}

const records::Device *Fleet::find(const QString &jid) const
{
    const int index = indexOf(jid);
    return index < 0 ? nullptr : &at(index);
}

QStringList Fleet::processNames() const
{
    return m_processes.mostUsed(maxProcessColumns);
}

VersionCounts Fleet::versionsOf(const QString &processName) const
{
    return m_processes.versionsOf(processName);
}

int Fleet::highestVersion(const QString &processName) const
{
    return m_processes.highestVersion(processName);
}

int Fleet::highestVersion(Component component) const
{
    int highest = 0;
    for (const records::Device &device : m_devices) {
        highest = std::max(highest, device.releaseVersion(component).number().value_or(0));
    }
    return highest;
}

void Fleet::restore(std::vector<records::Device> devices)
{
    m_devices = std::move(devices);
    m_slots.assign(m_devices.size(), Slot{});
    for (records::Device &restored : m_devices) {
        restored.online = false;
    }
    rebuild();
}

// Everything that follows from the devices.
void Fleet::rebuild()
{
    m_index.clear();
    m_identities.clear();
    m_processes.clear();
    m_dirty.clear();
    m_summary = {};
    m_index.reserve(static_cast<qsizetype>(m_devices.size()));
    for (int index = 0; index < count(); ++index) {
        records::Device &present = device(index);
        m_index.insert(present.jid, index);
        m_identities.restore(present);
        m_factTexts.share(present.facts);
        for (records::DeviceProcess &process : present.processes) {
            process.report.name = m_processes.add(process.report);
        }
        slotOf(index).share = {};
        recount(index);
    }
    m_publishedCount = count();
    m_publishedSummary = m_summary;
    m_publishedNames = processNames();
    (void)m_processes.takeChange();
    m_flushTimer.stop();
    Q_EMIT reset();
    Q_EMIT processNamesChanged();
    Q_EMIT summaryChanged(m_summary);
}

int Fleet::add(const QString &jid)
{
    records::Device added;
    added.jid = jid;
    return add(std::move(added));
}

int Fleet::add(records::Device added)
{
    if (const int known = indexOf(added.jid); known >= 0) {
        return known;
    }
    const int index = count();
    const QString jid = added.jid;
    added.online = false;
    for (records::DeviceProcess &process : added.processes) {
        process.report.name = m_processes.add(process.report);
    }
    // Binds its id anew: another device may have taken it meanwhile.
    const QString id = std::exchange(added.rpiUniqueId, {});
    added.conflictWith.clear();
    m_devices.push_back(std::move(added));
    m_slots.emplace_back();
    m_index.insert(jid, index);
    if (m_isSettled) {
        noteAbsence(index);
    }
    const QDateTime now = m_clock.wallUtc();
    bindIdentity(index, id, now);
    changed(index, records::DeviceChange::Identity);
    Q_EMIT happened({0, now, records::ActivityKind::DeviceAdded, jid, 0, {}, {}});
    return index;
}

void Fleet::remove(const QStringList &jids)
{
    flush();
    QSet<QString> leaving;
    for (const QString &jid : jids) {
        if (indexOf(jid) >= 0) {
            leaving.insert(jid);
        }
    }
    if (leaving.isEmpty()) {
        return;
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < m_devices.size(); ++i) {
        if (leaving.contains(m_devices[i].jid)) {
            continue;
        }
        // The one that had the id first is gone.
        if (leaving.contains(m_devices[i].conflictWith)) {
            m_devices[i].conflictWith.clear();
            m_slots[i].dirty |= records::DeviceChange::Identity;
        }
        if (kept != i) {
            m_devices[kept] = std::move(m_devices[i]);
            m_slots[kept] = std::move(m_slots[i]);
        }
        ++kept;
    }
    m_devices.resize(kept);
    m_slots.resize(kept);
    rebuild();
    for (int index = 0; index < count(); ++index) {
        if (const records::DeviceChanges what = std::exchange(slotOf(index).dirty, {})) {
            changed(index, what);
        }
    }
    for (const QString &jid : std::as_const(leaving)) {
        Q_EMIT happened({0, m_clock.wallUtc(), records::ActivityKind::DeviceRetired, jid, 0, {}, {}});
    }
}

void Fleet::setContact(const QString &jid, bool isContact)
{
    const int index = indexOf(jid);
    if (index >= 0 && at(index).isContact != isContact) {
        device(index).isContact = isContact;
        changed(index, records::DeviceChange::Contact);
    }
}

QString Fleet::nameOf(const QString &jid) const
{
    const records::Device *device = find(jid);
    return device ? device->name().toString() : jid.left(jid.indexOf(u'@'));
}

void Fleet::setLabel(const QString &jid, const QString &label, const QStringList &tags)
{
    const int index = indexOf(jid);
    if (index >= 0 && (at(index).label != label || at(index).tags != tags)) {
        device(index).label = label;
        device(index).tags = tags;
        changed(index, records::DeviceChange::Label);
    }
}

void Fleet::setNotes(const QString &jid, const records::DeviceNotes &notes)
{
    const int index = indexOf(jid);
    if (index >= 0 && at(index).notes != notes) {
        device(index).notes = notes;
        changed(index, records::DeviceChange::Notes);
    }
}

void Fleet::setPresence(const QString &jid, bool online)
{
    const int index = add(jid);
    const bool wasByPresence = std::exchange(slotOf(index).byPresence, online);
    if (!online && !wasByPresence && !slotOf(index).isUnsettled) {
        // The server never showed it; its own messages count for more.
        return;
    }
    setOnline(index, online);
}

void Fleet::beginPresence()
{
    m_isSettling = true;
    m_isSettled = false;
    for (int index = 0; index < count(); ++index) {
        slotOf(index).isUnsettled = at(index).online;
        slotOf(index).byPresence = false;
    }
}

void Fleet::settlePresence()
{
    for (int index = 0; index < count(); ++index) {
        if (slotOf(index).isUnsettled) {
            setOnline(index, false);
        }
        if (!at(index).online) {
            noteAbsence(index);
        }
    }
    m_isSettling = false;
    m_isSettled = true;
}

void Fleet::forgetPresence()
{
    beginPresence();
    settlePresence();
    for (Slot &slot : m_slots) {
        slot.absentSince.reset();
    }
    m_isSettled = false;
}

std::optional<std::chrono::milliseconds> Fleet::absentFor(const QString &jid) const
{
    const int index = indexOf(jid);
    const auto since = index < 0 ? std::nullopt : m_slots[static_cast<std::size_t>(index)].absentSince;
    return since ? std::optional(m_clock.monotonic() - *since) : std::nullopt;
}

void Fleet::noteAbsence(int index)
{
    if (!slotOf(index).absentSince) {
        slotOf(index).absentSince = m_clock.monotonic();
    }
}

void Fleet::expireSilent(std::chrono::milliseconds limit)
{
    const MonotonicTime now = m_clock.monotonic();
    for (int index = 0; index < count(); ++index) {
        const Slot &state = slotOf(index);
        if (at(index).online && !state.byPresence && !state.isUnsettled && now - state.lastLiveAt >= limit) {
            setOnline(index, false);
        }
    }
}

void Fleet::recordMessage(const QString &jid, const QString &from, const Arrival &arrival)
{
    recordMessage(add(jid), from, arrival);
}

void Fleet::recordMessage(int index, const QString &from, const Arrival &arrival)
{
    bindIdentity(index, from, arrival.stamp);
    records::Device &sender = device(index);
    if (!sender.lastSeen.isValid() || sender.lastSeen < arrival.stamp) {
        sender.lastSeen = arrival.stamp;
        changed(index, records::DeviceChange::Seen);
    }
    if (arrival.isLive) {
        slotOf(index).lastLiveAt = m_clock.monotonic();
        setOnline(index, true);
        setNotAnswering(index, false);
    } else if (std::optional<MonotonicTime> &since = slotOf(index).absentSince) {
        const std::chrono::milliseconds age(std::max<qint64>(0, arrival.stamp.msecsTo(m_clock.wallUtc())));
        since = std::max(*since, m_clock.monotonic() - age); // it was there while the link of this desk was cut
    }
}

void Fleet::apply(const QString &jid, const VersionReport &report, const Arrival &arrival)
{
    const int index = add(jid);
    recordMessage(index, report.from, arrival);
    records::Device &sender = device(index);
    NewsOrder &news = slotOf(index).news;
    if (news.isReportOutdated(sender.lastReport, arrival)) {
        return;
    }
    sender.isModern = sender.isModern || report.facts != DeviceFacts{} ||
                      std::ranges::any_of(report.processes, [](const ProcessReport &process) {
                          return process.state != ProcessState::Unknown;
                      });
    news.noteReport(arrival);
    setProcesses(index, report.processes, arrival.stamp);
    setFacts(index, report.facts);
    sender.lastReport = arrival.stamp;
}

void Fleet::apply(const QString &jid, const ProcessEvent &event, const Arrival &arrival)
{
    const int index = add(jid);
    recordMessage(index, event.from, arrival);
    records::Device &sender = device(index);
    NewsOrder &news = slotOf(index).news;
    if (news.isEventOutdated(sender.lastReport, event.process.name, arrival)) {
        return;
    }
    news.noteEvent(event.process.name, arrival);
    sender.isModern = true;
    QList<ProcessReport> reports;
    reports.reserve(sender.processes.size() + 1);
    bool isKnown = false;
    for (const records::DeviceProcess &process : std::as_const(sender.processes)) {
        const bool isIt = process.report.name == event.process.name;
        reports += isIt ? event.process : process.report;
        isKnown = isKnown || isIt;
    }
    if (!isKnown && reports.size() < maxProcesses) {
        reports += event.process;
    }
    setProcesses(index, reports, arrival.stamp);
}

void Fleet::setNotAnswering(const QString &jid, bool notAnswering)
{
    if (const int index = indexOf(jid); index >= 0) {
        setNotAnswering(index, notAnswering);
    }
}

void Fleet::setNotAnswering(int index, bool notAnswering)
{
    if (device(index).notAnswering != notAnswering) {
        device(index).notAnswering = notAnswering;
        if (notAnswering) {
            noteAbsence(index);
        } else if (at(index).online) {
            slotOf(index).absentSince.reset();
        }
        changed(index, records::DeviceChange::Presence);
    }
}

void Fleet::setUnreadable(const QString &jid, const QString &what)
{
    const int index = indexOf(jid);
    const QString text = what.left(maxUnreadable);
    if (index >= 0 && device(index).unreadable != text) {
        device(index).unreadable = text;
        changed(index, records::DeviceChange::Unreadable);
    }
}

void Fleet::setUpdate(const QString &jid, const records::DeviceUpdate &update)
{
    const int index = indexOf(jid);
    if (index < 0 || !update.target) {
        return;
    }
    std::optional<records::DeviceUpdate> &present = device(index).update;
    if (present && present->target && present->target->createdAt > update.target->createdAt) {
        return;
    }
    present = update;
    changed(index, records::DeviceChange::Update);
}

void Fleet::forgetUpdate(const QString &jid, Component component, const QDateTime &time)
{
    const int index = indexOf(jid);
    if (index < 0) {
        return;
    }
    std::optional<records::DeviceUpdate> &present = device(index).update;
    if (present && present->target && present->target->component == component && present->target->createdAt < time) {
        present.reset();
        changed(index, records::DeviceChange::Update);
    }
}

void Fleet::acceptIdentity(const QString &jid)
{
    const int index = indexOf(jid);
    if (index < 0) {
        return;
    }
    m_identities.accept(device(index));
    changed(index, records::DeviceChange::Identity);
}

void Fleet::bindIdentity(int index, const QString &from, const QDateTime &stamp)
{
    records::Device &sender = device(index);
    if (!m_identities.bind(sender, from)) {
        return;
    }
    if (!sender.conflictWith.isEmpty() || !sender.foreignFrom.isEmpty()) {
        const bool isConflict = !sender.conflictWith.isEmpty();
        const records::Fact claim =
            isConflict ? records::Fact{records::FactCode::ClaimsIdOf, {sender.rpiUniqueId, sender.conflictWith}}
                       : records::Fact{records::FactCode::SpokeAs, {sender.foreignFrom, sender.rpiUniqueId}};
        Q_EMIT happened({0, stamp, records::ActivityKind::IdentityProblem, sender.jid, 0, from, {}, {claim}});
    }
    changed(index, records::DeviceChange::Identity);
}

void Fleet::setOnline(int index, bool online)
{
    records::Device &subject = device(index);
    slotOf(index).isUnsettled = false;
    if (subject.online == online) {
        return;
    }
    const QDateTime now = m_clock.wallUtc();
    records::Facts offlineFor;
    if (online && subject.lastSeen.isValid() && subject.lastSeen.secsTo(now) >= 1) {
        offlineFor += {records::FactCode::OfflineFor, {QString::number(subject.lastSeen.secsTo(now))}};
    }
    subject.online = online;
    subject.notAnswering = false;
    if (online) {
        slotOf(index).absentSince.reset();
    } else {
        noteAbsence(index);
    }
    subject.onlineSince = online ? now : QDateTime();
    // Its last sign of life is the moment it left.
    subject.lastSeen = m_isSettling && !online ? subject.lastSeen : now;
    changed(index, records::DeviceChange::Presence);
    if (!m_isSettling) {
        const auto kind = online ? records::ActivityKind::CameOnline : records::ActivityKind::WentOffline;
        Q_EMIT happened({0, now, kind, subject.jid, 0, {}, {}, offlineFor});
    }
    if (online) {
        Q_EMIT cameOnline(at(index).jid);
    }
}

void Fleet::setProcesses(int index, const QList<ProcessReport> &reports, const QDateTime &stamp)
{
    const QList<records::DeviceProcess> before = std::exchange(device(index).processes, {});
    QList<records::DeviceProcess> after = processesAfter(before, reports, stamp);
    for (records::DeviceProcess &process : after) {
        const records::DeviceProcess *known = records::processNamed(before, process.report.name);
        process.report.name = known && haveSameVersion(known->report, process.report) ? known->report.name
                                                                                      : m_processes.add(process.report);
        const auto transitions = known ? transitionsBetween(known->report, process.report) : QList<ProcessTransition>();
        for (const ProcessTransition &transition : transitions) {
            Q_EMIT happened({0, stamp, transition.kind, at(index).jid, 0, process.report.name, transition.detail,
                             transition.facts});
        }
    }
    for (const records::DeviceProcess &process : before) {
        const records::DeviceProcess *present = records::processNamed(after, process.report.name);
        if (!present || !haveSameVersion(present->report, process.report)) {
            m_processes.remove(process.report);
        }
    }
    const bool isSame = before == after;
    device(index).processes = std::move(after);
    if (!isSame) {
        changed(index, records::DeviceChange::Processes);
    }
}

void Fleet::setFacts(int index, const DeviceFacts &facts)
{
    if (device(index).facts == facts) {
        return;
    }
    device(index).facts = facts;
    m_factTexts.share(device(index).facts);
    changed(index, records::DeviceChange::Facts);
}

void Fleet::changed(int index, records::DeviceChanges what)
{
    Slot &state = slotOf(index);
    if (!state.dirty) {
        m_dirty += index;
    }
    state.dirty |= what;
    if (what != records::DeviceChange::Seen) {
        recount(index);
    }
    if (!m_flushTimer.isActive()) {
        m_flushTimer.start();
    }
}

void Fleet::recount(int index)
{
    const FleetShare now = shareOf(at(index));
    replace(m_summary, std::exchange(slotOf(index).share, now), now);
}

void Fleet::flush()
{
    m_flushTimer.stop();
    QList<DeviceDelta> deltas;
    deltas.reserve(m_dirty.size());
    const int published = m_publishedCount;
    for (const int index : std::exchange(m_dirty, {})) {
        const records::DeviceChanges what = std::exchange(slotOf(index).dirty, {});
        deltas += DeviceDelta{index, what};
    }
    if (count() > published) {
        m_publishedCount = count();
        Q_EMIT devicesAdded(published, m_publishedCount - published);
    }
    if (m_processes.takeChange()) {
        if (const QStringList names = processNames(); names != m_publishedNames) {
            m_publishedNames = names;
            Q_EMIT processNamesChanged();
        }
    }
    if (!deltas.isEmpty()) {
        Q_EMIT devicesChanged(deltas);
    }
    if (m_summary != m_publishedSummary) {
        m_publishedSummary = m_summary;
        Q_EMIT summaryChanged(m_summary);
    }
}

} // namespace sgn::core
