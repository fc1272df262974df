// SPDX-License-Identifier: GPL-3.0-or-later
// What the panel needs for a large fleet, as one JSON object: `panel_bench make FOLDER DEVICES` fills a store, and
// `panel_bench measure FOLDER` opens it in a process of its own and works with it. `panel_bench ask PANEL_FILE DEVICES
// ROUNDS` signs in to a server with so many devices. Read by `bench`.
#include "base/Clock.h"
#include "base/JsonText.h"
#include "bench/BenchFleet.h"
#include "models/Workspace.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <limits>
#include <QCoreApplication>
#include <QEventLoop>
#include <QFile>
#include <QGuiApplication>
#include <random>
#include <vector>

using namespace sgn;
using namespace sgn::bench;
using namespace Qt::StringLiterals;

namespace {

constexpr int updates = 5;
constexpr int linesPerDevice = 5;

// Resident, without what is shared with files.
qint64 ownMemory()
{
    QFile status(u"/proc/self/status"_s);
    if (status.open(QIODevice::ReadOnly)) {
        for (const QByteArray &line : status.readAll().split('\n')) {
            if (line.startsWith("RssAnon:")) {
                return line.simplified().split(' ').value(1).toLongLong() * 1024;
            }
        }
    }
    return 0;
}

void reportAll(core::Fleet &fleet, int devices, int version, const QDateTime &at)
{
    for (int i = 0; i < devices; ++i) {
        fleet.apply(test::deviceJid(i), reportOf(i, version), {at});
    }
    fleet.flush();
}

struct Report
{
    QString jid;
    VersionReport content;
};

// In no order, as they come. Made before they are counted: parsing is another figure.
std::vector<Report> shuffledReports(int devices, int version)
{
    std::vector<Report> reports;
    reports.reserve(static_cast<std::size_t>(devices));
    for (int i = 0; i < devices; ++i) {
        reports.push_back({test::deviceJid(i), reportOf(i, version)});
    }
    std::ranges::shuffle(reports, std::mt19937(1)); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same order each time
    return reports;
}

// As from the network: some at a time, and the event loop between them, so that the store writes beside.
void receive(core::Fleet &fleet, const std::vector<Report> &reports, const Clock &clock)
{
    constexpr std::size_t atATime = 100;
    for (std::size_t i = 0; i < reports.size(); ++i) {
        fleet.apply(reports[i].jid, reports[i].content, {clock.wallUtc()});
        if (i % atATime == 0) {
            QCoreApplication::processEvents();
        }
    }
    fleet.flush();
}

// An update of each device that is done, as after a year of them.
void update(core::Panel &panel, int devices, int version, const QDateTime &at)
{
    QStringList jids;
    for (int i = 0; i < devices; ++i) {
        jids += test::deviceJid(i);
    }
    UpdateCommand command;
    command.component = Component::SmartMeter;
    command.url = QUrl(u"https://im.example.net/smart-meter-%1.zip"_s.arg(version));
    command.processes = {{u"ocr"_s, version}};
    const auto number = panel.commands().submit(command, jids, {u"bench"_s, u"smart-meter-%1.zip"_s.arg(version), {}});
    if (!number) {
        qFatal("the update was not taken");
    }
    CommandResult result;
    result.number = *number;
    result.success = true;
    for (const QString &jid : std::as_const(jids)) {
        panel.commands().markHandedOver(*number, jid);
        panel.commands().markSent(*number, jid, true);
        panel.commands().apply(jid, result, {at});
    }
    panel.commands().flush();
}

void make(const QString &folder, int devices, const Clock &clock)
{
    auto panel = opened(folder, clock);
    const QDateTime now = clock.wallUtc();
    for (int i = 0; i < devices; ++i) {
        panel->fleet().add(test::deviceJid(i));
    }
    reportAll(panel->fleet(), devices, 1, now.addDays(-1));
    for (int version = 2; version < 2 + updates; ++version) {
        update(*panel, devices, version, now.addDays(-1));
        reportAll(panel->fleet(), devices, version, now.addSecs(-3'600));
        panel->store().flush().waitForFinished();
    }
    for (int i = 0; i < linesPerDevice * devices; ++i) {
        panel->store().keep(records::ActivityEntry{
            0, now.addSecs(-i), records::ActivityKind::CameOnline, test::deviceJid(i % devices), 0, {}, {}, {}});
    }
    panel->store().flush().waitForFinished();
}

// The slowest of some keystrokes, the last one of which shows all again.
double slowestKeystroke(models::FleetFilter &fleet)
{
    double slowest = 0;
    for (const QString &text : {u"9"_s, u"93"_s, u"934"_s, u"93"_s, u"9"_s, u"tag=n"_s, u"ocr<3"_s, QString()}) {
        const auto start = std::chrono::steady_clock::now();
        fleet.setFilterText(text);
        slowest = std::max(slowest, millisecondsSince(start));
    }
    return slowest;
}

double slowestSort(models::FleetFilter &fleet)
{
    double slowest = 0;
    for (int column = 0; column < fleet.columnCount(); ++column) {
        const auto start = std::chrono::steady_clock::now();
        fleet.sortBy(column);
        slowest = std::max(slowest, millisecondsSince(start));
    }
    fleet.sortBy(0, false);
    return slowest;
}

QJsonObject measure(const QString &folder, const Clock &clock)
{
    const qint64 memoryBefore = ownMemory();
    auto start = std::chrono::steady_clock::now();
    auto panel = opened(folder, clock);
    const double openMs = millisecondsSince(start);
    models::Workspace workspace(std::move(panel), clock);
    const double tableMs = millisecondsSince(start);
    const int devices = workspace.fleet()->shownCount();
    const qint64 memory = ownMemory() - memoryBefore;
    const double keystrokeMs = slowestKeystroke(*workspace.fleet());
    const double sortMs = slowestSort(*workspace.fleet());
    // The first report of each also brings it online.
    reportAll(workspace.panel().fleet(), devices, 8, clock.wallUtc());
    workspace.panel().store().flush().waitForFinished();
    const std::vector<Report> reports = shuffledReports(devices, 9);
    start = std::chrono::steady_clock::now();
    receive(workspace.panel().fleet(), reports, clock);
    const double modelMs = millisecondsSince(start);
    workspace.panel().store().flush().waitForFinished();
    const double storeMs = millisecondsSince(start);
    return {{u"devices"_s, devices},
            {u"open_ms"_s, openMs},
            {u"table_ms"_s, tableMs},
            {u"bytes_per_device"_s, static_cast<double>(memory) / std::max(devices, 1)},
            {u"keystroke_ms"_s, keystrokeMs},
            {u"sort_ms"_s, sortMs},
            {u"reports_into_model_per_s"_s, devices / modelMs * 1'000},
            {u"reports_into_store_per_s"_s, devices / storeMs * 1'000}};
}

// Waits for a signal, or for the end of the program by its caller.
template <typename Object, typename Signal>
void waitFor(Object &object, Signal signal, const std::function<bool()> &isDone)
{
    QEventLoop loop;
    QObject::connect(&object, signal, &loop, [&] {
        if (isDone()) {
            loop.quit();
        }
    });
    if (!isDone()) {
        loop.exec();
    }
}

// Signs in, then requests the versions of all devices some times.
QJsonObject ask(const QString &panelFile, int devices, int rounds, const Clock &clock)
{
    const auto config = core::loadPanelConfig(panelFile);
    if (!config) {
        qFatal("the panel's file can't be read");
    }
    auto opened = core::Panel::open(*config, {}, clock);
    if (!opened) {
        qFatal("the panel can't be opened");
    }
    core::Panel &panel = **opened;
    QSet<QString> replied;
    QObject::connect(&panel.session(), &core::PanelSession::reportReceived, &panel,
                     [&replied](const QString &jid) { replied += jid; });
    const auto haveAllReplied = [&replied, devices] {
        return replied.size() == devices;
    };
    auto start = std::chrono::steady_clock::now();
    panel.start();
    // Each is asked as it is seen.
    waitFor(panel.session(), &core::PanelSession::reportReceived, haveAllReplied);
    const double loginMs = millisecondsSince(start);
    double requestMs = std::numeric_limits<double>::infinity();
    const QStringList jids = replied.values();
    for (int i = 0; i < rounds; ++i) {
        replied.clear();
        start = std::chrono::steady_clock::now();
        panel.session().requestVersions(jids);
        waitFor(panel.session(), &core::PanelSession::reportReceived, haveAllReplied);
        requestMs = std::min(requestMs, millisecondsSince(start));
    }
    return {{u"login_ms"_s, loginMs}, {u"request_ms"_s, requestMs}, {u"memory_bytes"_s, ownMemory()}};
}

} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QGuiApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const SystemClock clock;
    if (arguments.size() == 4 && arguments.at(1) == "make"_L1) {
        make(arguments.at(2), arguments.at(3).toInt(), clock);
    } else if (arguments.size() == 3 && arguments.at(1) == "measure"_L1) {
        std::puts(toJsonText(measure(arguments.at(2), clock)).constData());
    } else if (arguments.size() == 5 && arguments.at(1) == "ask"_L1) {
        std::puts(
            toJsonText(ask(arguments.at(2), arguments.at(3).toInt(), arguments.at(4).toInt(), clock)).constData());
    } else {
        std::fputs("usage: panel_bench make FOLDER DEVICES | measure FOLDER | ask PANEL_FILE DEVICES ROUNDS\n", stderr);
        return 2;
    }
    return 0;
}
