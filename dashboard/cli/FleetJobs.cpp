// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/FleetJobs.h"

#include "cli/Json.h"
#include "cli/Tones.h"
#include "protocol/Version.h"
#include "wording/Attention.h"
#include "wording/Csv.h"
#include "wording/Durations.h"
#include "wording/Problems.h"
#include "wording/Processes.h"

#include <algorithm>
#include <QJsonArray>

namespace sgn::cli {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto askedAgainAfter = 5s;

TextCell seenCell(const records::Device &device, const QDateTime &now)
{
    if (!device.lastSeen.isValid()) {
        return {u"never"_s, Tone::Quiet};
    }
    return device.online ? u"now"_s : wording::agoText(device.lastSeen.secsTo(now));
}

TextCell stateCell(const records::Device &device)
{
    if (device.online) {
        return device.notAnswering ? TextCell(u"not answering"_s, Tone::Doubtful) : TextCell(u"online"_s, Tone::Good);
    }
    return {u"offline"_s, Tone::Quiet};
}

TextCell versionCell(const records::Device &device, const QString &name, const QDateTime &now)
{
    const records::DeviceProcess *process = device.process(name);
    if (!process) {
        return {u"-"_s, Tone::Quiet};
    }
    QString text = versionOf(process->report);
    if (process->report.isDead) {
        text += u" dead"_s;
        if (process->deadSince.isValid()) {
            text += u' ' + wording::durationText(process->deadSince.secsTo(now));
        }
    } else if (const auto wanted = device.wantedVersion(name); wanted && device.isUpdating()) {
        text += u" \u2192 %1"_s.arg(*wanted);
    }
    const bool isDown = process->report.isDead || process->report.state == ProcessState::CrashLoop;
    return {text, isDown ? Tone::Bad : device.isBehind(name) ? Tone::Doubtful : Tone::Plain};
}

TextCell releaseCell(const records::Device &device, Component component)
{
    const ReportedVersion version = device.releaseVersion(component);
    if (!version.isKnown()) {
        return {u"-"_s, Tone::Quiet};
    }
    const bool isBehind = device.isBehind() && device.update->target->component == component;
    return {version.text(), isBehind ? Tone::Doubtful : Tone::Plain};
}

// In the natural order of the names: meter-2 before meter-10.
QList<int> sortedRows(const core::Fleet &fleet, const std::function<bool(const records::Device &)> &wanted)
{
    QList<int> rows;
    for (int index = 0; index < fleet.count(); ++index) {
        if (wanted(fleet.at(index))) {
            rows += index;
        }
    }
    std::ranges::sort(rows, [&fleet](int one, int other) {
        const records::Device &a = fleet.at(one);
        const records::Device &b = fleet.at(other);
        const int order = compareVersions(a.name(), b.name());
        return order < 0 || (order == 0 && a.jid < b.jid);
    });
    return rows;
}

Table fleetTable(const core::Fleet &fleet, const QList<int> &rows, const QDateTime &now)
{
    const QStringList names = fleet.processNames();
    QStringList titles{u"DEVICE"_s, u"STATE"_s, u"SEEN"_s};
    for (const QString &name : names) {
        titles += plain(name);
    }
    Table table(titles + QStringList{u"AGENT"_s, u"WHY"_s});
    for (const int row : rows) {
        const records::Device &device = fleet.at(row);
        QList<TextCell> cells{device.name().toString(), stateCell(device), seenCell(device, now)};
        for (const QString &name : names) {
            cells += versionCell(device, name, now);
        }
        const records::Attention why = attentionOf(device);
        table.add(cells + QList<TextCell>{releaseCell(device, Component::JabberClient),
                                          {wording::reasonText(device, why, now), toneOf(why.level)}});
    }
    return table;
}

QJsonObject fleetJson(const core::Fleet &fleet, const QList<int> &rows, const QDateTime &now, bool isConnected)
{
    QJsonArray devices;
    for (const int row : rows) {
        devices += toJson(fleet.at(row), now);
    }
    return {{u"connected"_s, isConnected}, {u"summary"_s, toJson(fleet.summary())}, {u"devices"_s, devices}};
}

} // namespace

StateJob::StateJob(const Terms &terms, After after)
    : Job(terms)
    , m_after(after)
{}

void StateJob::start()
{
    const auto show = [this] {
        print();
        finish(ExitDone);
    };
    if (m_after == After::Connected) {
        whenConnected(show);
    } else if (m_after == After::Reported) {
        whenConnected([this, show] { whenReported(show); });
    } else {
        whenConnected([this, show] { whenReported([this, show] { whenShared(show); }); });
    }
}

void StateJob::onNoConnection(const Error &reason)
{
    print();
    output().report(wording::sentence(reason) + u"; this is the last known state"_s);
    finish(ExitFailed);
}

void StateJob::onTimeout()
{
    print();
    Job::onTimeout();
}

DevicesJob::DevicesJob(const Terms &terms, core::DeviceQuery which, Format format)
    : StateJob(terms, format == Format::Csv ? After::Shared : After::Reported)
    , m_which(std::move(which))
    , m_format(format)
{}

void DevicesJob::print()
{
    const core::Fleet &fleet = panel().fleet();
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const QList<int> rows =
        sortedRows(fleet, [this](const records::Device &device) { return m_which.matches(device); });
    if (m_format == Format::Csv) {
        QList<const records::Device *> devices;
        for (const int row : rows) {
            devices += &fleet.at(row);
        }
        output().bytes(wording::fleetCsv(devices, fleet.processNames(), now));
    } else {
        output().result(fleetTable(fleet, rows, now), fleetJson(fleet, rows, now, panel().session().isOnline()));
    }
    if (const int waiting = panel().membership().newcomers().count()) {
        output().report(u"%1 new, not accepted yet; 'sgnctl devices --new' lists them"_s.arg(waiting));
    }
}

DeadJob::DeadJob(const Terms &terms)
    : StateJob(terms, After::Reported)
{}

void DeadJob::print()
{
    const core::Fleet &fleet = panel().fleet();
    const QDateTime now = QDateTime::currentDateTimeUtc();
    Table table({u"DEVICE"_s, u"PROCESS"_s, u"VERSION"_s, u"DEAD FOR"_s, u"RESTARTS 24 H"_s, u"CAUSE"_s});
    QJsonArray dead;
    for (const int row : sortedRows(fleet, [](const records::Device &device) { return device.deadCount() > 0; })) {
        const records::Device &device = fleet.at(row);
        for (const records::DeviceProcess &process : device.processes) {
            const ProcessReport &report = process.report;
            if (!report.isDead) {
                continue;
            }
            const QString since =
                process.deadSince.isValid() ? wording::durationText(process.deadSince.secsTo(now)) : u"?"_s;
            const QString cause = !report.problem.isEmpty() ? report.problem
                                  : report.lastExit         ? wording::deathText(*report.lastExit)
                                                            : QString();
            table.add({device.name().toString(),
                       {report.name, Tone::Bad},
                       versionOf(report),
                       since,
                       report.restarts24h ? QString::number(*report.restarts24h) : u"-"_s,
                       {cause, Tone::Doubtful}});
            QJsonObject object = sgn::toJson(report);
            object[u"jid"_s] = device.jid;
            object[u"dead_since"_s] = process.deadSince.toString(Qt::ISODateWithMs);
            dead += object;
        }
    }
    output().result(table, {{u"connected"_s, panel().session().isOnline()}, {u"dead"_s, dead}});
}

VersionsJob::VersionsJob(const Terms &terms, QStringList names, Patience patience)
    : Job(terms)
    , m_names(std::move(names))
    , m_patience(patience)
{}

void VersionsJob::start()
{
    connect(&panel().session(), &core::PanelSession::reportReceived, this, [this](const QString &jid) {
        m_answered += jid;
        check();
    });
    connect(&panel().fleet(), &core::Fleet::devicesChanged, this, &VersionsJob::check);
    whenConnected([this] { ask(); });
}

void VersionsJob::ask()
{
    m_jids = m_names.isEmpty() ? allDevices() : resolve(m_names);
    // The session has asked those that just came online.
    m_hasAsked = true;
    m_again.callOnTimeout(this, &VersionsJob::askAgain);
    m_again.start(askedAgainAfter);
    check();
}

// A server that took a question may lose it, or the answer, without a word.
void VersionsJob::askAgain()
{
    QStringList awaited = m_jids;
    awaited.removeIf([this](const QString &jid) { return !isAwaited(jid); });
    panel().session().requestVersions(awaited);
}

bool VersionsJob::isAwaited(const QString &jid)
{
    if (m_answered.contains(jid)) {
        return false;
    }
    const records::Device *device = panel().fleet().find(jid);
    return m_patience == Patience::All || (device && device->online);
}

void VersionsJob::check()
{
    if (!isFinished() && m_hasAsked &&
        std::ranges::none_of(m_jids, [this](const QString &jid) { return isAwaited(jid); })) {
        print();
    }
}

void VersionsJob::onTimeout()
{
    print();
}

void VersionsJob::print()
{
    m_hasAsked = false;
    m_again.stop();
    const core::Fleet &fleet = panel().fleet();
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const QStringList names = fleet.processNames();
    Table table(QStringList{u"DEVICE"_s, u"ANSWER"_s} + names + QStringList{u"AGENT"_s, u"WATCHDOG"_s});
    QJsonArray devices;
    QStringList silent;
    m_jids.sort();
    for (const QString &jid : std::as_const(m_jids)) {
        const records::Device *device = fleet.find(jid);
        const bool hasAnswered = m_answered.contains(jid);
        const bool isOnline = device && device->online;
        // An offline device fails the command only for who asked for it.
        if (!hasAnswered && (isOnline || !m_names.isEmpty() || m_patience == Patience::All)) {
            silent += jid;
        }
        records::Device known = device ? *device : records::Device();
        known.jid = jid;
        const TextCell answer = hasAnswered ? TextCell(u"now"_s, Tone::Good)
                                : isOnline  ? TextCell(u"none"_s, Tone::Doubtful)
                                            : TextCell(u"offline"_s, Tone::Quiet);
        QList<TextCell> cells{known.name().toString(), answer};
        for (const QString &name : names) {
            cells += versionCell(known, name, now);
        }
        cells += {releaseCell(known, Component::JabberClient), releaseCell(known, Component::WatchDog)};
        table.add(cells);
        QJsonObject object = toJson(known, now);
        object[u"answered"_s] = hasAnswered;
        devices += object;
    }
    output().result(table, {{u"devices"_s, devices}});
    if (!silent.isEmpty()) {
        output().report(
            u"%1 of %2 devices didn't answer: %3; what is shown for them is the last known state"_s.arg(silent.size())
                .arg(m_jids.size())
                .arg(someOf(silent)));
    }
    finish(silent.isEmpty() ? ExitDone : ExitFailed);
}

} // namespace sgn::cli
