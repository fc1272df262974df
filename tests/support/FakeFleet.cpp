// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/FakeFleet.h"

#include <QDir>
#include <QFile>

using namespace Qt::StringLiterals;

namespace sgn::test {

OfflinePanel::OfflinePanel(const Clock &clock)
    : m_clock(clock)
{
    QFile ca(m_folder.filePath(u"ca.pem"_s));
    if (ca.open(QIODevice::WriteOnly)) {
        ca.write("none\n");
    }
}

core::PanelConfig OfflinePanel::config() const
{
    core::PanelConfig config;
    config.jid = u"panel@im.example.net"_s;
    config.password = u"secret"_s;
    config.operatorName = u"test"_s;
    config.host = u"127.0.0.1"_s;
    config.port = 9;
    config.caFile = m_folder.filePath(u"ca.pem"_s);
    config.storeFile = m_folder.filePath(u"panel.db"_s);
    return config;
}

std::unique_ptr<core::Panel> OfflinePanel::open() const
{
    core::Panel::Settings settings;
    records::Expected<std::unique_ptr<core::Panel>> panel = core::Panel::open(config(), settings, m_clock);
    if (!panel) {
        qFatal("%s", qUtf8Printable(toText(panel.error().facts) + panel.error().text));
    }
    return std::move(*panel);
}

QString deviceJid(int number)
{
    return u"altimeter_%1@im.example.net"_s.arg(number, 4, 10, QChar(u'0'));
}

QString newcomerJid(int number)
{
    return u"altimeter_9%1@im.example.net"_s.arg(number, 3, 10, QChar(u'0'));
}

ProcessReport process(const QString &name, int version)
{
    ProcessReport report;
    report.name = name;
    report.version = version;
    report.state = ProcessState::Running;
    report.pid = 400;
    report.restarts24h = 0;
    return report;
}

ProcessReport deadProcess(const QString &name, int version, const QDateTime &diedAt)
{
    ProcessReport report = process(name, version);
    report.isDead = true;
    report.state = ProcessState::Dead;
    report.pid.reset();
    report.since = diedAt;
    report.restarts24h = 6;
    LastExit exit;
    exit.code = 1;
    exit.at = diedAt;
    exit.heartbeatAgeS = 61;
    exit.lastLines = {u"cv2.error: can't open camera 0"_s, u"Traceback: ocr.py, line 41"_s};
    report.lastExit = exit;
    return report;
}

VersionReport report(const QString &from, const QList<ProcessReport> &processes)
{
    VersionReport report;
    report.from = from;
    report.processes = processes;
    report.facts.agentVersion = 2;
    report.facts.watchdogVersion = 2;
    report.facts.os = u"Debian GNU/Linux 12"_s;
    report.facts.model = u"Raspberry Pi 4 Model B"_s;
    report.facts.uptimeS = 353'000;
    report.facts.diskFreeMb = 11'200;
    report.facts.memAvailableMb = 1'430;
    report.facts.temperatureC = 54;
    return report;
}

namespace {

void sendUpdate(core::Panel &panel, const QStringList &jids, const QDateTime &now)
{
    UpdateCommand update;
    update.component = Component::SmartMeter;
    update.url = QUrl(u"https://localhost:1/files/smart-meter-3.zip"_s);
    update.processes = {{u"display"_s, 3}, {u"ocr"_s, 3}, {u"uplink"_s, 3}};
    const records::Expected<CommandNo> number =
        panel.commands().submit(update, jids, {u"test"_s, u"smart-meter-3.zip"_s, {}});
    if (!number) {
        qFatal("%s", qUtf8Printable(toText(number.error().facts) + number.error().text));
    }
    for (const QString &jid : jids) {
        panel.commands().markHandedOver(*number, jid);
        panel.commands().markSent(*number, jid, true);
    }
    ProgressReport progress;
    progress.number = *number;
    progress.state = u"downloading"_s;
    progress.percent = 62;
    panel.commands().apply(jids.at(0), progress, {now});
    CommandResult result;
    result.number = *number;
    result.success = false;
    result.error = ErrorCode::DownloadFailed;
    result.remarks = u"download failed: HTTP 404 from im.example.net"_s;
    panel.commands().apply(jids.at(1), result, {now});
    result.success = true;
    result.error.reset();
    result.remarks.clear();
    panel.commands().apply(jids.at(2), result, {now});
}

} // namespace

void fill(core::Panel &panel, int count, const Clock &clock)
{
    core::Fleet &fleet = panel.fleet();
    const QDateTime now = clock.wallUtc();
    for (int i = 0; i < count; ++i) {
        const QString jid = deviceJid(i);
        fleet.add(jid);
        const bool offline = i == 3 || i == 7;
        fleet.setPresence(jid, !offline);
        QList<ProcessReport> processes{process(u"display"_s, 2), process(u"ocr"_s, i == 4 ? 1 : 2),
                                       process(u"uplink"_s, 2)};
        if (i == 1) {
            processes[1] = deadProcess(u"ocr"_s, 2, now.addSecs(-200));
        }
        if (i == 2) {
            processes[2] = deadProcess(u"uplink"_s, 2, now.addSecs(-3700));
        }
        fleet.apply(jid, report(u"b8:27:eb:12:34:%1"_s.arg(i, 2, 16, QChar(u'0')), processes),
                    {offline ? now.addDays(-3) : now.addSecs(-i % 20), !offline});
    }
    if (count >= 10) {
        sendUpdate(panel, {deviceJid(5), deviceJid(6), deviceJid(8)}, now);
        core::Membership &membership = panel.membership();
        (void)membership.admits(newcomerJid(1), {.at = now.addSecs(-90), .isAsking = true});
        (void)membership.admits(newcomerJid(2), {.at = now.addSecs(-7200),
                                                 .claimedId = u"b8:27:eb:77:00:02"_s,
                                                 .message = u"{\"command_no\": 1, \"succcess\": true}"_s});
        (void)membership.admits(u"mallory@elsewhere.example"_s,
                                {.at = now.addDays(-2), .message = u"Is this the right address?"_s});
    }
    fleet.flush();
    panel.commands().flush();
}

void addRollout(core::Panel &panel, const Clock &clock)
{
    const records::IssuedCommand sent = *panel.commands().find(panel.commands().numbers().constFirst());
    rollouts::Rollout rollout;
    rollout.id = u"r1"_s;
    rollout.plan.name = u"Meter 3"_s;
    rollout.plan.targets.all = true;
    rollout.release = std::get<UpdateCommand>(sent.command.body);
    rollout.title = sent.title;
    rollout.by = u"Anna"_s;
    rollout.createdAt = clock.wallUtc().addSecs(-600);
    rollout.wish.since = rollout.createdAt;
    if (const records::Expected<> added = panel.rollouts().add(rollout); !added) {
        qFatal("%s", qUtf8Printable(toText(added.error().facts)));
    }
    panel.rollouts().putWave({rollout.id,
                              0,
                              sent.number,
                              sent.command.request,
                              rollout.createdAt,
                              false,
                              {deviceJid(5), deviceJid(6), deviceJid(7), deviceJid(8), deviceJid(9)}},
                             [](const Outcome &) {});
    panel.rollouts().changeProgress(rollout.id, [](rollouts::RolloutProgress &progress) {
        progress.waves = 1;
        progress.total = 5;
        progress.done = 1;
        progress.failed = 1;
    });
}

void addLogs(const OfflinePanel &place, core::Panel &panel, const QString &jid, const Clock &clock)
{
    records::LogDelivery delivery;
    delivery.id = panel.store().newLogId();
    delivery.jid = jid;
    delivery.number = 90;
    delivery.state = records::LogDelivery::State::Ready;
    delivery.requestedAt = clock.wallUtc().addSecs(-90);
    delivery.finishedAt = clock.wallUtc().addSecs(-80);
    delivery.folder = place.config().logsFolder() + u"/%1"_s.arg(delivery.id);
    QDir().mkpath(delivery.folder);
    QFile log(delivery.folder + u"/ocr.log"_s);
    if (log.open(QIODevice::WriteOnly)) {
        for (int i = 0; i < 40; ++i) {
            log.write(QByteArray("2026-01-31 11:58:%1,031 INFO ocr reading 4711.%1 kWh\n")
                          .replace("%1", QByteArray::number(10 + i)));
        }
        log.write("2026-01-31 11:59:12,007 WARNING ocr the picture is dark, confidence 0.41\n"
                  "2026-01-31 11:59:13,112 ERROR ocr can't open camera 0\n"
                  "Traceback (most recent call last):\n  File \"ocr.py\", line 41, in <module>\n"
                  "2026-01-31 11:59:14,000 DEBUG ocr exit 1\n");
    }
    delivery.received = delivery.size = log.size();
    log.close();
    QFile other(delivery.folder + u"/uplink.log"_s);
    if (other.open(QIODevice::WriteOnly)) {
        other.write("2026-01-31 11:58:00 INFO uplink sent 12 readings\n");
    }
    panel.store().keep(delivery);
}

} // namespace sgn::test
