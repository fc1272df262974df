// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/DeviceDetails.h"

#include "core/Panel.h"
#include "models/Age.h"
#include "models/Cell.h"
#include "models/DeviceForm.h"
#include "models/MapLink.h"
#include "wording/Durations.h"
#include "wording/Processes.h"

#include <algorithm>
#include <QLocale>

using namespace Qt::StringLiterals;

namespace sgn::models {

DeviceProcessModel::DeviceProcessModel(const Clock &clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_clock(clock)
{}

void DeviceProcessModel::show(const records::Device *device)
{
    QList<records::DeviceProcess> processes = device ? device->processes : QList<records::DeviceProcess>();
    std::stable_sort(processes.begin(), processes.end(),
                     [](const records::DeviceProcess &a, const records::DeviceProcess &b) {
                         return a.report.isDead > b.report.isDead;
                     });
    const QString jid = device ? device->jid : QString();
    if (jid == m_jid && processes.size() == m_processes.size()) {
        m_processes = processes;
        if (!m_processes.isEmpty()) {
            Q_EMIT dataChanged(index(0), index(rowCount() - 1));
        }
        return;
    }
    beginResetModel();
    m_jid = jid;
    m_processes = processes;
    endResetModel();
}

int DeviceProcessModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_processes.size());
}

QVariant DeviceProcessModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const records::DeviceProcess &process = m_processes.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case NameRole:
        return process.report.name;
    case VersionRole:
        return versionOf(process.report);
    case StateRole:
        return stateText(process);
    case ToneRole:
        return stateTone(process);
    case NoteRole:
        return noteText(process);
    case DeadRole:
        return process.report.isDead;
    case DeathRole:
        return causeText(process);
    case LinesRole:
        return process.report.lastExit ? process.report.lastExit->lastLines.join(u'\n') : QString();
    case JidRole:
        return m_jid;
    default:
        return {};
    }
}

QHash<int, QByteArray> DeviceProcessModel::roleNames() const
{
    return {{NameRole, "name"},   {VersionRole, "version"}, {StateRole, "stateText"},
            {ToneRole, "tone"},   {NoteRole, "note"},       {DeadRole, "dead"},
            {DeathRole, "death"}, {LinesRole, "lastLines"}, {JidRole, "jid"}};
}

QString DeviceProcessModel::stateText(const records::DeviceProcess &process)
{
    switch (process.report.state) {
    case ProcessState::Running:
        return tr("running");
    case ProcessState::Starting:
        return tr("starting");
    case ProcessState::Hung:
        return tr("hung");
    case ProcessState::Backoff:
        return tr("waits to restart");
    case ProcessState::CrashLoop:
        return tr("crash loop");
    case ProcessState::Held:
        return tr("held for an update");
    case ProcessState::Dead:
    case ProcessState::Unknown:
        break;
    }
    return process.report.isDead ? tr("dead") : tr("alive");
}

QString DeviceProcessModel::causeText(const records::DeviceProcess &process) const
{
    if (process.report.state == ProcessState::Hung) {
        return tr("no sign of life");
    }
    if (!process.report.lastExit) {
        return {};
    }
    const LastExit &exit = *process.report.lastExit;
    constexpr qint64 day = 24LL * 60 * 60;
    // The death of one that runs again is shown for as long as its restarts are counted.
    if (process.report.isDead) {
        return wording::deathText(exit);
    }
    return exit.at.secsTo(m_clock.wallUtc()) <= day
               ? tr("died %1: %2").arg(momentText(exit.at, m_clock.wallUtc()), wording::deathText(exit))
               : QString();
}

int DeviceProcessModel::stateTone(const records::DeviceProcess &process)
{
    if (process.report.isDead || process.report.state == ProcessState::CrashLoop) {
        return Cell::Bad;
    }
    switch (process.report.state) {
    case ProcessState::Starting:
    case ProcessState::Held:
        return Cell::Accent;
    case ProcessState::Hung:
    case ProcessState::Backoff:
        return Cell::Warning;
    default:
        return Cell::Good;
    }
}

QString DeviceProcessModel::noteText(const records::DeviceProcess &process) const
{
    QStringList parts;
    const QDateTime since =
        process.deadSince.isValid() ? process.deadSince : process.report.since.value_or(QDateTime());
    if (since.isValid()) {
        parts.append(tr("for %1").arg(ageText(since, m_clock.wallUtc())));
    }
    if (process.report.restarts24h && *process.report.restarts24h > 0) {
        parts.append(tr("%n restart(s) in 24 h", nullptr, *process.report.restarts24h));
    }
    return parts.join(u" · "_s);
}

void FactModel::show(const QList<Fact> &facts)
{
    if (facts == m_facts) {
        return;
    }
    if (facts.size() == m_facts.size()) {
        m_facts = facts;
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
        return;
    }
    beginResetModel();
    m_facts = facts;
    endResetModel();
}

int FactModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_facts.size());
}

QVariant FactModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const Fact &fact = m_facts.at(index.row());
    switch (role) {
    case LabelRole:
        return fact.label;
    case MapRole:
        return fact.map.toString();
    case Qt::DisplayRole:
    case ValueRole:
        return fact.value;
    default:
        return {};
    }
}

QHash<int, QByteArray> FactModel::roleNames() const
{
    return {{LabelRole, "label"}, {ValueRole, "value"}, {MapRole, "map"}};
}

DeviceDetails::DeviceDetails(core::Panel &panel, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_fleet(panel.fleet())
    , m_clock(clock)
    , m_processes(clock)
    , m_timeline(panel, clock)
{
    connect(&m_fleet, &core::Fleet::reset, this, &DeviceDetails::update);
    connect(&m_fleet, &core::Fleet::devicesChanged, this, [this](const QList<core::DeviceDelta> &deltas) {
        const int own = m_fleet.indexOf(m_jid);
        const auto isOwn = [own](const core::DeviceDelta &delta) {
            return delta.index == own;
        };
        if (std::any_of(deltas.cbegin(), deltas.cend(), isOwn)) {
            update();
        }
    });
}

void DeviceDetails::setJid(const QString &jid)
{
    if (jid == m_jid) {
        return;
    }
    m_jid = jid;
    m_timeline.setJid(jid);
    update();
    Q_EMIT jidChanged();
}

const records::Device *DeviceDetails::device() const
{
    return m_fleet.find(m_jid);
}

QString DeviceDetails::name() const
{
    return device() ? device()->name().toString() : QString();
}

QString DeviceDetails::account() const
{
    return device() && !device()->label.isEmpty() ? m_jid : QString();
}

QString DeviceDetails::notes() const
{
    return device() ? device()->notes.text : QString();
}

QString DeviceDetails::uniqueId() const
{
    return device() ? device()->rpiUniqueId : QString();
}

int DeviceDetails::dot() const
{
    if (!device()) {
        return Cell::NoDot;
    }
    return !device()->online ? Cell::Offline : device()->notAnswering ? Cell::Silent : Cell::Online;
}

QString DeviceDetails::status() const
{
    const records::Device *shown = device();
    if (!shown) {
        return {};
    }
    const QDateTime now = m_clock.wallUtc();
    if (!shown->online) {
        return shown->lastSeen.isValid() ? tr("Offline, last seen %1 ago").arg(ageText(shown->lastSeen, now))
                                         : tr("Offline, never seen");
    }
    if (shown->notAnswering) {
        return tr("Online, but not answering");
    }
    return isLongAgo(shown->onlineSince, now) ? tr("Online for %1").arg(ageText(shown->onlineSince, now))
                                              : tr("Online");
}

QString DeviceDetails::warning() const
{
    const records::Device *shown = device();
    if (!shown) {
        return {};
    }
    if (!shown->conflictWith.isEmpty()) {
        return tr("It claims the id of %1. One of the two cards is a copy.").arg(m_fleet.nameOf(shown->conflictWith));
    }
    if (!shown->foreignFrom.isEmpty()) {
        return tr("It sent a message in the name of %1.").arg(shown->foreignFrom);
    }
    return {};
}

QList<FactModel::Fact> DeviceDetails::factsOf(const records::Device &device) const
{
    const QLocale locale;
    const DeviceFacts &facts = device.facts;
    QList<FactModel::Fact> list;
    const auto add = [&list](const QString &label, const QString &value) {
        if (!value.isEmpty()) {
            list.append({label, value});
        }
    };
    const QDateTime now = m_clock.wallUtc();
    add(tr("Last report"), !device.lastReport.isValid()        ? tr("none yet")
                           : isLongAgo(device.lastReport, now) ? tr("%1 ago").arg(ageText(device.lastReport, now))
                                                               : tr("now"));
    add(tr("Tags"), device.tags.join(u", "));
    for (auto it = device.notes.fields.cbegin(); it != device.notes.fields.cend(); ++it) {
        if (const QString value = it.value().simplified(); !value.isEmpty()) {
            list.append({NoteFieldModel::labelOf(it.key()), value, mapLinkOf(it.key(), value)});
        }
    }
    add(tr("Model"), facts.model);
    add(tr("System"), facts.os);
    if (facts.agentVersion.isKnown()) {
        add(tr("Agent"), tr("version %1").arg(facts.agentVersion.text()));
    }
    if (facts.watchdogVersion.isKnown()) {
        add(tr("Watchdog"), tr("version %1").arg(facts.watchdogVersion.text()));
    }
    if (facts.uptimeS) {
        add(tr("Running for"), wording::durationText(*facts.uptimeS));
    }
    if (facts.diskFreeMb) {
        add(tr("Disk free"), locale.formattedDataSize(*facts.diskFreeMb * 1'000'000, 1, QLocale::DataSizeSIFormat));
    }
    if (facts.readOnly) {
        add(tr("Card"), tr("read-only"));
    }
    if (!facts.problem.isEmpty()) {
        add(tr("Problem"), facts.problem.simplified());
    }
    if (facts.processesOmitted > 0) {
        add(tr("Not shown"), tr("%n process(es) for which the report had no room", nullptr, facts.processesOmitted));
    }
    if (facts.memAvailableMb) {
        add(tr("Memory free"),
            locale.formattedDataSize(*facts.memAvailableMb * 1'000'000, 1, QLocale::DataSizeSIFormat));
    }
    if (facts.temperatureC) {
        add(tr("Temperature"), tr("%1 °C").arg(locale.toString(*facts.temperatureC, 'f', 0)));
    }
    constexpr double notableOffset = 2;
    if (facts.clockOffsetS && std::abs(*facts.clockOffsetS) >= notableOffset) {
        add(tr("Clock"), *facts.clockOffsetS > 0
                             ? tr("%1 ahead").arg(wording::durationText(static_cast<qint64>(*facts.clockOffsetS)))
                             : tr("%1 behind").arg(wording::durationText(static_cast<qint64>(-*facts.clockOffsetS))));
    }
    return list;
}

void DeviceDetails::refreshTexts()
{
    m_timeline.refreshTexts();
    update();
}

void DeviceDetails::update()
{
    const records::Device *shown = device();
    m_facts.show(shown ? factsOf(*shown) : QList<FactModel::Fact>());
    m_processes.show(shown);
    Q_EMIT changed();
}

} // namespace sgn::models
