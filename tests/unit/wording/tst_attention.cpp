// SPDX-License-Identifier: GPL-3.0-or-later
#include "wording/Attention.h"

#include <QTest>

using namespace sgn;
using namespace sgn::records;
using namespace Qt::StringLiterals;

namespace {

const QDateTime now(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);

DeviceProcess process(const QString &name, int version, bool isDead, ProcessState state = ProcessState::Unknown)
{
    DeviceProcess process;
    process.report.name = name;
    process.report.version = version;
    process.report.isDead = isDead;
    process.report.state = state;
    if (isDead) {
        process.deadSince = now.addSecs(-190);
    }
    return process;
}

Device healthy()
{
    Device device;
    device.jid = u"altimeter_0001@localhost"_s;
    device.rpiUniqueId = u"b8:27"_s;
    device.online = true;
    device.isModern = true;
    device.lastSeen = now.addSecs(-7200);
    device.processes = {process(u"ocr"_s, 1, false), process(u"uplink"_s, 1, false)};
    return device;
}

DeviceUpdate update(TargetState state, int version = 2)
{
    auto target = std::make_shared<UpdateTarget>();
    target->number = 10;
    target->processes = {{u"ocr"_s, version}};
    DeviceUpdate update;
    update.target = target;
    update.state = state;
    return update;
}

} // namespace

class AttentionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesOneReasonAndOneAction_data();
    void namesOneReasonAndOneAction();
    void quotesTheLastOutputOfAProcess();
};

Q_DECLARE_METATYPE(sgn::records::Device)
Q_DECLARE_METATYPE(sgn::records::Attention::Level)
Q_DECLARE_METATYPE(sgn::records::Attention::Action)

namespace {

using Level = Attention::Level;
using Action = Attention::Action;

void row(const char *name, const Device &device, Level level, Action action, const QString &reason)
{
    QTest::newRow(name) << device << level << action << reason;
}

void processRows()
{
    row("nothing is the matter", healthy(), Level::None, Action::None, {});

    Device offline = healthy();
    offline.online = false;
    row("offline alone is no alarm", offline, Level::None, Action::None, {});

    Device dead = healthy();
    dead.processes[0] = process(u"ocr"_s, 1, true);
    row("a dead process can be restarted", dead, Level::Bad, Action::Restart, u"ocr dead for 3 min"_s);

    Device oldDead = dead;
    oldDead.isModern = false;
    row("an old device knows no restart", oldDead, Level::Bad, Action::GetLogs, u"ocr dead for 3 min"_s);

    Device loop = dead;
    loop.processes[1] = process(u"uplink"_s, 1, false, ProcessState::CrashLoop);
    loop.processes[1].report.restarts24h = 6;
    row("a crash loop is worse than a death", loop, Level::Bad, Action::GetLogs,
        u"uplink keeps crashing, 6 restart(s)"_s);

    Device held = healthy();
    held.processes[0] = process(u"ocr"_s, 1, true, ProcessState::Held);
    held.update = update(TargetState::Running);
    held.update->deviceState = u"swapping"_s;
    held.update->percent = 40;
    row("what an update holds isn't dead", held, Level::Note, Action::None, u"exchanging, 40 %"_s);
}

void updateRows()
{
    Device failed = healthy();
    failed.update = update(TargetState::Failed);
    failed.update->remarks = u"download failed: HTTP 404\nfrom example.com"_s;
    row("a failed update can be tried again", failed, Level::Bad, Action::Retry,
        u"update failed: download failed: HTTP 404 from example.com"_s);

    Device cured = failed;
    cured.processes[0].report.version = 2;
    row("a failed update doesn't matter once its version runs", cured, Level::None, Action::None, {});

    Device expired = healthy();
    expired.update = update(TargetState::Expired);
    row("an unanswered update", expired, Level::Warning, Action::Retry, u"the update was not answered in time"_s);

    Device waiting = healthy();
    waiting.online = false;
    waiting.update = update(TargetState::Sent);
    row("an update that waits", waiting, Level::Note, Action::None, u"offline for 2 h, an update waits for it"_s);
}

void identityRows()
{
    Device silent = healthy();
    silent.notAnswering = true;
    row("online but silent", silent, Level::Warning, Action::None,
        u"doesn't answer, though the server shows it online"_s);

    Device odd = silent;
    odd.unreadable = u"\"processes\" has an entry\nthat is no object"_s;
    row("an answer that can't be read", odd, Level::Warning, Action::None,
        u"sends what can't be read: \"processes\" has an entry that is no object"_s);

    Device conflict = healthy();
    conflict.processes[0] = process(u"ocr"_s, 1, true);
    conflict.conflictWith = u"altimeter_0002@localhost"_s;
    row("a conflict comes before everything", conflict, Level::Bad, Action::None,
        u"claims the id b8:27 of altimeter_0002@localhost"_s);

    Device foreign = healthy();
    foreign.foreignFrom = u"<b>x</b>'; DROP TABLE devices"_s;
    row("markup in an id stays text", foreign, Level::Bad, Action::None,
        u"sent a message as <b>x</b>'; DROP TABLE devices, but is b8:27"_s);
}

void factRows()
{
    Device worn = healthy();
    worn.facts.readOnly = true;
    worn.facts.diskFreeMb = 12;
    row("a worn card", worn, Level::Bad, Action::GetLogs, u"its card is read-only and has to be replaced"_s);

    Device restored = healthy();
    restored.facts.problem = u"config_file.bin was replaced\nby its last good copy"_s;
    restored.processes[0].report.problem = u"its version is a text"_s;
    row("a problem of the device", restored, Level::Warning, Action::GetLogs,
        u"config_file.bin was replaced by its last good copy"_s);
    restored.facts.problem.clear();
    row("a problem of a process that isn't dead", restored, Level::Warning, Action::GetLogs,
        u"ocr: its version is a text"_s);
    restored.processes[0] = process(u"ocr"_s, 1, true);
    restored.processes[0].report.problem = u"cannot be executed: no interpreter /usr/bin/pyton3"_s;
    row("the problem of a dead process", restored, Level::Bad, Action::Restart,
        u"ocr dead for 3 min: cannot be executed: no interpreter /usr/bin/pyton3"_s);

    Device full = healthy();
    full.facts.diskFreeMb = 12;
    row("disk", full, Level::Warning, Action::GetLogs, u"disk almost full: 12 MB free"_s);

    Device hot = healthy();
    hot.facts.temperatureC = 1e300;
    row("a temperature beyond all numbers", hot, Level::Warning, Action::None, u"too hot: 1000000000 °C"_s);

    Device lateClock = healthy();
    lateClock.facts.clockOffsetS = -7200;
    row("a wrong clock", lateClock, Level::Warning, Action::None, u"its clock is wrong by 2 h"_s);
}

} // namespace

void AttentionTest::namesOneReasonAndOneAction_data()
{
    QTest::addColumn<Device>("device");
    QTest::addColumn<Level>("level");
    QTest::addColumn<Action>("action");
    QTest::addColumn<QString>("reason");
    processRows();
    updateRows();
    identityRows();
    factRows();
}

void AttentionTest::namesOneReasonAndOneAction()
{
    QFETCH(const Device, device);
    QFETCH(const Attention::Level, level);
    QFETCH(const Attention::Action, action);
    QFETCH(const QString, reason);

    const Attention result = attentionOf(device);

    QCOMPARE(wording::reasonText(device, result, now), reason);
    QVERIFY(result.level == level);
    QVERIFY(result.action == action);
    QCOMPARE(result.isNeeded(), level >= Attention::Level::Warning);
}

void AttentionTest::quotesTheLastOutputOfAProcess()
{
    Device device = healthy();
    device.processes[0] = process(u"ocr"_s, 1, true);
    LastExit exit;
    exit.code = 1;
    exit.lastLines = {u"Traceback"_s, u"cv2.error: can't\topen camera 0"_s, u"  "_s};
    device.processes[0].report.lastExit = exit;
    QCOMPARE(wording::reasonText(device, attentionOf(device), now),
             u"ocr dead for 3 min: cv2.error: can't open camera 0"_s);

    device.processes[0].report.lastExit->lastLines = {QString(100'000, u'x')};
    QVERIFY(wording::reasonText(device, attentionOf(device), now).size() < 200);
}

QTEST_GUILESS_MAIN(AttentionTest)
#include "tst_attention.moc"
